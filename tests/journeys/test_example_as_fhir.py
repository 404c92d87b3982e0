"""The example trial, pushed by the hospitals' own systems as FHIR: shuffled, in pieces, in part twice, to the same end.

docs/fhir-intake.md
"""

import json
import random
from collections import defaultdict
from pathlib import Path

import pytest

from tests.api.fhir_writes.client import FHIR, Json
from tests.journeys.door import STUDY, Door, open_door
from tests.journeys.test_fhir_round_trip import ENDPOINTS, everything, fill, rows

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PIECE = 60


def collected(door: Door, subjects: list[Json], kind: str) -> dict[str, list[Json]]:
    """What each site's system holds of these subjects, each resource once."""
    found: dict[str, dict[str, Json]] = defaultdict(dict)
    for item in subjects:
        for resource in everything(door, item["research_subject"], kind):
            found[item["site"]][f"{resource['resourceType']}/{resource['id']}"] = resource
    return {site: list(resources.values()) for site, resources in found.items()}


def bundles(resources: list[Json], dice: random.Random) -> list[bytes]:
    dice.shuffle(resources)
    pieces = [resources[start : start + PIECE] for start in range(0, len(resources), PIECE)]
    pieces += dice.sample(pieces, len(pieces) // 3)
    return [
        json.dumps(
            {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in piece]}
        ).encode()
        for piece in pieces
    ]


@pytest.mark.slow
@pytest.mark.parametrize("version", ["4.0", "5.0"])
def test_the_example_trial_is_pushed_as_fhir(tmp_path: Path, version: str) -> None:
    kind, dice = f"{FHIR}; fhirVersion={version}", random.Random(2026)
    with open_door(tmp_path / "one") as one, open_door(tmp_path / "two") as two:
        fill(one)
        two.request("PUT", f"/studies/{STUDY}", content=(EXAMPLES / "study.json").read_bytes())
        listed = one.get(f"/studies/{STUDY}/subjects").json()["subjects"][::8]
        sent = [(site, body) for site, held in collected(one, listed, kind).items() for body in bundles(held, dice)]
        dice.shuffle(sent)
        for site, body in sent:
            answer = two.post(body, kind, site=site)
            assert answer.status_code in (200, 201), answer.text[:500]
        numbers = {item["subject"] for item in listed}
        assert {item["subject"] for item in two.get(f"/studies/{STUDY}/subjects").json()["subjects"]} == numbers
        for endpoint in ENDPOINTS:
            assert rows(two, endpoint, numbers) == rows(one, endpoint, numbers), endpoint
        assert two.quarantine() == []
        assert two.rebuilt().different == 0
