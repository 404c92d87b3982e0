"""The doors: HTTP in, errands called, bytes out."""
