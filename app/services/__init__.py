"""The errands: intake, status, derivation, release. Each a straight line."""
