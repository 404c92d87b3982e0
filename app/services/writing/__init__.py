"""Writes by FHIR: what a client sent, through the intake of every other record, and back as it was written."""
