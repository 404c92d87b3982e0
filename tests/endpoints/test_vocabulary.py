"""The vocabulary of events is that of the records and of what is read from them."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from app.domain import terms
from app.domain.record import Record
from app.domain.records import RECORD_TYPES, read_record
from app.endpoints.vocabulary import RELATEDNESS, kinds
from app.interop.events import read_events
from app.interop.jsontext import parse
from app.terminology.adverse_events import CATEGORIES

EXAMPLES = Path(__file__).parents[2] / "examples"

SAME = {
    ("withdrawal", "status"): get_args(terms.WithdrawalScope),
    ("infusion", "status"): get_args(terms.InfusionOutcome),
    ("therapy", "status"): get_args(terms.TherapyIntent),
    ("therapy", "category"): get_args(terms.TherapyKind),
    # A relapse found by MRD alone is a status of its own (docs/conventions.md).
    ("assessment", "status"): (*get_args(terms.Response), "mrd-relapse"),
    ("death", "category"): get_args(terms.DeathCause),
    ("ae_grade", "category"): CATEGORIES,
    ("gvhd_grade", "category"): get_args(terms.GvhdKind),
    ("gvhd_systemic", "category"): get_args(terms.GvhdKind),
}


@pytest.mark.parametrize("place", SAME)
def test_words_are_those_of_the_records(place: tuple[str, str]) -> None:
    kind, attribute = place
    assert set(kinds()[kind].attributes[attribute].words or ()) == set(SAME[place])


def test_relatedness_is_that_of_the_records() -> None:
    assert get_args(terms.Relatedness) == RELATEDNESS


def test_evidence_of_life_comes_from_records() -> None:
    assert set(kinds()["alive"].attributes["category"].words or ()) <= set(RECORD_TYPES)


def test_every_attribute_has_its_reference() -> None:
    for kind in kinds().values():
        assert kind.label
        for attribute in kind.attributes.values():
            assert attribute.label and attribute.reference, kind.name


def records() -> list[Record]:
    found = []
    for path in sorted(EXAMPLES.rglob("*.ndjson")):
        lines = path.read_bytes().splitlines()
        found += [read_record(parse(line)) for line in lines if line.strip() and line.strip().startswith(b"{")]
    for path in sorted(EXAMPLES.rglob("*.json")):
        value = json.loads(path.read_bytes())
        found += [read_record(item) for item in (value if isinstance(value, list) else [value]) if "type" in item]
    return [item for item in found if isinstance(item, Record)]


def test_every_event_of_the_example_is_in_the_vocabulary() -> None:
    events = [event for record in records() for event in read_events(record, None)]
    assert len(events) > 1000
    seen = {event.kind for event in events}
    assert seen <= set(kinds())
    assert {"assessment", "ae_grade", "gvhd_grade", "therapy", "death", "infusion", "stratum", "seriousness"} <= seen
    for event in events:
        for name in ("status", "category", "grade", "value", "flag"):
            check(event, name)


def check(event: Any, name: str) -> None:
    """Whether the vocabulary lets be asked for what the event carries."""
    value = getattr(event, name)
    if value is None:
        return
    attribute = kinds()[event.kind].attributes[name]
    assert attribute.words is None or value in attribute.words, (event.kind, name, value)
    if attribute.lowest is not None and attribute.highest is not None:
        assert attribute.lowest <= value <= attribute.highest, (event.kind, name, value)
