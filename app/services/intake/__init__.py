"""Intake: payload in, receipt out, everything in between in one transaction."""
