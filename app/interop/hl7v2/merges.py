"""Merged and parted patients: A40 joins the numbers of MRG to that of PID, A37 takes it back.

https://www.hl7.eu/HL7v2x/v251/std251/ch03.html (sections 3.3.37 and 3.3.40)
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.errors import Issue
from app.interop.hl7v2.message import Message, Segment
from app.interop.hl7v2.patient import patient_number, patient_numbers
from app.interop.hl7v2.rows import Origin
from app.interop.hl7v2.times import iso
from app.interop.reading import Item, Merge, PatientNumber

Found = Iterator[Merge | Item]


def merges(message: Message, origin: Origin) -> Found:
    """Each PID with the MRG that follows it."""
    person: Segment | None = None
    for segment in message.segments:
        if segment.name == "PID":
            if person is not None:
                yield _missing(message, person, "MRG")
            person = segment
        elif segment.name == "MRG" and person is not None:
            yield from _merge(message, person, segment, origin)
            person = None
    if person is not None:
        yield _missing(message, person, "MRG")


def unlinked(message: Message, origin: Origin) -> Found:
    """The two patients that were taken for one."""
    people = list(message.of("PID"))
    if len(people) != 2:
        yield _missing(message, message.header, "two PID")
        return
    first, second = (patient_number(one, 3) for one in people)
    if first is None or second is None:
        yield _missing(message, people[0 if first is None else 1], "a patient number in PID-3")
        return
    yield _fact(message, (people[0], people[1]), (first, second), origin, undone=True)


def _merge(message: Message, person: Segment, gone: Segment, origin: Origin) -> Found:
    kept, left = patient_numbers(person, 3), patient_numbers(gone, 1)
    if not kept or not left:
        yield _missing(message, gone if kept else person, "a patient number")
        return
    usual = patient_number(person, 3) or kept[0]
    for number in left:
        same = [one for one in kept if (one.authority, one.kind) == (number.authority, number.kind)]
        yield _fact(message, (person, gone), (same[0] if same else usual, number), origin, undone=False)


def _fact(
    message: Message,
    segments: tuple[Segment, Segment],
    numbers: tuple[PatientNumber, PatientNumber],
    origin: Origin,
    *,
    undone: bool,
) -> Merge:
    event = next(message.of("EVN"), None)
    moment = iso("" if event is None else event.value(2), origin.zone) or iso(message.header.value(7), origin.zone)
    place = str(segments[1].place(message=message.number))
    text = "\r".join(str(one.parsed) for one in segments).encode()
    return Merge(*numbers, origin.site, origin.source, moment, place, text, undone)


def _missing(message: Message, segment: Segment, expected: str) -> Item:
    place = str(segment.place(message=message.number))
    issue = Issue("", "required", "the message does not say which patients it means", expected, place)
    return Item(0, None, str(segment.parsed).encode(), (issue,), place)
