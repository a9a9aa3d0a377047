"""Programs of the documentation; its pages stand beside them."""
