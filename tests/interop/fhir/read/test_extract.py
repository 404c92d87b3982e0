"""The example extract, written and read back: every record comes back with the same clinical events.

docs/fhir-reading.md

What FHIR does not say of an infusion is its dose level, which is an arm of the subject; words are those of the tables.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from app.domain.adverse_event import AdverseEvent
from app.domain.record import Record
from app.domain.records import read_record
from app.endpoints.event import ClinicalEvent
from app.interop.events.read import read_events
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json
from app.interop.fhir.read import read
from app.interop.fhir.write import write
from app.interop.jsontext import dump
from app.interop.reading import Item
from app.services.intake.prepare import Prepared, prepare
from app.terminology.value_sets import normalise

from .test_round_trip import BY_SUBJECT, withheld

EXAMPLES = Path(__file__).parents[4] / "examples"
STRATA = {
    "donor_type": "donor-type",
    "graft_source": "graft-source",
    "conditioning": "conditioning",
    "subtype": "disease-subtype",
    "status_at_transplant": "status-at-transplant",
    "cns_status": "cns-status",
}


@cache
def extract() -> list[Record]:
    """Every record of the extract that intake takes and that has resources of its own, once each."""
    lines = [line for path in sorted(EXAMPLES.glob("*.ndjson")) for line in path.read_bytes().splitlines()]
    raws = [json.loads(line, parse_float=Decimal) for line in lines]
    taken = [prepare(Item(0, raw, dump(raw))) for raw in raws]
    records = [item.record for item in taken if isinstance(item, Prepared)]
    return [record for record in records if record.type not in BY_SUBJECT]


def context(record: Record, number: int) -> Context:
    def identify(resource_type: str, role: str) -> str:
        return f"{number}.{role.replace(':', '.').replace('+', '')}"

    return Context("study-1", record.subject, f"rs-{record.subject}", identify)


def sent(drafts: list[Draft], known: Context) -> list[Json]:
    return [
        {
            "resourceType": draft.type,
            "id": known.identify(draft.type, draft.role),
            "meta": {"profile": [draft.profile] if draft.profile else []},
            **draft.body,
        }
        for draft in drafts
    ]


def read_again(record: Record, raw: Json) -> Record:
    envelope = {name: getattr(record, name) for name in ("site", "source", "id", "subject")}
    found = read_record({**envelope, **withheld(record), **raw})
    assert isinstance(found, Record), found
    return found


def events(record: Record) -> Iterator[ClinicalEvent]:
    for event in read_events(record, None):
        if event.kind == "stratum" and event.category in STRATA and event.status:
            yield replace(event, status=normalise(STRATA[event.category], event.status))
        elif (event.kind, event.category) != ("stratum", "dose_level"):
            yield event


def told(record: Record) -> Record:
    """The record as FHIR says it: the worst grade of a history is its grade; what is over is not ongoing."""
    if not isinstance(record, AdverseEvent):
        return record
    worst = max([change.grade for change in record.grade_history or ()] + [record.grade or 0])
    over = record.end is not None or record.outcome in ("recovered", "recovered-with-sequelae", "fatal")
    return record.model_copy(update={"grade": worst or None, "ongoing": None if over else record.ongoing})


def test_every_record_comes_back_with_the_same_events() -> None:
    seen: Counter[str] = Counter()
    for number, record in enumerate(extract()):
        known = context(record, number)
        drafts = write(record, known)
        readings, unused = read(sent(drafts, known))
        (reading,) = readings
        assert unused == []
        found = read_again(record, reading.record)
        assert write(found, known) == drafts
        assert list(events(found)) == list(events(told(record)))
        seen[record.type] += 1
    assert seen["lab"] > 3000 and len(seen) == 10


def test_a_bundle_of_everything_of_a_subject_in_any_order() -> None:
    order = random.Random(20260302)
    by_subject: dict[str, list[tuple[Record, Context]]] = {}
    for number, record in enumerate(extract()):
        by_subject.setdefault(record.subject, []).append((record, context(record, number)))
    for pairs in list(by_subject.values())[:12]:
        resources = [one for record, known in pairs for one in sent(write(record, known), known)]
        order.shuffle(resources)
        readings, unused = read(resources)
        assert unused == []
        assert sorted(dump(reading.record) for reading in readings) == sorted(
            dump(alone(record, known)) for record, known in pairs
        )


def alone(record: Record, known: Context) -> Json:
    (reading,) = read(sent(write(record, known), known))[0]
    return reading.record
