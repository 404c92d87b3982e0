"""Resources of the trial with elements taken away or replaced by anything, sent one after the other.

https://hl7.org/fhir/R4/http.html#update

Whatever comes: never an error of ours, nothing stored of what is refused, and what is stored can be read in every view
and release and made again from the records.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.interop.fhir.encode import to_json
from tests.interop.fhir.full import FULL, raw
from tests.journeys.door import STUDY, Door, open_door, subject

JSON = {"content-type": "application/fhir+json"}
VIEWS = (
    {},
    {"prefer": "view=coded"},
    {"accept": "application/fhir+json; fhirVersion=5.0"},
    {"accept": "application/fhir+json; fhirVersion=5.0", "prefer": "view=coded"},
)
SENT = 150
TAKEN_AWAY = object()
ANYTHING: tuple[Any, ...] = (
    *(TAKEN_AWAY,) * 8,
    *(None, True, 0, -1, 10**18, 1.5, 1e300, -1e-300, [], {}, [[]], [{}], [None]),
    *("", "x", "x" * 300, "9999-12-31", "0001-01-01T00:00:00Z", "2024-02-30", "\0", "http://x"),
    *("entered-in-error", "unknown", "final", "completed", "withdrawn"),
    *({"coding": []}, {"reference": "Patient/nobody"}, {"value": -5}, {"value": 1e-300, "comparator": "<"}),
    *({"start": "2024"}, {"end": "2024"}),
)
_COUNTED = re.compile("0{24}([0-9a-f]{8})")
Path_ = tuple[str | int, ...]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the service makes of records of every type with every field, under ids that no other door counts up to."""
    with open_door(tmp_path_factory.mktemp("whole")) as door:
        door.put_study(STUDY, "A")
        records = [raw(kind, {"id": f"{kind}-{n}", **one}) for kind in FULL for n, one in enumerate(FULL[kind])]
        receipt = door.post(to_json([subject(), *records])).json()
        assert {line["outcome"] for line in receipt["records"]} == {"accepted"}, receipt
        return [
            json.loads(_COUNTED.sub(r"hospital-\1", json.dumps(one))) for one in door.everything(door.study_reference())
        ]


def places(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every place inside, but for the type and the id."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in steps:
        if path or step not in ("resourceType", "id"):
            yield (*path, step)
            yield from places(child, (*path, step))


def mutilated(resource: dict[str, Any], choices: random.Random) -> dict[str, Any]:
    found = copy.deepcopy(resource)
    for _ in range(choices.choice((1, 1, 2, 3))):
        *way, last = choices.choice(list(places(found)))
        node: Any = found
        for step in way:
            node = node[step]
        value = choices.choice(ANYTHING)
        if value is TAKEN_AWAY:
            del node[last]
        else:
            node[last] = copy.deepcopy(value)
    return found


def put(door: Door, resource: dict[str, Any]) -> int:
    before = door.seq()
    address = f"/fhir/{resource['resourceType']}/{resource['id']}"
    answer = door.request("PUT", address, content=json.dumps(resource).encode(), headers=JSON)
    assert answer.status_code < 500, (answer.text, resource)
    if answer.status_code >= 400:
        assert answer.json()["resourceType"] == "OperationOutcome" and door.seq() == before, resource
    return answer.status_code


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes(seed: int, whole: list[dict[str, Any]], tmp_path: Path) -> None:
    choices = random.Random(seed)
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        first = [one for one in whole if one["resourceType"] in ("ResearchStudy", "Patient", "ResearchSubject")]
        entries = [
            {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
            for one in first
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        assert door.request("POST", "/fhir/", json=bundle, headers=JSON).status_code == 200
        statuses = Counter(put(door, mutilated(choices.choice(whole), choices)) for _ in range(SENT))
        assert statuses[201] > 5 and statuses[422] > 5
        for view in VIEWS:
            assert door.request("GET", "/fhir/_history?_count=1000", headers=view).status_code == 200
        for endpoint in ("OS", "DLT", "SAE", "CGVHD"):
            assert door.get(f"/studies/{STUDY}/endpoints/{endpoint}/subjects").status_code == 200
        assert door.rebuilt().different == 0
