"""Tests of the example extract."""
