"""Validation by the definitions that this service publishes.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from app.interop import jsontext
from app.interop.fhir.encode import encode
from app.interop.fhir.r5.convert import as_r5, draft_as_r5
from app.interop.fhir.rules import MAX_DEPTH
from app.interop.fhir.validate.finding import Finding
from app.interop.fhir.validate.validate import validate
from app.interop.fhir.write import write

from ..full import every_draft
from ..samples import CONTEXT, NOW, accepted, golden, golden_names, identify

OURS = "https://engraft.example.org/fhir"
DEFINED = f"{OURS}/StructureDefinition"
EMITTED = [
    *every_draft(),
    *(one for name in golden_names() for one in write(accepted(golden(name)["record"]), CONTEXT)),
]
Json = dict[str, Any]


def whole(draft: Any) -> Json:
    """A resource as it is sent, its profiles with it."""
    found: Json = jsontext.parse(encode(draft, identify(draft.type, draft.role), 1, NOW))
    return found


def one(profile: str) -> Json:
    return next(found for found in map(whole, EMITTED) if f"{DEFINED}/{profile}" in found["meta"].get("profile", []))


def told(resource: Json, release: int = 4, *profiles: str) -> list[tuple[str, str, str]]:
    return [(item.severity, item.issue.path, item.issue.code) for item in validate(resource, release, profiles)]


def errors(found: list[Finding]) -> list[Finding]:
    return [item for item in found if item.severity != "information"]


@pytest.mark.parametrize("release", [4, 5])
def test_what_we_emit_is_valid(release: int) -> None:
    for draft in EMITTED:
        resource = whole(draft if release == 4 else draft_as_r5(draft))
        before = copy.deepcopy(resource)
        assert errors(validate(resource, release)) == []
        assert resource == before


def test_profiles_of_others_are_named_and_not_looked_at() -> None:
    claimed = [url for draft in EMITTED for url in whole(draft)["meta"].get("profile", []) if not url.startswith(OURS)]
    assert claimed
    event = next(whole(draft) for draft in EMITTED if draft.profile in claimed)
    assert told(event) == [("information", "meta.profile", "not-found")]


Change = Callable[[Json], Any]
INFUSION: list[tuple[str, Change, tuple[str, str, str] | None]] = [
    (
        "an element that is required",
        lambda one: one.pop("performedPeriod", one.pop("performedDateTime", None)),
        ("error", "performed", "required"),
    ),
    ("the code of the profile", lambda one: one.update(code={"text": "cells"}), ("error", "code", "value")),
    (
        "another code of ours",
        lambda one: one["code"]["coding"].append({"system": f"{OURS}/CodeSystem/engraft", "code": "nonsense"}),
        ("error", "code.coding[1].code", "code-invalid"),
    ),
    (
        "another display",
        lambda one: one["code"]["coding"][0].update(display="Cells"),
        ("warning", "code.coding[0].display", "value"),
    ),
    ("a status", lambda one: one.update(status="done"), ("error", "status", "code-invalid")),
    ("a type", lambda one: one.update(subject="Patient/p"), ("error", "subject", "value")),
    (
        "an unknown extension of ours",
        lambda one: one["extension"].append({"url": f"{DEFINED}/nothing", "valueCode": "x"}),
        ("error", "extension[4]", "extension"),
    ),
    (
        "an unknown extension",
        lambda one: one["extension"].append({"url": "http://example.org/e", "valueCode": "x"}),
        ("information", "extension[4]", "extension"),
    ),
    (
        "one of the standard",
        lambda one: one["extension"].append(
            {"url": "http://hl7.org/fhir/StructureDefinition/event-note", "valueCode": "x"}
        ),
        None,
    ),
    (
        "an extension of another type",
        lambda one: one["extension"].append({"url": f"{DEFINED}/site", "valueString": "A"}),
        ("error", "extension[4]", "structure"),
    ),
    (
        "an extension in its wrong place",
        lambda one: one["code"].update(extension=[{"url": f"{DEFINED}/course-number", "valueInteger": 2}]),
        ("error", "code.extension[0]", "structure"),
    ),
    (
        "an extension twice",
        lambda one: one["extension"].append({"url": f"{DEFINED}/course-number", "valueInteger": 2}),
        ("error", "extension", "structure"),
    ),
    (
        "an extension with another value",
        lambda one: named(one, "course-number").update(
            valueString=str(named(one, "course-number").pop("valueInteger"))
        ),
        ("error", "extension[1].valueString", "structure"),
    ),
    (
        "an extension without a value",
        lambda one: named(one, "course-number").pop("valueInteger"),
        ("error", "extension[1].value", "required"),
    ),
    (
        "a reference to a wrong type",
        lambda one: named(one, "used-product").update(valueReference={"reference": "Device/d"}),
        ("error", "extension[2].valueReference", "value"),
    ),
    (
        "a code outside of the value set",
        lambda one: named(one, "lymphodepletion").update(valueCodeableConcept={"text": "x"}),
        ("error", "extension[3].valueCodeableConcept", "code-invalid"),
    ),
    (
        "a modifier that is none",
        lambda one: one.update(modifierExtension=[one["extension"].pop(1)]),
        ("error", "modifierExtension[0]", "structure"),
    ),
]


def named(resource: Json, name: str) -> Json:
    found: Json = next(item for item in resource["extension"] if item["url"] == f"{DEFINED}/{name}")
    return found


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in INFUSION], ids=[row[0] for row in INFUSION])
def test_what_is_wrong_with_an_infusion(change: Change, expected: tuple[str, str, str] | None) -> None:
    resource = one("gdt-infusion")
    change(resource)
    assert told(resource) == ([expected] if expected else [])


def test_the_slices_of_an_extension() -> None:
    """Each part of a complex extension by its address: too few, too many, and with another value."""
    resource = one("gdt-product")
    first = named(resource, "product-property")
    kind, value = first["extension"]
    path = f"extension[{resource['extension'].index(first)}].extension"
    for parts, expected in (
        ([kind], [("error", path, "required"), ("error", path, "required")]),
        ([kind, kind, value], [("error", path, "structure")]),
        ([kind, {"url": "value", "valueString": "91"}], [("error", f"{path}[1].valueString", "structure")]),
    ):
        first["extension"] = parts
        assert set(told(resource)) == set(expected)


def test_a_profile_that_is_asked_for() -> None:
    resource = one("vital-status")
    del resource["meta"]["profile"]
    assert told(resource, 4, f"{DEFINED}/vital-status|1.0.0") == []
    assert told(resource, 4, "http://hl7.org/fhir/StructureDefinition/Observation") == []
    assert told(resource, 4, f"{DEFINED}/disease-status") == [
        ("error", "code", "value"),
        ("error", "valueCodeableConcept", "code-invalid"),
    ]
    assert told(resource, 4, f"{DEFINED}/transplant") == [("error", "meta.profile", "structure")]
    assert told(resource, 4, "http://example.org/none") == [("error", "meta.profile", "not-found")]
    resource["meta"]["profile"] = [f"{DEFINED}/nothing"]
    assert told(resource) == [("error", "meta.profile", "not-found")]


def test_a_profile_is_looked_at_once() -> None:
    resource = one("gdt-infusion")
    resource["code"] = {"text": "cells"}
    assert told(resource, 4, f"{DEFINED}/gdt-infusion") == [("error", "code", "value")]


def test_in_r5_by_the_elements_of_r5() -> None:
    infusion, given = as_r5(one("gdt-infusion")), as_r5(one("gdt-administration"))
    assert told(infusion, 5) == told(given, 5) == []
    infusion.pop("occurrencePeriod", infusion.pop("occurrenceDateTime", None))
    given["medication"] = {"concept": {"text": "cells"}}
    assert told(infusion, 5) == [("error", "occurrence", "required")]
    assert told(given, 5) == [("error", "medication.concept", "value")]
    assert ("error", "performedDateTime", "structure") in told({**infusion, "performedDateTime": "2024"}, 5)


def test_a_contained_resource_is_looked_into() -> None:
    inner = one("gdt-infusion")
    inner["extension"].append({"url": f"{DEFINED}/site", "valueString": "A"})
    del inner["meta"]
    resource = {"resourceType": "Patient", "contained": [inner]}
    assert told(resource) == [("error", "contained[0].extension[4]", "structure")]


@pytest.mark.parametrize(
    "resource",
    [
        {},
        {"resourceType": "Nothing"},
        {"resourceType": 7},
        {"resourceType": "Patient", "meta": 3, "extension": "x", "contained": [4, {"resourceType": "Nothing"}]},
        {
            "resourceType": "Patient",
            "meta": {"profile": [7, f"{DEFINED}/transplant"]},
            "extension": [3, {"url": 4}, {}],
        },
        {
            "resourceType": "Procedure",
            "code": [],
            "performedDateTime": {},
            "extension": [{"url": f"{DEFINED}/donor-type", "valueCodeableConcept": 3}],
        },
        {
            "resourceType": "BiologicallyDerivedProduct",
            "extension": [
                {"url": f"{DEFINED}/product-property", "extension": [3, {"url": "value", "valueQuantity": []}]}
            ],
        },
        {
            "resourceType": "Observation",
            "code": {"coding": [{"system": f"{OURS}/CodeSystem/engraft", "code": ["x"]}, 3]},
        },
    ],
)
def test_whatever_is_sent_has_findings(resource: Json) -> None:
    for release in (4, 5):
        assert any(item.severity == "error" for item in validate(resource, release, [f"{DEFINED}/transplant"]))


def test_what_is_nested_too_deeply_is_not_looked_into() -> None:
    deep: Json = {"resourceType": "Patient"}
    node = deep
    for _ in range(MAX_DEPTH + 2):
        node["extension"] = [{"url": "http://example.org/e"}]
        node = node["extension"][0]
    assert [item[2] for item in told(deep)] == ["too-costly"]


def test_nothing_of_the_resource_is_repeated() -> None:
    secret = "Mrs-Smith"
    resource = one("gdt-infusion")
    resource["meta"]["profile"].append(f"http://example.org/{secret}")
    resource["extension"].append({"url": f"{DEFINED}/{secret}", "valueString": secret})
    resource["code"]["coding"][0].update(code=secret, display=secret)
    resource[f"{secret} x"] = {"system": f"{OURS}/CodeSystem/engraft", "code": secret}
    assert secret not in str(validate(resource, 4))
