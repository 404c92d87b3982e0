"""Bulk Data Access: what an export is asked, and what it answers."""
