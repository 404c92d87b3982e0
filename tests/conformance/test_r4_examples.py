"""Official R4 examples of our types: what is legal R4 is legal to our check.

https://hl7.org/fhir/R4/downloads.html

This pins that the R4B models of fhir.resources accept R4 for the types that we write and read.
"""

from __future__ import annotations

import os
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.interop.fhir.check import check
from app.interop.fhir.structure import MODELS, structure_issues

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[3] / "shared"))
EXAMPLES = SHARED / "data" / "fhir"
FOLDERS = ("hl7-r4", "vulcan-ae-r4", "cibmtr-r4")
DECODER = msgspec.json.Decoder(float_hook=Decimal)

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the official FHIR examples (data/fhir in ENGRAFT_SHARED) are not here"
)

# HL7's own example names an Encounter as performer, which Observation.performer does not allow.
KNOWN = {"Observation-clinical-gender.json": ["performer[0].reference"]}


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Examples of our types: file name -> resource."""
    paths = [path for folder in FOLDERS for path in sorted((EXAMPLES / folder).rglob("*.json"))]
    decoded = {f"{path.relative_to(EXAMPLES)}": DECODER.decode(path.read_bytes()) for path in paths}
    return {name: resource for name, resource in decoded.items() if resource.get("resourceType") in MODELS}


def test_there_is_an_example_of_every_type() -> None:
    assert {resource["resourceType"] for resource in examples().values()} == set(MODELS)
    assert len(examples()) > 150


def test_the_models_accept_every_example() -> None:
    assert {
        name: structure_issues(resource) for name, resource in examples().items() if structure_issues(resource)
    } == {}


def test_the_check_raises_no_false_alarm() -> None:
    found = {Path(name).name: [issue.path for issue in check(resource)] for name, resource in examples().items()}
    assert {name: paths for name, paths in found.items() if paths} == KNOWN


def test_examples_of_the_research_guide_carry_the_outcome_codes_that_the_check_must_let_pass() -> None:
    events = [
        resource for name, resource in examples().items() if name.startswith("vulcan-ae-r4/examples/AdverseEvent-")
    ]
    systems = {coding["system"] for event in events for coding in event["outcome"]["coding"]}
    assert len(events) == 10
    assert systems == {"http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"}
