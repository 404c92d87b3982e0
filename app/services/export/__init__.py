"""Bulk Data `$export`: asked, written by a worker, fetched, gone."""
