"""Back from R5 to R4, for what arrives as R5: our readers and clients of R4 read it so.

https://hl7.org/fhir/R5/diff.html

What R4 has no place for is left out, the same way as an R4 server would: the bytes that the client wrote are kept.
"""
