"""Engraft: trial data in, endpoints and FHIR out, for donor gamma-delta T cells after allogeneic HSCT."""
