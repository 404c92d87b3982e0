"""What our writers wrote, read back: the same record, as far as FHIR says it.

docs/fhir-reading.md
"""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.record import Record
from app.interop.fhir.draft import Draft
from app.interop.fhir.read import read
from app.interop.fhir.read.reading import Reading
from app.interop.fhir.write import write

from ..full import FULL
from ..samples import CONTEXT, ENVELOPE, accepted, golden, golden_names, resource

BY_SUBJECT = ("subject", "end_of_study")  # told by the subject's own resources
GOLDEN = [name for name in golden_names() if golden(name)["record"]["type"] not in BY_SUBJECT]
EVERY = [(kind, fields) for kind, several in FULL.items() for fields in several]


def sent(drafts: list[Draft]) -> list[dict[str, Any]]:
    """Drafts as a client sends them back, with the profile that they claim."""
    return [
        {**resource(draft), **({"meta": {"profile": [draft.profile]}} if draft.profile else {})} for draft in drafts
    ]


def again(record: Record) -> list[Reading]:
    """The readings of what is written of a record; every resource must be in one."""
    drafts = write(record, CONTEXT)
    readings, unused = read(sent(drafts))
    assert unused == []
    members = [(member.type, member.role) for reading in readings for member in reading.members]
    assert sorted(members) == sorted((draft.type, draft.role) for draft in drafts)
    return readings


def withheld(record: Record) -> dict[str, Any]:
    """The hospital's own words that are written nowhere; a reading cannot have them."""
    concepts = [draft.body.get(name) or {} for draft in write(record, CONTEXT) for name in ("event", "code")]
    masked = any(one.get("code") == "masked" for concept in concepts for one in concept.get("coding", []))
    names = {"adverse_event": "term", "disease": "diagnosis"}
    return {names[record.type]: getattr(record, names[record.type])} if masked else {}


def assert_lossless(record: Record) -> None:
    """What is written of the reading is what was written of the record."""
    (reading,) = again(record)
    found = accepted({**ENVELOPE, **withheld(record), **reading.record})
    assert write(found, CONTEXT) == write(record, CONTEXT)
    assert reading.study == "study-1"


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_record(name: str) -> None:
    assert_lossless(accepted(golden(name)["record"]))


@pytest.mark.parametrize(("kind", "fields"), EVERY)
def test_a_record_with_every_field(kind: str, fields: dict[str, Any]) -> None:
    assert_lossless(accepted({"type": kind, **ENVELOPE, **fields}))


def test_a_lineage_that_was_measured_twice() -> None:
    twice = [{"lineage": "CD3", "donor_pct": share} for share in (90, 95)]
    assert_lossless(accepted({"type": "disease_assessment", **ENVELOPE, "date": "2024-04-01", "chimerism": twice}))
