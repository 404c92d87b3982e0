"""The rules by theme: those on events, cheap enough for every row of an endpoint, and those on whole records."""
