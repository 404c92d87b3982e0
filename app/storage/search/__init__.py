"""Search: the index of values, and the questions to it."""
