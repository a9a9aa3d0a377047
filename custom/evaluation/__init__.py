"""Statistics, figures and the results page."""
