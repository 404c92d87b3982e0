"""Hospitals' numbers of patients, and the subjects whose they are."""
