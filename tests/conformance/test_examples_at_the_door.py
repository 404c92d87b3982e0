"""Official examples of R4 and R5 sent to the FHIR door, and read again: nothing is lost, not a digit.

https://hl7.org/fhir/R5/downloads.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.interop import jsontext
from app.interop.fhir.check import check
from app.interop.fhir.r5.check import check_r5
from tests.interop.fhir.r5.back.test_convert import NOT_LEGAL
from tests.interop.fhir.r5.test_official import EXAMPLES, KNOWN_R5, NOT_OURS
from tests.interop.fhir.samples import digits
from tests.journeys.door import Door, open_door

from .test_r4_examples import KNOWN
from .test_r4_examples import examples as of_r4

R4, R5 = "application/fhir+json; fhirVersion=4.0", "application/fhir+json; fhirVersion=5.0"
OURS = {"versionId", "lastUpdated"}

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the official FHIR examples (data/fhir in ENGRAFT_SHARED) are not here"
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with open_door(tmp_path_factory.mktemp("store")) as found:
        yield found


def paths(*folders: str) -> list[Path]:
    """Example files of our types."""
    files = [path for folder in folders for path in sorted((EXAMPLES / folder).rglob("*.json"))]
    types = {resource["resourceType"] for resource in of_r4().values()} if EXAMPLES.is_dir() else set()
    return [path for path in files if digits(path.read_bytes()).get("resourceType") in types]


def without_ours(resource: dict[str, Any]) -> dict[str, Any]:
    """Without versionId and lastUpdated, which are the service's."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in OURS}
    rest = {name: value for name, value in resource.items() if name != "meta"}
    return {**rest, "meta": meta} if meta else rest


def sent(door: Door, path: Path, kind: str) -> tuple[int, str]:
    """(status, address) of an example that is put under its own id."""
    example = digits(path.read_bytes())
    address = f"/fhir/{example['resourceType']}/{example['id']}"
    answer = door.request("PUT", address, content=path.read_bytes(), headers={"content-type": kind, "accept": kind})
    return answer.status_code, address


def read(door: Door, address: str, accept: str) -> bytes:
    answer = door.request("GET", address, headers={"accept": accept})
    assert answer.status_code == 200
    return answer.content


@pytest.mark.parametrize("path", paths("hl7-r4", "vulcan-ae-r4", "cibmtr-r4"), ids=lambda path: path.name)
def test_r4_in_and_out(door: Door, path: Path) -> None:
    status, address = sent(door, path, R4)
    if path.name in KNOWN:
        assert status == 422
        return
    assert status in (200, 201)
    assert without_ours(digits(read(door, address, R4))) == without_ours(digits(path.read_bytes()))
    places = {issue.path.partition("[")[0] for issue in check_r5(parsed(read(door, address, R5)))}
    assert places <= {NOT_OURS.get(path.name)}


@pytest.mark.parametrize("path", paths("hl7-r5", "vulcan-ae-r5"), ids=lambda path: path.name)
def test_r5_in_and_out(door: Door, path: Path) -> None:
    status, address = sent(door, path, R5)
    if path.name in KNOWN_R5:
        assert status == 422
        return
    assert status in (200, 201)
    assert without_ours(digits(read(door, address, R5))) == without_ours(digits(path.read_bytes()))
    places = {issue.path.partition("[")[0].partition(".")[0] for issue in check(parsed(read(door, address, R4)))}
    assert places == NOT_LEGAL.get(path.name, set())


def parsed(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = jsontext.parse(body)
    return found
