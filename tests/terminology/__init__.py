"""Tests of the code tables."""
