"""MLEM, iterative Yang and correction in image space."""
