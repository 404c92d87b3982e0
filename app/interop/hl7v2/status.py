"""The status of a record, out of that of its results; and what is not settled yet, with the reason.

https://terminology.hl7.org/CodeSystem-v2-0085.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.errors import Issue
from app.interop.hl7v2.message import Segment

RETRACTED = "entered-in-error"
RECORDED = {
    "F": "final",
    "U": "final",
    "V": "final",
    "A": "amended",
    "B": "amended",
    "C": "amended",
    "D": RETRACTED,
    "W": RETRACTED,
}
OPEN = {
    "I": "the result is pending",
    "N": "the result was not asked for",
    "O": "the order has no result",
    "P": "the result is preliminary",
    "R": "the result is not verified",
    "S": "the result is partial",
    "X": "the result cannot be obtained",
}
EXPECTED = ", ".join(sorted({*RECORDED, *OPEN}))


def joined(statuses: Iterable[str]) -> str | None:
    """The status of a record of several results; None where none of them is settled.

    It is amended where a part of it is amended or taken back, and taken back where every settled part is.
    """
    found = {RECORDED[status] for status in statuses if status in RECORDED}
    if len(found) < 2:
        return next(iter(found), None)
    return "amended"


def status_issues(result: Segment, message: int | None) -> Iterator[Issue]:
    """What is wrong with OBX-11: without it nobody knows whether a result counts."""
    status = result.value(11)
    place = str(result.place(11, message=message))
    if not status:
        yield Issue("status", "required", "the status of the result is missing", EXPECTED, place=place)
    elif status not in RECORDED and status not in OPEN:
        yield Issue("status", "code-invalid", "not a status of a result", EXPECTED, place=place)
