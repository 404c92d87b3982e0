"""What can be checked before the write lock is taken: the record itself, its units and codes, its FHIR form.

docs/records.md
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from app.domain.errors import Issue
from app.domain.patient import FACT_TYPES, PatientLink, PatientMerge, is_fact, read_fact
from app.domain.record import Record
from app.domain.records import RECORD_TYPES, read_record
from app.domain.subject import IDENTIFYING_FIELDS
from app.interop.fhir.own import Own
from app.interop.jsontext import dump
from app.interop.reading import Item, PatientNumber
from app.services.intake.checks import checks
from app.services.intake.receipt import Line


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
    """A record that may be stored. content is canonical JSON without the identifying fields.

    redriven: the same version of the source was stored before, read otherwise; patient: the number it came under.
    """

    index: int
    record: Record
    hash: str
    content: str
    identity: dict[str, Any] | None
    text: bytes
    fhir: AsFhir = NOT_AS_FHIR
    place: str = ""
    notes: tuple[Issue, ...] = ()
    redriven: bool = False
    patient: PatientNumber | None = None

    @property
    def key(self) -> str:
        """The natural key."""
        return self.record.key

    @property
    def type(self) -> str:
        """The record's type."""
        return self.record.type

    @property
    def site(self) -> str:
        """The site that it is of."""
        return self.record.site


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that may not, with its issues and what is known of its key."""

    index: int
    issues: tuple[Issue, ...]
    text: bytes
    key: str | None = None
    type: str | None = None
    site: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A record that may be stored once it is known which subject the hospital's number of the patient means."""

    item: Item
    patient: PatientNumber
    key: str
    type: str
    site: str
    redriven: bool = False

    @property
    def index(self) -> int:
        """Its position in the payload."""
        return self.item.index

    @property
    def text(self) -> bytes:
        """What was sent."""
        return self.item.text

    @property
    def place(self) -> str:
        """Where it stands in what was sent."""
        return self.item.place

    def assigned(self, subject: str) -> Prepared | Refused:
        """The record as that subject's."""
        found = prepare_assigned(replace(self.item, raw={**self.item.raw, "subject": subject}, patient=None))
        if isinstance(found, Refused):
            return found
        return replace(found, redriven=self.redriven, patient=self.patient)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is decided already: nothing is taken. line: of the receipt; the rest is what quarantine knows it by."""

    line: Line
    key: str
    type: str
    site: str
    text: bytes
    place: str

    @property
    def index(self) -> int:
        """Its position in the payload."""
        return self.line.index


@dataclass(frozen=True, slots=True)
class Stated:
    """Something said of a hospital's number of a patient, which is no record of a subject."""

    index: int
    fact: PatientLink | PatientMerge
    hash: str
    text: bytes
    place: str = ""

    @property
    def key(self) -> str:
        """The natural key."""
        return self.fact.key

    @property
    def type(self) -> str:
        """patient_link or patient_merge."""
        return self.fact.type

    @property
    def site(self) -> str:
        """The site whose number it is."""
        return self.fact.site


Checked = Prepared | Refused | Unassigned | Stated | Settled


def rank(item: Checked) -> int:
    """What is said of numbers comes first, and what needs it last."""
    return 0 if isinstance(item, Stated) else 2 if isinstance(item, Unassigned) else 1


# What is no type of ours is a value of the sender's.
_TYPES = frozenset((*RECORD_TYPES, *FACT_TYPES))
# Stands for a subject that is not known yet, while the rest of its record is checked.
_SOMEBODY = "subject"


def prepare(item: Item) -> Checked:
    """Check one record of a payload."""
    if is_fact(item.raw) and not item.issues:
        return _stated(item)
    patient = item.patient
    if patient is None or item.issues or not isinstance(item.raw, dict) or "subject" in item.raw:
        return prepare_assigned(item)
    found = prepare_assigned(replace(item, raw={**item.raw, "subject": _SOMEBODY}))
    if isinstance(found, Refused):
        return found
    return Unassigned(item, patient, found.key, found.type, found.site)


def _stated(item: Item) -> Stated | Refused:
    fact = read_fact(item.raw)
    if isinstance(fact, tuple):
        return refuse(item, fact)
    return Stated(item.index, fact, hashlib.sha256(dump(_said(item.raw))).hexdigest(), item.text, item.place)


def prepare_assigned(item: Item) -> Prepared | Refused:
    """Check one record that names its subject."""
    if item.issues:
        return _unread(item) if item.raw is None else refuse(item, (*item.issues, *_further(item)))
    record = read_record(item.raw)
    issues = record if isinstance(record, tuple) else tuple(checks(record))
    if isinstance(record, tuple) or issues:
        return refuse(item, issues)
    raw, whole = item.raw, dump(item.raw)
    if b":null" in whole:  # null says what an absent field says, so both are the same content
        raw = _said(raw)
        whole = dump(raw)
    content, identity = _split(raw, whole)
    digest = hashlib.sha256(whole).hexdigest()
    return Prepared(item.index, record, digest, content, identity, item.text, place=item.place, notes=item.notes)


def refuse(item: Item, issues: tuple[Issue, ...]) -> Refused:
    """The refusal of a record, with paths as seen from the payload and places as seen in what was sent."""
    placed = tuple(_placed(item, issue).under(f"records[{item.index}]") for issue in issues)
    raw = item.raw if isinstance(item.raw, dict) else {}
    parts = [raw.get(name) for name in ("type", "site", "source", "id")]
    words = [part for part in parts if isinstance(part, str) and 0 < len(part) <= 128]
    key = _short("/".join(words), 400) if len(words) == len(parts) else None
    type_ = parts[0] if isinstance(parts[0], str) and parts[0] in _TYPES else None
    return Refused(item.index, placed, item.text, key, type_, _short(parts[1], 64), item.place)


def _further(item: Item) -> tuple[Issue, ...]:
    """What is wrong beside what its reader found, so that the sender hears of all at once."""
    told = {issue.path for issue in item.issues} | ({"subject"} if item.patient is not None else set())
    found = read_record(item.raw)
    return tuple(issue for issue in found if issue.path not in told) if isinstance(found, tuple) else ()


def _unread(item: Item) -> Refused:
    """What is no record at all; its reader has told the places."""
    return Refused(item.index, item.issues, item.text, _short(item.key, 400), place=item.place)


def _placed(item: Item, issue: Issue) -> Issue:
    """The issue with the place of the longest part of its path that is known to stand somewhere."""
    if issue.place is not None or not item.place:
        return issue
    path = issue.path
    while path and path not in item.places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return replace(issue, place=item.places.get(path, item.place))


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
