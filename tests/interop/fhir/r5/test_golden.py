"""The records of the R4 files in R5, against resources read over by hand.

https://hl7.org/fhir/R5/ and the research guide's examples
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.interop.fhir.draft import Draft
from app.interop.fhir.r5.check import check_r5
from app.interop.fhir.r5.write import write_r5
from app.interop.fhir.write import write

from ..samples import CONTEXT, accepted, digits, encoded, golden, golden_names, resource

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json"))


def written(name: str) -> list[Draft]:
    return write_r5(accepted(golden(name)["record"]), CONTEXT)


def plain(draft: Draft) -> dict[str, Any]:
    body = digits(encoded(draft))
    for element in ("resourceType", "id", "meta"):
        del body[element]
    profile = {"profile": draft.profile} if draft.profile else {}
    return {"type": draft.type, "role": draft.role, **profile, "body": body}


@pytest.mark.parametrize("name", NAMES)
def test_resources_are_those_read_over_by_hand(name: str) -> None:
    expected = digits((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert [plain(draft) for draft in written(name)] == expected


@pytest.mark.parametrize("name", golden_names())
def test_every_record_of_the_r4_files_passes_the_check_of_r5(name: str) -> None:
    assert [issue for draft in written(name) for issue in check_r5(resource(draft))] == []


@pytest.mark.parametrize("name", golden_names())
def test_both_releases_have_the_same_resources(name: str) -> None:
    r4 = write(accepted(golden(name)["record"]), CONTEXT)
    assert [(draft.type, draft.role) for draft in written(name)] == [(draft.type, draft.role) for draft in r4]


@pytest.mark.parametrize("name", sorted(set(golden_names()) - set(NAMES)))
def test_records_of_observations_alone_are_the_same_in_both(name: str) -> None:
    r4 = write(accepted(golden(name)["record"]), CONTEXT)
    assert {draft.type for draft in r4} <= {"Observation"}
    assert written(name) == r4
