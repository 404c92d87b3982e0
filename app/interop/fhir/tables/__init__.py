"""Tables of the FHIR room, a reference in every row."""
