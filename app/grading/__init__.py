"""Grading scales as criteria tables and pure functions: CTCAE laboratory, GVHD, CRS, ICANS, response, engraftment.

docs/conventions.md
"""
