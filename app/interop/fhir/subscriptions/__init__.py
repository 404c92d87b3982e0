"""Topic-based subscriptions in the shape that R5's have in R4.

http://hl7.org/fhir/uv/subscriptions-backport
"""
