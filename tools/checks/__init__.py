"""What the Model Zoo holds a bundle against, one file for each kind of thing."""
