"""A door that takes records by the hospital's number, of a format invented for tests: JSON with `patient`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.endpoints.event import FOREVER
from app.interop.jsontext import parse
from app.interop.reading import Item, PatientNumber, Reading
from app.services.context import Services
from app.services.intake import readers
from app.services.intake.submission import Submission
from app.storage.tables import QUARANTINE, RECORD_VERSION
from tests.journeys.door import Door, Raw, open_door

NUMBERED = "text/numbered"


def read_numbered(services: Services, submission: Submission) -> Reading:
    reading = Reading()
    for index, raw in enumerate(json.loads(submission.body)):
        patient = PatientNumber(**raw.pop("patient")) if "patient" in raw else None
        reading.items.append(Item(index, raw, json.dumps(raw).encode(), patient=patient))
    return reading


@contextmanager
def numbered_door(folder: Path, url: str | None, patch: pytest.MonkeyPatch) -> Iterator[Door]:
    patch.setitem(readers.READERS, NUMBERED, readers.Reader(read_numbered))
    with open_door(folder, url) as door:
        yield door


def send(door: Door, *records: Raw) -> Any:
    answer = door.post(json.dumps(records).encode(), NUMBERED)
    assert answer.status_code in (200, 201, 422), answer.text
    return answer.json()


def result(number: str, identifier: str, value: float = 1, site: str = "A", **fields: Any) -> Raw:
    """A laboratory result of the patient with that number, `authority:number` for one of an authority."""
    authority, _, digits = number.rpartition(":")
    patient = {"number": digits, "authority": authority or None}
    raw = {"type": "lab", "site": site, "source": "lis", "id": identifier, "test": "ANC", "collected": "2024-03-01"}
    return {**raw, "value": value, "unit": "10*9/L", "patient": patient, **fields}


def link(number: str, subject: str, identifier: str = "", **fields: Any) -> Raw:
    raw = {"type": "patient_link", "site": "A", "source": "adt", "id": identifier or f"L-{subject}"}
    return {**raw, "number": number, "subject": subject, **fields}


def merge(number: str, into: str, identifier: str = "M1", **fields: Any) -> Raw:
    raw = {"type": "patient_merge", "site": "A", "source": "adt", "id": identifier}
    return {**raw, "number": number, "into": into, **fields}


RETRACTED = {"status": "entered-in-error"}


def where(door: Door) -> dict[str, str]:
    """The subject of each result that counts, by its id."""
    statement = select(RECORD_VERSION.c.content).where(
        RECORD_VERSION.c.type == "lab", RECORD_VERSION.c.seq_to == FOREVER
    )
    with door.services.database.read.connect() as connection:
        found = [parse(text.encode()) for text in connection.execute(statement).scalars()]
    return {raw["id"]: raw["subject"] for raw in found if raw.get("status") != "entered-in-error"}


def waiting(door: Door) -> set[str]:
    """Ids of what is held."""
    open_ = (QUARANTINE.c.cleared.is_(None), QUARANTINE.c.state == "held")
    with door.services.database.read.connect() as connection:
        return {key.rpartition("/")[2] for key in connection.execute(select(QUARANTINE.c.key).where(*open_)).scalars()}
