"""Stages run again from a bag, and compared with what they did then."""
