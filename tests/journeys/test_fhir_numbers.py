"""What is said of patients' numbers by any door counts for the Patients that a hospital pushes by FHIR.

docs/identity.md
"""

from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, subject
from tests.journeys.ehr import Json, anc, bundle, counts, patient, push, received, results
from tests.services.intake.numbers import link, merge

HOSPITAL = "urn:hosp"
TAKEN = [("2024-03-05", 0.3)]


def numbered(value: str = "4711", system: str | None = HOSPITAL, code: str | None = "MR") -> Json:
    """A Patient with one identifier."""
    kind = {} if code is None else {"type": {"coding": [{"code": code}]}}
    number = {"value": value, **({} if system is None else {"system": system}), **kind}
    return {**patient("9"), "identifier": [number]}


def pushed(door: Door, who: Json, **params: Any) -> tuple[int, ...]:
    return counts(received(door, who, anc("o-9", of="Patient/9"), **params))


def is_taken(door: Door) -> bool:
    found = results(door) == TAKEN
    assert (door.quarantine() == []) == found
    assert door.rebuilt().different == 0
    return found


def test_a_link_takes_what_waited(door: Door) -> None:
    door.send(subject())
    assert pushed(door, numbered()) == (0, 0, 0, 2, 0, 0)
    assert not is_taken(door)
    door.send(link("4711", "A-001"))
    assert is_taken(door)


def test_a_merge_takes_what_waited(door: Door) -> None:
    door.send(subject(mrn="1"))
    assert pushed(door, numbered()) == (0, 0, 0, 2, 0, 0)
    door.send(merge("4711", "1"))
    assert is_taken(door)


def test_a_link_at_the_end_of_merges_takes_what_waited(service: Door) -> None:
    service.send(subject())
    service.send(merge("4711", "2", "M1"), merge("2", "3", "M2"))
    pushed(service, numbered())
    service.send(link("3", "A-001"))
    assert is_taken(service)


def test_a_link_to_a_subject_who_comes_later(door: Door) -> None:
    door.send(link("4711", "A-001"))
    assert pushed(door, numbered()) == (0, 0, 0, 2, 0, 0)
    door.send(subject())
    assert is_taken(door)


def test_what_is_known_already_is_taken_at_once(service: Door) -> None:
    service.send(subject(mrn="1"), merge("4711", "1"))
    assert pushed(service, numbered()) == (1, 0, 0, 0, 0, 1)
    assert is_taken(service)


def test_between_two_subjects_nobody_chooses(service: Door) -> None:
    service.send(subject(), subject("A-002"))
    service.send(link("4711", "A-001"), link("4711", "A-002", authority=HOSPITAL, kind="MR"))
    assert pushed(service, numbered()) == (0, 0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("system", "code", "authorities", "taken"),
    [
        (None, None, [], True),
        (None, "MR", [], True),
        (HOSPITAL, "MR", [], True),
        (HOSPITAL, None, [], False),
        (HOSPITAL, None, [HOSPITAL], True),
        (HOSPITAL, "MR", [HOSPITAL], True),
        (HOSPITAL, "MR", ["urn:other"], False),
        # An account is no patient, whoever numbers it.
        (None, "AN", [], False),
        (HOSPITAL, "AN", [HOSPITAL], False),
    ],
)
def test_what_is_the_sites_own_number(
    service: Door, system: str | None, code: str | None, authorities: list[str], taken: bool
) -> None:
    site = {"id": "A", "time_zone": "Europe/Berlin", "authorities": authorities}
    service.request("PUT", f"/studies/{STUDY}", json={"definition": STUDY, "sites": [site]})
    service.send(subject(mrn="4711"))
    pushed(service, numbered(system=system, code=code))
    assert is_taken(service) == taken


def test_a_number_of_another_authority_by_its_own_link(service: Door) -> None:
    service.send(subject(), link("4711", "A-001", authority="urn:insurer"))
    assert pushed(service, numbered()) == (0, 0, 0, 2, 0, 0)
    assert pushed(service, numbered(system="urn:insurer", code="NIIP")) == (1, 0, 0, 0, 0, 1)


def test_a_reference_by_number_alone(service: Door) -> None:
    service.send(subject(), link("4711", "A-001", authority=HOSPITAL))
    result = anc("o-9") | {"subject": {"reference": f"Patient?identifier={HOSPITAL}|4711"}}
    assert counts(push(service, bundle(result)).json()) == (1, 0, 0, 0, 0, 0)
    assert is_taken(service)
