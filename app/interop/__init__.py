"""Translation between the records and the formats of others. Pure: no session, no clock."""
