"""Separators and encoding characters, as the first two fields of MSH declare them.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (sections 2.5.4 and 2.15.9)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.interop.hl7v2.broken import Broken, BrokenMessageError
from app.interop.hl7v2.place import Place

# Field, component, repetition, escape, sub-component and since 2.7 truncation; another field must follow them.
_HEADER = re.compile(r"(?:MSH|BHS|FHS)([!-/:-@\[-`{-~])((?:(?!\1)[!-/:-@\[-`{-~]){4,5})\1", re.ASCII)


@dataclass(frozen=True, slots=True)
class Marks:
    """What separates and what escapes. truncation: "" where none is declared."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""


def marks(header: str, message: int | None = None) -> Marks:
    """Those of a header segment. BrokenMessageError where they are missing or not all different."""
    match = _HEADER.match(header)
    used = "" if match is None else match[1] + match[2]
    if not used or len(set(used)) != len(used):
        raise BrokenMessageError(Broken.MARKS, Place(header[:3], field=2, message=message))
    return Marks(*used)
