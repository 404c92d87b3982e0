"""Whole errands, from the hospital's record to the sponsor's answer, over HTTP."""
