"""The example as HL7 v2: what is read of each message is the record that it was written from.

docs/hl7v2.md
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from importlib.resources import files
from typing import Any

import pytest

from app.domain.dates import PartialDate
from app.domain.record import Record
from app.domain.study import Study
from app.example import generate
from app.example.hl7v2 import messages
from app.interop.hl7v2.read import Sender, read
from app.interop.jsontext import dump
from app.interop.mapping.loading import load
from app.interop.mapping.scope import Where
from app.interop.records import read_json
from app.services.intake.prepare import Prepared, Unassigned, prepare
from app.terminology.laboratory import named_test

EXTRACT = generate(2026, 60)
ZONES: dict[str, tzinfo | None] = dict(Study.model_validate(EXTRACT.study).zones())
PROFILE = load(files("app.interop.mapping").joinpath("profiles", "hl7v2.yaml").read_bytes()).profile
SENDER = Sender(PROFILE, Where(zones=ZONES))
# Every tenth POST and the ones with a record to be refused: the rest says nothing new.
POSTS = [
    number for number, batch in enumerate(EXTRACT.batches) if number % 10 == 0 or any("BAD" in r["id"] for r in batch)
]


def pairs(number: int) -> Iterator[tuple[dict[str, Any], Any, Any]]:
    """(record as written, as read from JSON, as read from its message)."""
    texts = list(messages(EXTRACT))[number]
    for raw, text in zip(EXTRACT.batches[number], texts, strict=True):
        [item] = read(text.encode(), SENDER, 1).items
        found = prepare(item)
        if isinstance(found, Unassigned):
            found = found.assigned(raw["subject"])
        yield raw, prepare(read_json(dump(raw), 1)[0]), found


def said(record: Record) -> dict[str, Any]:
    """What a record says: dates by their days at the site, tests by our name, keys left out."""
    zone = ZONES.get(record.site)
    found = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        found[name] = value.at_site(zone) if isinstance(value, PartialDate) else value
    found["test"] = named_test(found["test"]) if "test" in found else None
    return {name: value for name, value in found.items() if name not in ("id", "version", "recorded")}


@pytest.mark.parametrize("number", POSTS)
def test_each_message_says_what_its_record_says(number: int) -> None:
    for raw, as_json, as_message in pairs(number):
        assert isinstance(as_message, Prepared) == isinstance(as_json, Prepared), raw["id"]
        if isinstance(as_message, Prepared):
            assert said(as_message.record) == said(as_json.record)
        else:
            assert as_message.issues[0].place and as_message.issues[0].path == as_json.issues[0].path


def test_the_messages_are_in_the_order_of_their_times() -> None:
    headers = [text.split("|") for batch in messages(EXTRACT) for text in batch]
    times = [datetime.strptime(header[6], "%Y%m%d%H%M%S%z") for header in headers]
    assert times == sorted(times)
    assert len({header[9] for header in headers}) == len(headers)
