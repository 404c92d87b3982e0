"""`engraft mllp`."""
