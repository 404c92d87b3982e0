"""Mapping profiles: which column of a hospital's file is which field of a record."""
