"""Bodies larger than anybody needs.

https://www.rfc-editor.org/rfc/rfc9110#status.413
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.door import STUDY, Door, open_door, subject

MEGABYTE = 1_000_000


async def pieces(count: int) -> AsyncIterator[bytes]:
    """A body without Content-Length."""
    for _ in range(count):
        yield b" " * MEGABYTE


@pytest.mark.parametrize("method_and_path", [("POST", f"/studies/{STUDY}/records"), ("PUT", "/studies/trial")])
@pytest.mark.parametrize("declared", [True, False])
def test_fifty_megabytes(service: Door, method_and_path: tuple[str, str], declared: bool) -> None:
    content = b" " * (50 * MEGABYTE) if declared else pieces(50)
    answer = service.request(*method_and_path, content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.headers["connection"] == "close"
    assert answer.json()["issues"][0]["expected"] == f"at most {32 * 1024 * 1024} bytes"
    assert service.send(subject()).status_code == 201


def test_fifty_megabytes_to_fhir(service: Door) -> None:
    answer = service.request("POST", "/fhir/Patient/1", content=b" " * (50 * MEGABYTE))
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (413, "application/fhir+json")
    assert answer.json()["issue"][0]["code"] == "too-long"


@pytest.mark.parametrize("length", ["9" * 5000, "9" * 18, "1" + "0" * 400])
def test_a_length_beyond_any_number(service: Door, length: str) -> None:
    answer = service.request("POST", f"/studies/{STUDY}/records", headers={"content-length": length}, content=b"{}")
    assert answer.status_code == 413


def test_the_limit_is_inclusive(tmp_path: Path) -> None:
    body = b'{"type": "subject", "site": "A", "source": "ehr", "id": "S1", "subject": "A-001"}'
    with open_door(tmp_path, max_body_bytes=1024) as door:
        assert door.post(body.ljust(1024)).status_code == 201
        assert door.post(body.ljust(1025)).status_code == 413


def test_one_connection_for_reading_is_enough(tmp_path: Path) -> None:
    with open_door(tmp_path, readers=1) as door:
        door.send(subject())
        for resource in door.everything(door.study_reference()):
            assert door.get(f"/fhir/{resource['resourceType']}/{resource['id']}").status_code == 200
        assert door.status("A-001")["subject"] == "A-001"
