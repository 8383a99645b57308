"""From an image to the tags it shows: searches, refinement of corners, regions, sightings."""
