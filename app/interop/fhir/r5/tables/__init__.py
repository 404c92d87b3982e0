"""Tables of R5, a reference in each row."""
