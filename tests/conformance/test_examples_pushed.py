"""Official examples pushed by a hospital's system: each is taken, left alone with a reason, or refused with its place.

https://hl7.org/fhir/R4/downloads.html ; https://hl7.org/fhir/R5/downloads.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.fhir.r5.test_official import EXAMPLES
from tests.interop.fhir.samples import digits
from tests.journeys.door import Door, open_door
from tests.journeys.ehr import bundle, push, research_subject

R4, R5 = "application/fhir+json; fhirVersion=4.0", "application/fhir+json; fhirVersion=5.0"
FOLDERS = {"hl7-r4": R4, "cibmtr-r4": R4, "vulcan-ae-r4": R4, "hl7-r5": R5, "vulcan-ae-r5": R5}

# Of nobody in the trial is held; Bundles among them count by their entries.
COUNTS = {
    "hl7-r4": {"held": 285, "rejected": 3, "unused": 370},
    "cibmtr-r4": {"held": 28, "unused": 9},
    "vulcan-ae-r4": {"held": 43, "unused": 27},
    "hl7-r5": {"held": 499, "rejected": 7, "unused": 349},
    "vulcan-ae-r5": {"held": 43, "unused": 27},
}
EMPTY = {("hl7-r5", "Bundle-externals.json")}

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the official FHIR examples (data/fhir in ENGRAFT_SHARED) are not here"
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with open_door(tmp_path_factory.mktemp("store")) as found:
        yield found


def examples(folder: str) -> list[Path]:
    return sorted(path for path in (EXAMPLES / folder).rglob("*.json") if "_definitions" not in path.parts)


def sentences(receipt: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, sentence) of everything that was not taken."""
    for line in receipt["records"]:
        for issue in line.get("issues", []):
            yield issue["place"], issue["message"]
    for unused in receipt.get("unused", []):
        yield unused["place"], unused["reason"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_example_is_told_what_became_of_it(door: Door, folder: str) -> None:
    seen: Counter[str] = Counter()
    for path in examples(folder):
        answer = push(door, path.read_bytes(), kind=FOLDERS[folder], source=folder)
        if (folder, path.name) in EMPTY:
            assert answer.json()["detail"] == "no resources"
            continue
        assert answer.status_code in (200, 422), (path.name, answer.text)
        receipt = answer.json()
        told = list(sentences(receipt))
        assert all(place and len(sentence) > 8 for place, sentence in told), path.name
        for name in ("accepted", "amended", "unchanged", "held", "rejected"):
            seen[name] += receipt.get(name, 0)
        seen["unused"] += len(receipt.get("unused", []))
        assert receipt["records"] or receipt.get("unused"), path.name
    assert +seen == COUNTS[folder]


def test_nothing_of_them_is_shown(door: Door) -> None:
    """They are of nobody in the trial."""
    for type_ in ("Patient", "Observation", "Condition", "Procedure", "AdverseEvent"):
        assert door.get(f"/fhir/{type_}").json().get("entry", []) == []


def test_examples_of_patients_who_are_subjects(door: Door) -> None:
    """CIBMTR's, once a ResearchSubject says who they are: what was held is taken or told why not."""
    found = [digits(path.read_bytes()) for path in examples("cibmtr-r4")]
    patients = {one["id"] for one in found if one["resourceType"] == "Patient"}
    patients |= {one["subject"]["reference"].split("/")[1] for one in found if "reference" in one.get("subject", {})}
    joined = [research_subject(one, f"C-{number}") for number, one in enumerate(sorted(patients))]
    for path in examples("cibmtr-r4"):
        push(door, path.read_bytes(), site="B", kind=R4)
    held = len(door.quarantine(count=1000))
    receipt = push(door, bundle(*joined), site="B").json()
    assert receipt["accepted"] == len(patients)
    assert held - len(door.quarantine(count=1000)) == COUNTS["cibmtr-r4"]["held"]
    assert door.get("/fhir/Observation", _summary="count").json()["total"] == sum(
        one["resourceType"] == "Observation" for one in found
    )
