"""Where something stands in a payload of HL7 v2: `OBX[3]-5.1`, in a batch `message[2]/OBX[3]-5.1`.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (section 2.15.3, data type ERL)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(
    r"(?:message\[(?P<message>[1-9]\d{0,6})\]/)?(?P<segment>[A-Z][A-Z0-9]{2})\[(?P<sequence>[1-9]\d{0,6})\]"
    r"(?:-(?P<field>[1-9]\d{0,3})(?:\[(?P<repetition>[1-9]\d{0,6})\])?"
    r"(?:\.(?P<component>[1-9]\d{0,3})(?:\.(?P<subcomponent>[1-9]\d{0,3}))?)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A segment by its name and its number among those of that name, and what is meant inside it; all count from 1.

    message: its number in the payload, None where that holds one message alone.
    """

    segment: str
    sequence: int = 1
    field: int | None = None
    repetition: int | None = None
    component: int | None = None
    subcomponent: int | None = None
    message: int | None = None

    def __str__(self) -> str:
        before = "" if self.message is None else f"message[{self.message}]/"
        return f"{before}{self.segment}[{self.sequence}]{self._inside()}"

    def _inside(self) -> str:
        if self.field is None:
            return ""
        repetition = "" if self.repetition is None else f"[{self.repetition}]"
        parts = [str(part) for part in (self.component, self.subcomponent) if part is not None]
        return f"-{self.field}{repetition}{''.join('.' + part for part in parts)}"


def parse_place(text: str) -> Place | None:
    """The place that was printed; None for a text that is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    numbers = {name: int(found) for name, found in match.groupdict().items() if found and name != "segment"}
    return Place(match["segment"], **numbers)
