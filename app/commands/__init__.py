"""What the command line does, one errand a file."""
