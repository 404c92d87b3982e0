"""MeasureReports as a client reads them."""

from collections.abc import Iterator
from typing import Any

from tests.api.fhir.trial import Raw

OURS = "https://engraft.example.org/fhir/StructureDefinition/"


def parts(extension: Raw) -> Raw:
    """A complex extension by the names of its parts."""
    return {one["url"]: next(value for name, value in one.items() if name != "url") for one in extension["extension"]}


def extensions(node: Raw, name: str) -> list[Raw]:
    return [parts(one) for one in node.get("extension", []) if one["url"] == OURS + name]


def figures(node: Raw, measure: str, category: str | None = None) -> list[Raw]:
    """The figures of one kind of a group or of a stratum."""
    found = extensions(node, "figure")
    return [one for one in found if one["measure"] == measure and one.get("category") == category]


def counts(node: Raw) -> dict[str, int]:
    return {one["code"]["coding"][0]["code"]: one["count"] for one in node["population"]}


def strata(report: Raw, name: str) -> dict[str, Raw]:
    """The strata of a stratifier by their value."""
    [found] = [one for one in report["group"][0].get("stratifier", []) if one["code"] == [{"text": name}]]
    return {one["value"]["text"]: one for one in found["stratum"]}


def floats(node: Any) -> Iterator[float]:
    """Every number with a fraction, wherever it stands."""
    if isinstance(node, float):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from floats(child)
