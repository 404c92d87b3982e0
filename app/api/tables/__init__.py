"""Answers as flat tables, one file a route; the columns are documented in docs/endpoints.md."""
