"""The parameters of a kick-off, read and checked.

https://hl7.org/fhir/uv/bulkdata/export.html#query-parameters
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.errors import Issue
from app.interop.fhir.bulk import formats
from app.interop.fhir.structure import MODELS
from app.interop.viewdefinition import parquet
from app.services.export.filters import NAME as TYPE_FILTER
from app.services.export.filters import searches
from app.services.export.question import Ignored, Question, joined, types_of
from app.services.search.criteria import Asker, since
from app.services.search.faults import refused, too_costly
from app.services.search.query import Pairs
from app.storage.counter import utc_text
from app.storage.exports.scan import Held

NAMES = ("_outputFormat", "_since", "_until", "_type", TYPE_FILTER, "_elements")
MOST_PATIENTS = 10_000
RELEASES = {"": None, "4.0": 4, "4.0.1": 4, "5.0": 5, "5.0.0": 5}
_ELEMENT = re.compile(r"(?:([A-Z][A-Za-z]+)\.)?([a-z][A-Za-z]+)", re.ASCII)
_PATIENT = re.compile(r"Patient/([A-Za-z0-9.-]{1,64})", re.ASCII)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Start:
    """A kick-off without its parameters: who asks where, and for whose resources."""

    asker: Asker
    held: Held
    lenient: bool


def read(start: Start, pairs: Pairs) -> Question:
    """The question behind a kick-off. Fault MALFORMED for what cannot be answered."""
    ignored = Ignored(start.lenient)
    given = _given(start, pairs, ignored)
    format_, release = _format(given)
    asker = start.asker if release is None else replace(start.asker, release=release)
    types = _types(start, given.get("_type", ()), ignored)
    first = _one(given, "_since")
    held = replace(
        start.held,
        # Changed later than at that very instant; the store's clock knows milliseconds.
        since=None if first is None else _after(since("_since", first)),
        until=None if (end := _one(given, "_until")) is None else since("_until", end),
        scope=replace(start.held.scope, patients=_patients(start, given.get("patient", ()))),
    )
    return Question(
        held,
        types,
        searches(asker, given.get(TYPE_FILTER, ()), types, ignored),
        _elements(given.get("_elements", ()), types, ignored),
        format_,
        asker.release,
        start.asker.base,
        first is not None,
        tuple(ignored.issues),
    )


def _given(start: Start, pairs: Pairs, ignored: Ignored) -> dict[str, list[str]]:
    names = (*NAMES, "patient") if start.held.scope.compartments else NAMES
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        if name in names:
            found.setdefault(name, []).append(text)
        elif name != "_format":
            ignored.add(Issue("", "not-supported", "unknown parameter", ", ".join(names)))
    return found


def _one(given: dict[str, list[str]], name: str) -> str | None:
    texts = given.get(name, [])
    if len(texts) > 1:
        raise refused(name, "may be given once")
    return texts[0] if texts else None


def _after(instant: str) -> str:
    return utc_text(datetime.fromisoformat(instant) + _MILLISECOND)


def _format(given: dict[str, list[str]]) -> tuple[str, int | None]:
    """(format, release of FHIR where it says one)."""
    # A '+' in a query string is a blank.
    text = (_one(given, "_outputFormat") or formats.NDJSON).lower().strip().replace("fhir ndjson", "fhir+ndjson")
    name, _, rest = text.partition(";")
    parameter, _, version = rest.strip().partition("=")
    if name.strip() not in formats.SPELLINGS or parameter not in ("", "fhirversion") or version not in RELEASES:
        expected = f"{', '.join(formats.SPELLINGS)}; with ;fhirVersion=4.0 or 5.0 where wanted"
        raise refused("_outputFormat", "this format is not offered", expected, "not-supported")
    format_ = formats.SPELLINGS[name.strip()]
    if format_ == formats.PARQUET:
        _check_parquet()
    return format_, RELEASES[version]


def _check_parquet() -> None:
    try:
        formats.check_parquet()
    except parquet.Unavailable as error:
        raise refused("_outputFormat", str(error), formats.NDJSON, "not-supported") from None


def _types(start: Start, texts: Sequence[str], ignored: Ignored) -> tuple[str, ...]:
    offered, asked = types_of(start.held.scope), joined(texts)
    expected = ", ".join(offered)
    if any(name not in offered for name in asked):
        message = "a type that is not exported here" if set(asked) <= set(MODELS) else "an unknown resource type"
        ignored.add(Issue("_type", "not-supported", message, expected))
    kept = tuple(name for name in offered if name in asked) if texts else offered
    if not kept:
        raise refused("_type", "no type is left to export", expected)
    return kept


def _elements(texts: Sequence[str], types: Sequence[str], ignored: Ignored) -> dict[str, tuple[str, ...]]:
    """Elements wanted by type; a type of which none is named stays whole."""
    found: dict[str, tuple[str, ...]] = {}
    for part in joined(texts):
        match = _ELEMENT.fullmatch(part)
        if match is None or match[1] not in (None, *types):
            expected = "element, or Type.element of a type that is exported; of the first level"
            ignored.add(Issue("_elements", "value", "cannot be used so", expected))
            continue
        for type_ in types if match[1] is None else [match[1]]:
            found[type_] = (*found.get(type_, ()), match[2])
    return found


def _patients(start: Start, texts: Sequence[str]) -> tuple[str, ...]:
    """Ids of the Patients that are asked for."""
    found = [_PATIENT.fullmatch(text.removeprefix(f"{start.asker.base}/")) for text in joined(texts)]
    if len(found) > MOST_PATIENTS:
        raise too_costly("patient", "too many Patients", f"at most {MOST_PATIENTS}")
    if texts and not (found and all(found)):
        raise refused("patient", "cannot be read", "a reference such as Patient/123")
    return tuple(sorted({match[1] for match in found if match}))
