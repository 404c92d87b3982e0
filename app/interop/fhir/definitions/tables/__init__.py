"""What the definitions are made of, a reference in each row."""
