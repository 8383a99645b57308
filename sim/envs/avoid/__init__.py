"""Avoid: a rod among six pillars, after D3IL's task of that name."""
