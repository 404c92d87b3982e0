"""Whatever the service accepts can be read: it becomes a record, or is told to be none.

https://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.interop.fhir.check import check
from app.interop.fhir.read import read

from ..full import every_draft
from ..samples import resource

KINDS = ("less", "empty", "gap", "twice")
ODD: list[Any] = [" ", "x", "é" * 300, "2024", "0001-01-01", "Patient/p", "#x", 0, -1, 10**30, True]
Json = dict[str, Any]


def extended() -> Json:
    """An element without a value: an extension says why."""
    return {"extension": [{"url": "http://example.org/why", "valueString": "withheld"}]}


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of everything inside, but for the type and the id."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
    for key in keys:
        if key not in ("resourceType", "id"):
            yield node, key
            yield from places(node[key])


def change(inside: Any, key: Any, kind: str) -> None:
    """One change of a kind that FHIR's JSON knows; nothing where it cannot be made."""
    value = inside[key]
    if kind == "less":
        del inside[key]
    elif kind == "empty" and isinstance(key, str) and not isinstance(value, (dict, list)):
        inside[f"_{key}"] = extended()
        del inside[key]
    elif kind == "empty" and isinstance(value, dict):
        inside[key] = extended()
    elif kind == "gap" and isinstance(key, str) and isinstance(value, list):
        inside[key], inside[f"_{key}"] = [None, *value], [extended(), *[None] * len(value)]
    elif kind == "twice" and isinstance(inside, list):
        inside.append(deepcopy(value))


@st.composite
def changed(draw: st.DrawFn) -> Json:
    """A resource of ours, changed in one to three places."""
    found = deepcopy(draw(st.sampled_from(ours())))
    for _ in range(draw(st.integers(1, 3))):
        inside, key = draw(st.sampled_from(list(places(found))))
        kind = draw(st.sampled_from([*KINDS, "odd"]))
        if kind == "odd":
            inside[key] = draw(st.sampled_from(ODD))
        else:
            change(inside, key, kind)
    return found


@cache
def ours() -> list[Json]:
    """Every resource that the writers make of records with every field, and a Patient with an identity."""
    return [*(resource(draft) for draft in every_draft()), known_person()]


def known_person() -> Json:
    """A Patient with everything that is read of one."""
    name = {"use": "official", "family": "Doe", "given": ["Jane", "B"]}
    identifier = {"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}}
    told = {"name": [name], "identifier": [{**identifier, "value": "M-1"}], "gender": "other", "birthDate": "1980-02"}
    return {"resourceType": "Patient", "id": "patient-1", **told, "deceasedDateTime": "2024"}


def read_all(resources: list[Json]) -> None:
    """Each of them is in a record, or told to be in none; none of them is changed."""
    before = deepcopy(resources)
    readings, unused = read(resources)
    named = {(member.type, member.id) for reading in readings for member in reading.members}
    told = {(item.type, item.id) for item in unused}
    assert named | told == {(item["resourceType"], item["id"]) for item in resources}
    assert not named & told
    assert resources == before


def read_with_its_subject(found: Json) -> None:
    """With a ResearchSubject, so that a Patient is read too."""
    fixed = {"resourceType": "ResearchSubject", "id": "rs-1", "individual": {"reference": "Patient/patient-1"}}
    said = {"identifier": [{"value": "A-1"}], "status": "on-study", "study": {"reference": "ResearchStudy/s"}}
    read_all([found, {**fixed, **said}])


@pytest.mark.parametrize("kind", KINDS)
def test_every_place_may_be_odd(kind: str) -> None:
    accepted = 0
    for known in ours():
        for number in range(len(list(places(known)))):
            found = deepcopy(known)
            change(*list(places(found))[number], kind)
            if found != known and check(deepcopy(found)) == []:
                read_with_its_subject(found)
                accepted += 1
    assert accepted


@given(changed())
def test_several_places_may_be_odd(found: Json) -> None:
    assume(check(deepcopy(found)) == [])
    read_with_its_subject(found)
