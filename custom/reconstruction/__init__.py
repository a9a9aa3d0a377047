"""From counts to images, and partial volume correction of them."""
