"""SQL on FHIR v2: ViewDefinitions, read and run over FHIR resources."""
