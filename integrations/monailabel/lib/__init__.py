"""Parts of the MONAI Label app, in the folder where MONAI Label looks for them."""
