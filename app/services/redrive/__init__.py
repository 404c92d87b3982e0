"""Payloads read again: what was kept becomes what it should have been."""
