"""HL7 v2 messages: taken one by one, each answered by its acknowledgment after the commit."""
