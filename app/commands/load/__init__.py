"""`engraft load`: files of a hospital into a running service."""
