"""What clients write through the FHIR door: the hospital's side of it, kept apart from what serves sponsors."""
