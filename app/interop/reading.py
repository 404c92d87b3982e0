"""What every reader gives, whatever the format: records as JSON of the contract, and what it left alone.

docs/records.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.domain.errors import Category, Fault, Issue

if TYPE_CHECKING:
    from app.interop.fhir.arriving.arrived import Arrival

_NOWHERE: Mapping[str, str] = MappingProxyType({})


def _nowhere() -> Mapping[str, str]:
    return _NOWHERE


@dataclass(frozen=True, slots=True)
class PatientNumber:
    """A hospital's number of a patient. authority: who assigned it; kind: HL7 table 0203, e.g. `MR`."""

    number: str
    authority: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One record as it stood in the payload: read, or with the issues that kept it from being read.

    issues: their paths are seen from the record, or from the payload where raw is None;
    place: where it stands in what was sent, "" at the JSON door; places: field path of the record -> place of what it
    was read from; notes: what the sender should know though the record is taken; patient: who it is about, where the
    source names the patient by the hospital's number and `raw` has no subject; key: where raw is None, what this is in
    its source, so that a corrected one is known for the same.
    """

    index: int
    raw: Any
    text: bytes
    issues: tuple[Issue, ...] = ()
    place: str = ""
    places: Mapping[str, str] = field(default_factory=_nowhere)
    notes: tuple[Issue, ...] = ()
    patient: PatientNumber | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """Something that was left alone, with one plain sentence; it is kept in the inbox."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merge:
    """That two numbers of one hospital are one patient's from now on; undone: that they are two patients' after all.

    kept: the number that goes on; gone: the one that is no longer used; where a merge is undone neither is.
    """

    kept: PatientNumber
    gone: PatientNumber
    site: str
    source: str
    recorded: str | None
    place: str
    text: bytes
    undone: bool = False


@dataclass(slots=True)
class Reading:
    """What was read from a payload. key: of the payload as a whole in its source, e.g. an HL7 control id.

    arrival: resources of FHIR, of which the store has to tell whose they are before they are records.
    """

    items: list[Item] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    key: str | None = None
    arrival: Arrival | None = None


class Unreadable(Fault):
    """A payload of which nothing can be read. key: as of a Reading, where so much could be read."""

    def __init__(self, detail: str, issues: tuple[Issue, ...], key: str | None = None) -> None:
        super().__init__(Category.MALFORMED, detail, issues)
        self.key = key
