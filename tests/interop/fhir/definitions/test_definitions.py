"""What this project defines, against the standard's own models and against what the writers emit.

https://hl7.org/fhir/R4/conformance-module.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class as model_of_r5
from fhir.resources.R4B import get_fhir_model_class

import app.interop.fhir as writers
from app.interop.fhir.definitions import definitions
from app.interop.fhir.draft import Draft
from app.interop.fhir.r5.convert import draft_as_r5
from app.interop.fhir.write import write

from ..full import every_draft
from ..samples import CONTEXT, accepted, golden, golden_names

ALL = definitions()
BY_URL = {one["url"]: one for one in ALL}
OURS = "https://engraft.example.org/fhir/"
EXTENSIONS = {url: one for url, one in BY_URL.items() if one.get("type") == "Extension"}
ALL_R5 = definitions("R5")
PROFILES = [
    pytest.param(release, one, id=f"{release}-{one['id']}")
    for release, all_ in (("R4", ALL), ("R5", ALL_R5))
    for one in all_
    if one.get("kind") == "resource"
]
_USED = re.compile(r'(?:project|coded_extensions)\(\s*"([a-z0-9-]+)"')


def emitted() -> list[Draft]:
    """Everything with every field, and the golden records with their odd corners."""
    odd = [draft for name in golden_names() for draft in write(accepted(golden(name)["record"]), CONTEXT)]
    return [*every_draft(), *odd]


FULL = {"R4": every_draft(), "R5": [draft_as_r5(draft) for draft in every_draft()]}
WRITTEN = {"R4": emitted(), "R5": [draft_as_r5(draft) for draft in emitted()]}
EMITTED = [*WRITTEN["R4"], *WRITTEN["R5"]]


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one['resourceType']}/{one['id']}")
def test_each_is_legal_r4(one: dict[str, Any]) -> None:
    get_fhir_model_class(one["resourceType"]).model_validate(one)
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", one["id"])
    assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", one["name"])  # the invariants sdf-0, vsd-0, csd-0, opd-0


@pytest.mark.parametrize("one", ALL_R5, ids=lambda one: f"{one['resourceType']}/{one['id']}")
def test_each_is_legal_r5(one: dict[str, Any]) -> None:
    model_of_r5(one["resourceType"]).model_validate(one)


def test_none_stands_twice() -> None:
    assert max(Counter((one["resourceType"], one["id"]) for one in ALL).values()) == 1
    assert len(BY_URL) == len(ALL)


def test_a_call_gives_objects_of_its_own() -> None:
    definitions()[0]["title"] = "changed"
    assert definitions()[0]["title"] != "changed"


def test_every_extension_of_ours_is_defined_for_its_place() -> None:
    """Address, resource type, and the type of the value or the names and types of the parts."""
    found = 0
    for draft in EMITTED:
        for name in ("extension", "modifierExtension"):
            for item in draft.body.get(name, []):
                if item["url"].startswith(OURS):
                    found += 1
                    fits(item, EXTENSIONS[item["url"]], draft.type)
    assert found > 100


def fits(item: dict[str, Any], definition: dict[str, Any], resource_type: str) -> None:
    assert resource_type in [one["expression"] for one in definition["context"]]
    allowed = values(definition)
    if "extension" not in item:
        assert value_name(item) in allowed[""]
        return
    for part in item["extension"]:
        assert value_name(part) in allowed[part["url"]]


def value_name(item: dict[str, Any]) -> str:
    (name,) = [name for name in item if name.startswith("value")]
    return name


def values(definition: dict[str, Any]) -> dict[str, set[str]]:
    """Names of the value elements that a definition allows, by part; the extension itself is the part ''."""
    found: dict[str, set[str]] = {}
    for element in definition["differential"]["element"]:
        if element["path"].endswith("value[x]") and "type" in element:
            part = element["id"].partition(":")[2].removesuffix(".value[x]")
            found[part] = {"value" + kind["code"][0].upper() + kind["code"][1:] for kind in element["type"]}
    return found


def test_the_table_of_extensions_is_that_of_the_writers() -> None:
    """Read from the writers' own text, so that an extension on a path that no record takes is found too."""
    folder = Path(writers.__file__).parent
    places = [*folder.glob("*.py"), *folder.glob("subscriptions/*.py")]
    texts = [path.read_text(encoding="utf-8") for path in places]
    used = {name for text in texts for name in _USED.findall(text)}
    assert {url.rpartition("/")[2] for url in EXTENSIONS} == used


def test_every_code_of_ours_is_in_the_code_system() -> None:
    system = BY_URL[f"{OURS}CodeSystem/engraft"]
    known = {concept["code"]: concept["display"] for concept in system["concept"]}
    found = [node for draft in EMITTED for node in nodes(draft.body) if node.get("system") == system["url"]]
    assert len(found) > 50
    assert [node for node in found if node["code"] not in known] == []
    assert [node for node in found if node.get("display", known[node["code"]]) != known[node["code"]]] == []
    assert system["count"] == len(system["concept"]) == len(known)


def test_every_code_system_of_ours_is_defined() -> None:
    systems = {node["system"] for draft in EMITTED for node in nodes(draft.body) if "code" in node and "system" in node}
    assert {system for system in systems if system.startswith(OURS)} <= set(BY_URL)


def test_bindings_lead_to_value_sets_of_ours() -> None:
    bound = [node["binding"]["valueSet"] for one in ALL for node in nodes(one) if "binding" in node]
    assert len(bound) > 10
    assert [url for url in bound if BY_URL.get(url, {}).get("resourceType") != "ValueSet"] == []


def test_values_are_in_the_value_sets_that_bind_them() -> None:
    """The required bindings of the simple extensions, on what the writers emit."""
    checked = 0
    for draft in EMITTED:
        for item in draft.body.get("extension", []):
            concept = item.get("valueCodeableConcept")
            if concept is not None and item["url"] in EXTENSIONS:
                checked += 1
                assert codes(concept) & members(EXTENSIONS[item["url"]])
    assert checked > 20


def codes(concept: dict[str, Any]) -> set[tuple[str, str]]:
    return {(coding["system"], coding["code"]) for coding in concept["coding"]}


def members(definition: dict[str, Any]) -> set[tuple[str, str]]:
    (bound,) = [element["binding"] for element in definition["differential"]["element"] if "binding" in element]
    included = BY_URL[bound["valueSet"]]["compose"]["include"]
    return {(part["system"], concept["code"]) for part in included for concept in part["concept"]}


@pytest.mark.parametrize(("release", "profile"), PROFILES)
def test_what_is_written_meets_its_profile(release: str, profile: dict[str, Any]) -> None:
    """Claimed by the resources that carry the profile's code, which have every element that it requires."""
    rules = profile["differential"]["element"][1:]
    mine = [draft for draft in WRITTEN[release] if draft.profile == profile["url"]]
    full = [draft for draft in FULL[release] if draft.type == profile["type"] and carries(draft, rules)]
    assert full and [draft for draft in full if draft.profile != profile["url"]] == []
    assert [draft for draft in mine if not (draft.type == profile["type"] and carries(draft, rules))] == []
    for draft in mine:
        assert [rule["path"] for rule in rules if rule["min"] and not values_at(draft, rule["path"])] == []


def carries(draft: Draft, rules: list[dict[str, Any]]) -> bool:
    wanted = [(rule["path"], rule["patternCodeableConcept"]) for rule in rules if "patternCodeableConcept" in rule]
    return all(codes(pattern) <= set().union(*map(codes, values_at(draft, path))) for path, pattern in wanted)


def values_at(draft: Draft, path: str) -> list[Any]:
    """What stands at a path of the resource, such as ``Procedure.performed[x]`` or ``….medication.concept``."""
    found: list[Any] = [draft.body]
    for element in path.split(".")[1:]:
        name = element.removesuffix("[x]")
        fits = str.startswith if element.endswith("[x]") else str.__eq__
        found = [value for node in found for key, value in node.items() if fits(key, name)]
    return found
