"""`$validate`: structure, codes and invariants by the check that every resource passes, and our definitions.

https://hl7.org/fhir/R4/resource-operation-validate.html

Profiles and extensions are read from their StructureDefinitions: there is no code for any one of them.
"""
