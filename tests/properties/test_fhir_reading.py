"""Whatever record is kept: what is written of it, read back and written again, is what was written."""

from collections import Counter
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.adverse_event import AdverseEvent
from app.domain.record import Record
from app.domain.records import RECORD_TYPES
from app.interop.fhir.fields import field_rows
from app.interop.fhir.read import read
from app.interop.fhir.write import write
from app.interop.jsontext import dump
from app.interop.reading import Item
from app.services.intake.prepare import Prepared, prepare
from app.terminology.value_sets import normalise, words
from tests.interop.fhir.full import FULL
from tests.interop.fhir.read.test_round_trip import BY_SUBJECT, assert_lossless, sent
from tests.interop.fhir.samples import CONTEXT, ENVELOPE, accepted
from tests.properties.random_records import kept

# Fields of free words, and the value sets that know them.
CODED = {
    "relatedness_other": "relatedness-other",
    "outcome": "outcome",
    "action_taken": "action-taken",
    "interest": "interest",
    "donor_type": "donor-type",
    "hla_match": "hla-match",
    "graft_source": "graft-source",
    "conditioning": "conditioning",
    "subtype": "disease-subtype",
    "status_at_transplant": "status-at-transplant",
    "cns_status": "cns-status",
    "route": "route",
}
WRITTEN = {(row.record, row.field.partition(".")[0]) for row in field_rows() if row.r4}


@st.composite
def known_records(draw: st.DrawFn) -> dict[str, Any]:
    """A record with every field, without some of them, and with other words that the tables know."""
    kind = draw(st.sampled_from(sorted(FULL)))
    fields = dict(draw(st.sampled_from(FULL[kind])))
    optional = [name for name in fields if not RECORD_TYPES[kind].model_fields[name].is_required()]
    for name in draw(st.sets(st.sampled_from(optional))):
        del fields[name]
    for name in fields.keys() & CODED.keys():
        if (kind, name) != ("infusion", "outcome"):
            fields[name] = draw(st.sampled_from(words(CODED[name])))
    status = draw(st.sampled_from(["final", "amended", "entered-in-error"]))
    return {"type": kind, **ENVELOPE, "status": status, **fields}


def read_back(record: Record) -> dict[str, Any]:
    (reading,) = read(sent(write(record, CONTEXT)))[0]
    return reading.record


def contradicts_itself(record: Record) -> bool:
    """An event that is over while its outcome goes on: as FHIR it is completed, which does not say so."""
    going_on = ("recovering", "not-recovered")
    return (
        isinstance(record, AdverseEvent)
        and record.ongoing is False
        and normalise("outcome", record.outcome or "") in going_on
    )


@settings(max_examples=200)
@given(kept())
def test_random_records(raw: Any) -> None:
    found = prepare(Item(0, raw, dump(raw)))
    assume(isinstance(found, Prepared) and found.record.type not in BY_SUBJECT)
    assert isinstance(found, Prepared)
    assume(not contradicts_itself(found.record))
    assert_lossless(found.record)


@given(known_records())
def test_records_of_known_words(raw: dict[str, Any]) -> None:
    record = accepted(raw)
    assume(not contradicts_itself(record))
    assert_lossless(record)


@given(known_records())
def test_every_field_that_the_table_says_is_written_comes_back(raw: dict[str, Any]) -> None:
    """As long as it is not entered in error, and nothing outweighs it."""
    record = accepted({**raw, "status": "final"})
    told = {name for name in raw if (record.type, name) in WRITTEN} - unsaid(record)
    found = read_back(record)
    assert told <= found.keys()
    assert {name: found[name] for name in told & CODED.keys()} == {name: raw[name] for name in told & CODED.keys()}


def unsaid(record: Any) -> set[str]:
    """Of what the table notes to be said in part: what is silent in this record."""
    silent = Counter[str]()
    if record.type == "adverse_event":
        silent["ongoing"] += record.end is not None or record.outcome in OVER
        silent["ongoing"] += record.ongoing is False and record.outcome in ("not-recovered", "recovering")
    if record.type == "lab" and record.value is None:
        silent["unit"] += record.low is None and record.high is None
    if record.type == "infusion" and record.dose is None:
        silent["route"] += 1
    if record.type == "follow_up":
        silent["lost"] += record.alive is not None or record.lost is not True
        silent["alive"] += record.alive is None
    return {name for name, times in silent.items() if times}


OVER = ("recovered", "recovered-with-sequelae", "fatal")
