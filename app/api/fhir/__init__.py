"""The FHIR door: an application of its own, so that every error in it is an OperationOutcome."""
