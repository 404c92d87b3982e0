"""Contacts and deaths: vital status and performance status.

https://hl7.org/fhir/us/mcode/StructureDefinition-mcode-ecog-performance-status.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.interop.fhir.codes import fixed
from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import coded_word, component, word
from app.interop.fhir.read.elements import said, start, targets
from app.interop.fhir.read.observations import effective, head, kinds, whole
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.read.status import counts, is_settled, joined

_SCORES = ("ecog", "karnofsky")
_CAUSE = fixed("observation", "cause-of-death")


def read_contacts(pool: Pool) -> Iterator[Reading]:
    """Every vital status with the scores that it holds together; then the scores that stand alone."""

    def read(resource: Json) -> Iterator[Reading]:
        if not _is_vital_status(resource):
            return iter(())
        status = _vital_status(resource)
        if status == "dead":
            return pool.make(_death(resource), (resource, ""))
        return _follow_up(resource, status, pool)

    def read_score(resource: Json) -> Iterator[Reading]:
        found = _score(resource)
        if not found:
            return iter(())
        record = {**head(resource, "follow_up"), "date": effective(resource), **found}
        return pool.make(record, (resource, next(iter(found))))

    yield from each(pool, "Observation", read)
    yield from each(pool, "Observation", read_score)


def is_death(resource: Json) -> bool:
    """Whether an Observation that counts tells of the death itself, not of a contact after it."""
    return is_settled(resource) and _is_vital_status(resource) and _vital_status(resource) == "dead"


def _is_vital_status(resource: Json) -> bool:
    return "vital-status" in kinds(resource) or _by_code(resource) is not None


def _vital_status(resource: Json) -> str | None:
    return word(resource.get("valueCodeableConcept"), "vital-status") or _by_code(resource)


def _by_code(resource: Json) -> str | None:
    """The finding that the code is by itself, such as `Alive`; with a value beside it, it could be denied."""
    if any(name.lstrip("_").startswith("value") for name in resource):
        return None
    return coded_word(resource.get("code"), "vital-status")


def _death(resource: Json) -> Json:
    """The day of the event, which may be unknown."""
    cause = word(component(resource, _CAUSE), "death-cause")
    return {**head(resource, "death"), **said(date=start(resource, "effective"), cause=cause)}


def _follow_up(resource: Json, status: str | None, pool: Pool) -> Iterator[Reading]:
    held = [one for one in map(pool.get, targets(resource.get("hasMember"))) if one and counts(one, resource)]
    scores = {next(iter(_score(one))): one for one in held if _score(one)}
    if status is None and not scores:
        raise NoRecordError("its vital status is none that the trial knows")
    found: dict[str, Any] = {name: item for one in scores.values() for name, item in _score(one).items()}
    contact = head(resource, "follow_up")
    record = said(
        **{**contact, "status": joined(contact["status"], scores.values())},
        date=effective(resource),
        kind=word(resource.get("method"), "contact-kind"),
        alive={"alive": True, "dead-by-then": False}.get(status or ""),
        **found,
        lost=True if status == "lost" else None,
    )
    return pool.make(record, (resource, ""), *((one, name) for name, one in scores.items()))


def _score(resource: Json) -> Json:
    """The performance status that an Observation has, by the name of its field."""
    found = kinds(resource)
    return said(**{name: whole(resource) for name in _SCORES if name in found})
