"""Search: its parameters, what is taken out of a resource for them, and how their values are read."""
