"""HL7 v2 messages (2.3 to 2.8) as rows and records: pure translation."""
