"""The camera and its image grid."""
