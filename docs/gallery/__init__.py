"""Short programs with a picture; each is a page."""
