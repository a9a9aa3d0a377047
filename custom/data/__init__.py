"""Reading studies and preparing them for the network."""
