"""What every stage shares: types, errors, spatial mathematics, clocks, settings, resources."""
