"""The same resources in R5.

https://hl7.org/fhir/R5/

R5 is made out of the R4 form and of nothing else, so that both have one version and one truth.
"""
