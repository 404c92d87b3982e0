"""A code with its system: what FHIR calls a Coding.

https://hl7.org/fhir/R4/datatypes.html#Coding
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of one code system. version is the system's, None where it is not stated."""

    system: str
    code: str
    display: str
    version: str | None = None
