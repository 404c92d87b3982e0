"""Derivation: endpoints on reading, for any (`as_of`, `cutoff`, definition version)."""
