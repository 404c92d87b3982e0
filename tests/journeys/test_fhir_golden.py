"""Bundles as hospitals' systems write them, and what became of them: tests/data/fhir/<case>/{input,expected}.json.

docs/fhir-intake.md
"""

import json
from pathlib import Path

import pytest

from tests.journeys.door import Door, Raw

from .ehr import push

CASES = sorted((Path(__file__).parents[1] / "data" / "fhir").iterdir())


def told(receipt: Raw) -> Raw:
    """The receipt without what is the store's own: ids."""
    lines = [{name: part for name, part in line.items() if name not in OWN} for line in receipt["records"]]
    for line, whole in zip(lines, receipt["records"], strict=True):
        line["resources"] = [reference.partition("/")[0] for reference in whole.get("resources", [])]
    return {**{name: part for name, part in receipt.items() if name != "receipt"}, "records": lines}


OWN = ("id", "resources")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_becomes_of_a_bundle(service: Door, case: Path) -> None:
    receipt = push(service, (case / "input.json").read_bytes()).json()
    assert told(receipt) == json.loads((case / "expected.json").read_text(encoding="utf-8"))
