"""A first mapping profile, proposed from the headers and values of a file."""
