"""What can be checked before the write lock is taken: the record itself, its units and codes, its FHIR form.

docs/records.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Issue
from app.domain.infusion import Infusion
from app.domain.observation import Lab
from app.domain.record import Record
from app.domain.records import read_record
from app.domain.subject import IDENTIFYING_FIELDS
from app.domain.terms import Quantity
from app.interop.fhir.check import check
from app.interop.fhir.draft import Context
from app.interop.fhir.own import Own
from app.interop.fhir.write import write
from app.interop.jsontext import dump
from app.interop.records import Item
from app.terminology.doses import dose_ucum, known_dose_units
from app.terminology.laboratory import known_tests, named_test
from app.terminology.units import known_units, ucum

_STAND_IN = Context("study", "patient", "research-subject", lambda type_, role: "resource")


@dataclass(frozen=True, slots=True)
class AsFhir:
    """That a record came as FHIR resources, which are its newest state whatever its version says.

    own: the resources as their client wrote them; patient, research_subject: ids for a subject that is not known yet;
    withdrawn: nothing says the record any more; kept: (type, id) of resources that stay, in this record or elsewhere.
    """

    own: tuple[Own, ...] = ()
    patient: str | None = None
    research_subject: str | None = None
    withdrawn: bool = False
    kept: frozenset[tuple[str, str]] = frozenset()


NOT_AS_FHIR = AsFhir()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record that may be stored. content is canonical JSON without the identifying fields."""

    index: int
    record: Record
    hash: str
    content: str
    identity: dict[str, Any] | None
    text: bytes
    fhir: AsFhir = NOT_AS_FHIR


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that may not, with its issues and what is known of its key."""

    index: int
    issues: tuple[Issue, ...]
    text: bytes
    key: str | None = None
    type: str | None = None
    site: str | None = None


def prepare(item: Item) -> Prepared | Refused:
    """Check one record of a payload."""
    if item.issues:
        return Refused(item.index, item.issues, item.text)
    record = read_record(item.raw)
    issues = record if isinstance(record, tuple) else tuple(_checks(record))
    if isinstance(record, tuple) or issues:
        return refuse(item, issues)
    raw, whole = item.raw, dump(item.raw)
    if b":null" in whole:  # null says what an absent field says, so both are the same content
        raw = _said(raw)
        whole = dump(raw)
    content, identity = _split(raw, whole)
    return Prepared(item.index, record, hashlib.sha256(whole).hexdigest(), content, identity, item.text)


def refuse(item: Item, issues: tuple[Issue, ...]) -> Refused:
    """The refusal of a record, with paths as seen from the payload."""
    placed = tuple(issue.under(f"records[{item.index}]") for issue in issues)
    raw = item.raw if isinstance(item.raw, dict) else {}
    parts = [raw.get(name) for name in ("type", "site", "source", "id")]
    words = [part for part in parts if isinstance(part, str) and 0 < len(part) <= 128]
    key = _short("/".join(words), 400) if len(words) == len(parts) else None
    return Refused(item.index, placed, item.text, key, _short(parts[0], 32), _short(parts[1], 64))


def _short(value: Any, most: int) -> str | None:
    return value if isinstance(value, str) and len(value) <= most else None


def _said(value: Any) -> Any:
    """The value without its nulls."""
    if isinstance(value, dict):
        return {name: _said(child) for name, child in value.items() if child is not None}
    return [_said(child) for child in value] if isinstance(value, list) else value


def _split(raw: dict[str, Any], whole: bytes) -> tuple[str, dict[str, Any] | None]:
    """The content to keep with the record, and what identifies a person."""
    if raw["type"] != "subject":
        return whole.decode(), None
    identity = {name: raw.get(name) for name in IDENTIFYING_FIELDS}
    rest = {name: value for name, value in raw.items() if name not in IDENTIFYING_FIELDS}
    return dump(rest).decode(), identity


def _checks(record: Record) -> Iterator[Issue]:
    if isinstance(record, Lab):
        yield from _lab(record)
    if isinstance(record, Infusion):
        for name in ("dose", "planned_dose"):
            yield from _dose(name, getattr(record, name))
    if record.status != "entered-in-error":
        yield from _fhir(record)


def _lab(record: Lab) -> Iterator[Issue]:
    found = named_test(record.test)
    if found is None:
        known = ", ".join(known.id for known in known_tests())
        yield Issue("test", "code-invalid", "unknown laboratory test", f"a LOINC code of, or one of {known}")
    elif record.unit is not None and ucum(found.id, record.unit) is None:
        yield Issue("unit", "code-invalid", "unknown unit for this test", ", ".join(known_units(found.id)))


def _dose(name: str, dose: Quantity | None) -> Iterator[Issue]:
    if dose is not None and dose_ucum(dose.unit) is None:
        yield Issue(f"{name}.unit", "code-invalid", "unknown unit of dose", ", ".join(known_dose_units()))


def _fhir(record: Record) -> Iterator[Issue]:
    """Our own resources fail their check only when a record slipped through its own; the sender sees where."""
    for draft in write(record, _STAND_IN):
        for issue in check({"resourceType": draft.type, "id": "resource", **draft.body}):
            yield Issue("", issue.code, f"as FHIR {draft.type}: {issue.message} at {issue.path}")
