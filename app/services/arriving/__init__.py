"""FHIR at the records' door: what a hospital's own system pushes, sorted under the write lock.

docs/fhir-intake.md
"""
