"""Records as FHIR R4 resources.

https://hl7.org/fhir/R4/
"""
