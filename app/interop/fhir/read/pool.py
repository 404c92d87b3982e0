"""The resources that are read together: which of them are in a record by now, and why the others are in none.

https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from app.domain.records import read_record
from app.interop.fhir.elements import Json
from app.interop.fhir.read.elements import Name, name_of, study_of, targets
from app.interop.fhir.read.reading import Member, NoRecordError, Reading, Unused
from app.interop.fhir.urls import AE_GUIDE

# What stands in for the envelope, and for the words that our own resources withhold, when a record is checked.
_STAND_IN = {"site": "site", "source": "source", "id": "id", "subject": "subject"}
_WITHHELD = {"adverse_event": {"term": "masked"}}
_OTHERWISE = {
    "Patient": "no ResearchSubject refers to it yet",
    "ResearchStudy": "it is a study, and no record of a subject",
    "BiologicallyDerivedProduct": "no infusion among the resources gives it",
}
_KNOWN_MODIFIERS = frozenset({f"{AE_GUIDE}/status"})
_NEVER = "the trial makes no record of this type of resource"


class Pool:
    """A Bundle, or one resource and those that it belongs with."""

    def __init__(self, resources: Sequence[Json]) -> None:
        self._all = [name_of(resource) for resource in resources]
        hindered = [(resource, hindrance(resource)) for resource in resources]
        self._resources = {name_of(resource): resource for resource, why in hindered if why is None}
        self._parts = _parts(self._resources.values())
        self._taken: set[Name] = set()
        self._reasons: dict[Name, str] = {name_of(resource): why for resource, why in hindered if why is not None}

    def get(self, name: Name | None) -> Json | None:
        """A resource by (type, id); None where it is not among these."""
        return None if name is None else self._resources.get(name)

    def every(self, type_: str) -> list[Json]:
        """The resources of a type."""
        return [resource for (kind, _), resource in self._resources.items() if kind == type_]

    def free(self, type_: str) -> list[Json]:
        """The resources of a type that are in no record yet."""
        return [resource for resource in self.every(type_) if self.is_free(resource)]

    def is_free(self, resource: Json) -> bool:
        """Whether a resource is in no record yet."""
        return name_of(resource) not in self._taken

    def parts(self, type_: str, *wholes: Name) -> list[Json]:
        """The resources of a type that are in no record yet and of which `partOf` or `focus` leads to one of these."""
        found = {name: one for whole in wholes for name, one in self._parts.get(whole, {}).items()}
        return [one for name, one in found.items() if name[0] == type_ and name not in self._taken]

    def attempt(self, read: Callable[[Json], Iterator[Reading]], resource: Json) -> Iterator[Reading]:
        """What `read` makes of a resource; where it raises NoRecordError the reason is kept."""
        try:
            yield from list(read(resource))
        except NoRecordError as error:
            self.refuse(resource, error.reason)

    def make(self, record: Json, *members: tuple[Json, str]) -> Iterator[Reading]:
        """The reading of a record. members: (resource, role), the leading one first.

        Nothing where the domain would not accept the record: its members are told why.
        """
        found = read_record({**_STAND_IN, **_WITHHELD.get(record["type"], {}), **record})
        if isinstance(found, tuple):
            place, message = found[0].path, found[0].message
            for resource, _ in members:
                self.refuse(resource, f"as a record ({record['type']}) it is refused at {place}: {message}")
            return
        self._taken |= {name_of(resource) for resource, _ in members}
        named = tuple(Member(*name_of(resource), role) for resource, role in members)
        studies = (study_of(resource) for resource, _ in members)
        yield Reading(record, named, study=next(filter(None, studies), None))

    def refuse(self, resource: Json, reason: str) -> None:
        """Keep why a resource is in no record; the first reason counts."""
        self._reasons.setdefault(name_of(resource), reason)

    def unused(self) -> list[Unused]:
        """What is in no record, in the order of the resources."""
        left = [name for name in self._all if name not in self._taken]
        return [Unused(*name, self._reasons.get(name) or _OTHERWISE.get(name[0], _NEVER)) for name in left]


def hindrance(resource: Json) -> str | None:
    """Why the resource must not be read: it says that it means something else to those who know how; None for most.

    https://hl7.org/fhir/R4/extensibility.html#modifierExtension
    """
    if "implicitRules" in resource or "_implicitRules" in resource:
        return "it follows rules that the trial does not know (implicitRules)"
    if any(item.get("url") not in _KNOWN_MODIFIERS for item in resource.get("modifierExtension") or []):
        return "it has a modifierExtension that the trial does not know"
    return None


def _parts(resources: Iterable[Json]) -> dict[Name, dict[Name, Json]]:
    """Found once: a Bundle may hold many thousand resources, and each of them may be a part of any other."""
    found: dict[Name, dict[Name, Json]] = {}
    for resource in resources:
        for whole in targets([*(resource.get("partOf") or []), *(resource.get("focus") or [])]):
            found.setdefault(whole, {})[name_of(resource)] = resource
    return found


def each(pool: Pool, type_: str, read: Callable[[Json], Iterator[Reading]]) -> Iterator[Reading]:
    """What `read` makes of every resource of a type that is in no record yet."""
    return chain.from_iterable(pool.attempt(read, resource) for resource in pool.free(type_))
