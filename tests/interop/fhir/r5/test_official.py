"""Official examples: what R5 publishes passes, and what R4 publishes becomes what R5 publishes.

https://hl7.org/fhir/R5/downloads.html

The research guide exists for both releases with the same examples, which makes it a judge of the way between them.
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
from app.interop.fhir.r5.check import MODELS_R5, check_r5
from app.interop.fhir.r5.convert import as_r5

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[5] / "shared"))
EXAMPLES = SHARED / "data" / "fhir"
DECODER = msgspec.json.Decoder(float_hook=Decimal)
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the official FHIR examples (data/fhir in ENGRAFT_SHARED) are not here"
)
# References that HL7's own examples get wrong.
KNOWN_R5 = {
    "ResearchSubject-example-crossover-placebo-to-drug.json": {"study.reference", "subject.reference"},
    "BiologicallyDerivedProduct-allogeneicHCT.json": {"request[0].reference"},
    "BiologicallyDerivedProduct-autologousHCT.json": {"request[0].reference"},
}
# What lies inside others is not of our types and stays R4: a contained Medication, and samples of a curve.
NOT_OURS = {
    "Observation-ekg.json": "component",
    "MedicationAdministration-medadmin0302.json": "contained",
    "MedicationAdministration-medadmin0305.json": "contained",
    "MedicationAdministration-medadmin0307.json": "contained",
    "MedicationAdministration-medadmin0309.json": "contained",
}
# Pairs whose two examples differ in what they say, not in how; with the elements in which they do.
EDITED = {
    "AdverseEvent-ClinicalTrialSignificantAdverseEvent": {"suspectEntity"},
    "AdverseEvent-NonSeriousAdverseEventResearchStudyMed": {"note"},
    "AdverseEvent-clinical-research-ae-example-medwatch-patient-report": {"occurrencePeriod", "detected", "extension"},
    "Condition-janetReported-condition": {"participant"},
    "MedicationAdministration-medadmin0301": {"occurencePeriod", "status", "contained"},
    "ResearchStudy-BreastCancerTrial": {
        "studyDesign",
        "comparisonGroup",
        "classifier",
        "progressStatus",
        "associatedParty",
    },
    "ResearchSubject-clinical-trial-example-subject1": {"progress"},
}
# Those examples leave out how the study stands, which R4 says.
STATUS_KEPT = {"progressStatus"}


@cache
def examples(folder: str) -> dict[str, dict[str, Any]]:
    """Examples of our types: file name -> resource."""
    decoded = {path.name: DECODER.decode(path.read_bytes()) for path in sorted((EXAMPLES / folder).rglob("*.json"))}
    return {name: resource for name, resource in decoded.items() if resource.get("resourceType") in MODELS_R5}


def names(*folders: str) -> list[tuple[str, str]]:
    return [(folder, name) for folder in folders for name in examples(folder)] if EXAMPLES.is_dir() else []


@pytest.mark.parametrize(("folder", "name"), names("hl7-r5", "vulcan-ae-r5"))
def test_what_is_published_as_r5_passes(folder: str, name: str) -> None:
    assert {issue.path for issue in check_r5(examples(folder)[name])} == KNOWN_R5.get(name, set())


@pytest.mark.parametrize(("folder", "name"), names("hl7-r4", "vulcan-ae-r4", "cibmtr-r4"))
def test_what_is_published_as_r4_becomes_legal_r5(folder: str, name: str) -> None:
    resource = examples(folder)[name]
    if check(resource):
        pytest.skip("HL7's own example is not legal R4")
    issues = {issue.path.partition("[")[0].partition(".")[0] for issue in check_r5(as_r5(resource))}
    assert issues == ({NOT_OURS[name]} if name in NOT_OURS else set())


def compared(resource: dict[str, Any]) -> dict[str, Any]:
    """Without narrative and meta; extensions in any order, displays apart."""
    body = {name: plain(value) for name, value in resource.items() if name not in ("text", "meta")}
    if "extension" in body:
        body["extension"] = sorted(body["extension"], key=msgspec.json.encode)
    return body


def plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: plain(node[name]) for name in sorted(node) if not (name == "display" and "code" in node)}
    return [plain(item) for item in node] if isinstance(node, list) else node


PAIRS = sorted(set(examples("vulcan-ae-r4")) & set(examples("vulcan-ae-r5"))) if EXAMPLES.is_dir() else []


@pytest.mark.parametrize("name", PAIRS)
def test_the_guides_r4_example_becomes_its_r5_example(name: str) -> None:
    ours, theirs = compared(as_r5(examples("vulcan-ae-r4")[name])), compared(examples("vulcan-ae-r5")[name])
    different = {element for element in ours.keys() | theirs.keys() if ours.get(element) != theirs.get(element)}
    allowed = EDITED.get(name.removesuffix(".json"), set())
    assert different - (STATUS_KEPT if ours["resourceType"] == "ResearchStudy" else set()) - allowed == set()
    assert allowed <= different
