"""Routes, one file per door."""
