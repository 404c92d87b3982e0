"""Extensions of a resource: ours by their definitions, and those that nobody here knows.

https://hl7.org/fhir/R4/extensibility.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.interop.fhir.definitions.published import by_url
from app.interop.fhir.elements import Json
from app.interop.fhir.urls import PROJECT
from app.interop.fhir.validate.finding import Finding, finding
from app.interop.fhir.validate.profile import counted, inside
from app.interop.fhir.validate.tree import tree_of
from app.interop.fhir.validate.values import below

_NAMES = ("extension", "modifierExtension")
_OF_THE_STANDARD = "http://hl7.org/fhir/"


def extensions(node: Any, element: str, path: str, release: int) -> Iterator[Finding]:
    """Findings on the extensions at any depth. element: path in the standard; path: place in the resource."""
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from extensions(one, element, f"{path}[{index}]", release)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in _NAMES and isinstance(value, list):
                yield from _all(value, name, element, path, release)
            elif name == "contained" and isinstance(value, list):
                yield from _contained(value, below(path, name), release)
            else:
                yield from extensions(value, f"{element}.{name.removeprefix('_')}", below(path, name), release)


def _contained(resources: list[Any], path: str, release: int) -> Iterator[Finding]:
    for index, one in enumerate(resources):
        if isinstance(one, dict):
            yield from extensions(one, str(one.get("resourceType")), f"{path}[{index}]", release)


def _all(found: list[Any], name: str, element: str, path: str, release: int) -> Iterator[Finding]:
    known = [
        (index, one) for index, one in enumerate(found) if isinstance(one, dict) and isinstance(one.get("url"), str)
    ]
    for index, one in known:
        yield from _one(one, name, element, below(path, f"{name}[{index}]"), release)
    for url, number in Counter(one["url"] for _, one in known).items():
        if _definition(url, release):
            yield from counted(tree_of(url, release).rule, number, below(path, name))


def _one(extension: Json, name: str, element: str, path: str, release: int) -> Iterator[Finding]:
    url = extension["url"]
    definition = _definition(url, release)
    if definition:
        yield from _placed(definition, name, element, path)
        yield from inside(tree_of(url, release), extension, path)
    elif url.startswith(f"{PROJECT}/"):
        yield finding("error", path, "extension", "no extension of ours has this address")
    elif not url.startswith(_OF_THE_STANDARD):
        yield finding("information", path, "extension", "this extension is not known here: it is kept and not used")


def _definition(url: str, release: int) -> Json | None:
    """Our definition of an extension."""
    found = by_url(release).get(url, {})
    return found if found.get("type") == "Extension" else None


def _placed(definition: Json, name: str, element: str, path: str) -> Iterator[Finding]:
    allowed = [one["expression"] for one in definition["context"]]
    if name != "extension" or element not in allowed:
        yield finding("error", path, "structure", "this extension does not belong here", ", ".join(allowed))
