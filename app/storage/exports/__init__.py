"""Exports: their jobs and files, and what they read."""
