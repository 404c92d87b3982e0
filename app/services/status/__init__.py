"""Status: where one patient stands, at any cut-off, as known at any moment."""
