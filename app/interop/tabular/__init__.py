"""Tables as files, CSV and Excel, as rows for a mapping profile."""
