"""FHIR as a hospital's own system pushes it: Bundles of any type, and resources, taken apart and named for the trial.

docs/fhir-intake.md
"""
