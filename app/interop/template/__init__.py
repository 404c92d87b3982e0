"""The workbook in which a hospital without an export of its own writes its records."""
