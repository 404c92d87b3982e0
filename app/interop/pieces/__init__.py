"""Files too large for the memory, cut into pieces that can each be read alone."""
