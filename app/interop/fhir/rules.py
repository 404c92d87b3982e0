"""Element rules that the structure check leaves out: required codes, references, dates, JSON types.

https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from app.domain.dates import PartialDate, parse_date
from app.domain.errors import Issue
from app.interop.fhir.structure import ELEMENT_NAME

R4_TABLES = "app.interop.fhir.tables"
MAX_DEPTH = 32
# A double has room for it, so every client can read it back.
MAX_EXPONENT = 300
_READABLE = f"an exponent within {MAX_EXPONENT}"
TOO_DEEP = "too-costly"
_BLANK = re.compile(r"\s")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_LITERAL = re.compile(
    r"(?:(?P<base>https?://[^\s?#]+/)?(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?"
    r"|urn:uuid:[0-9a-fA-F-]{36}|urn:oid:[0-9.]+|#[A-Za-z0-9\-.]{0,64}|https?://\S+)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: an element, the kind of rule, and the codes or target types that it allows."""

    element: str
    kind: str
    values: tuple[str, ...]


@cache
def rules(package: str = R4_TABLES) -> dict[str, Rule]:
    """The table by element: a full path such as ``Observation.status``, or its end such as ``low.value``.

    package: where ``elements.csv`` lies, one of R4_TABLES and that of another release of FHIR.
    """
    text = files(package).joinpath("elements.csv").read_text(encoding="utf-8")
    rows = (
        Rule(row["element"].removeprefix("*."), row["kind"], tuple(row["values"].split()))
        for row in csv.DictReader(text.splitlines())
    )
    return {rule.element: rule for rule in rows}


def element_issues(resource: dict[str, Any], package: str = R4_TABLES) -> list[Issue]:
    """Every element of `resource` that breaks a rule of the package's table or the JSON form of FHIR."""
    walk = _Walk(rules(package), [])
    walk.object(resource, str(resource["resourceType"]), "", MAX_DEPTH)
    return walk.found


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way through a resource. element: path in the standard; path: place in this resource."""

    table: dict[str, Rule]
    found: list[Issue]

    def object(self, node: dict[str, Any], element: str, path: str, depth: int) -> None:
        if not node:
            self.found.append(Issue(path, "structure", "an empty object is not allowed"))
        if depth == 0:
            self.found.append(Issue(path, TOO_DEEP, "nested too deeply", f"at most {MAX_DEPTH} levels"))
            return
        head, parent = (f"{path}." if path else ""), element.rpartition(".")[2]
        for name, value in node.items():
            place = head + name if ELEMENT_NAME.fullmatch(name) else path
            child = f"{element}.{name}"
            rule = self.table.get(child) or self.table.get(f"{parent}.{name}") or self.table.get(name)
            if not isinstance(value, list):
                self.value(value, child, rule, place, depth)
            elif name == "contained":
                self.contained(value, place, depth)
            else:
                self.array(value, child, rule, place, depth)
                self.gaps(value, node.get(name[1:] if name.startswith("_") else f"_{name}"), place)

    def gaps(self, items: list[Any], siblings: Any, path: str) -> None:
        """A gap in an array of primitives is filled in its other half, the array named with a `_` before or without."""
        half = siblings if isinstance(siblings, list) else []
        for index, item in enumerate(items):
            if item is None and half[index : index + 1] in ([], [None]):
                self.found.append(Issue(f"{path}[{index}]", "structure", "null is not allowed"))

    def contained(self, resources: list[Any], path: str, depth: int) -> None:
        for index, resource in enumerate(resources):
            if isinstance(resource, dict):
                place = f"{path}[{index}]"
                if not isinstance(resource.get("resourceType"), str):
                    self.found.append(Issue(f"{place}.resourceType", "required", "a contained resource has a type"))
                self.object(resource, str(resource.get("resourceType")), place, depth - 1)

    def array(self, items: list[Any], element: str, rule: Rule | None, path: str, depth: int) -> None:
        if not items:
            self.found.append(Issue(path, "structure", "an empty array is not allowed"))
        for index, item in enumerate(items):
            if item is not None:  # a gap in an array of primitives, filled by its `_` sibling
                self.value(item, element, rule, f"{path}[{index}]", depth)

    def value(self, value: Any, element: str, rule: Rule | None, path: str, depth: int) -> None:
        if value is None:
            self.found.append(Issue(path, "structure", "null is not allowed"))
        elif rule is not None:
            self.found.extend(_JUDGES[rule.kind](value, rule, path))
        if isinstance(value, Decimal) and abs(value.adjusted()) > MAX_EXPONENT:
            self.found.append(Issue(path, "value", "a number that many programs cannot read", _READABLE))
        if isinstance(value, dict):
            if "reference" in value and (rule is None or rule.kind != "reference"):
                self.found.extend(_reference(value, _ANY_TARGET, path))
            self.object(value, element, path, depth - 1)


def _code(value: Any, rule: Rule, path: str) -> list[Issue]:
    if isinstance(value, str) and value in rule.values:
        return []
    return [Issue(path, "code-invalid", "not a code of the required value set", ", ".join(rule.values))]


def _concept(value: Any, rule: Rule, path: str) -> list[Issue]:
    if any(coding.get("code") in rule.values for coding in codings(value)):
        return []
    return [Issue(path, "code-invalid", "no code of the required value set", ", ".join(rule.values))]


def codings(concept: Any) -> list[dict[str, Any]]:
    """The Codings of what should be a CodeableConcept; none where it is something else."""
    found = concept.get("coding") if isinstance(concept, dict) else None
    return [coding for coding in found if isinstance(coding, dict)] if isinstance(found, list) else []


def _reference(value: Any, rule: Rule, path: str) -> list[Issue]:
    literal = value.get("reference") if isinstance(value, dict) else None
    if literal is None or isinstance(literal, dict):  # a CodeableReference of R5 holds a Reference of that name
        return []
    match = _LITERAL.fullmatch(literal) if isinstance(literal, str) else None
    if match is None:
        return [Issue(f"{path}.reference", "value", "not a reference", "Type/id, an absolute URL, urn:uuid: or #id")]
    target, relative = match["type"], match["base"] is None
    known = relative or target in _known_targets()
    if not rule.values or target is None or target in rule.values or not known:
        return []
    return [Issue(f"{path}.reference", "value", "a reference to a wrong type", ", ".join(rule.values))]


def target_type(reference: Any) -> str | None:
    """The resource type that a Reference leads to, as far as it says so itself."""
    literal = reference.get("reference") if isinstance(reference, dict) else None
    match = _LITERAL.fullmatch(literal) if isinstance(literal, str) else None
    named = reference.get("type") if isinstance(reference, dict) else None
    return match["type"] if match is not None and match["type"] else named


def may_lead_to(element: str, reference: Any) -> bool:
    """Whether R4 lets the element refer there, as far as the reference says; true of what is no reference."""
    rule, target = rules().get(element), target_type(reference)
    return rule is None or rule.kind != "reference" or target is None or target in rule.values


@cache
def _known_targets() -> frozenset[str]:
    return frozenset(target for rule in rules().values() if rule.kind == "reference" for target in rule.values)


def _json_type(types: tuple[type, ...], expected: str) -> Callable[[Any, Rule, str], list[Issue]]:
    def judge(value: Any, rule: Rule, path: str) -> list[Issue]:
        if type(value) in types:
            return []
        return [Issue(path, "structure", "wrong JSON type", expected)]

    return judge


def _uri(value: Any, rule: Rule, path: str) -> list[Issue]:
    if isinstance(value, str) and _BLANK.search(value) is None:
        return []
    return [Issue(path, "value", "not a URI", "a text without blanks")]


def _period(value: Any, rule: Rule, path: str) -> list[Issue]:
    start, end = (_day(value.get(name)) for name in ("start", "end")) if isinstance(value, dict) else (None, None)
    if start is None or end is None or start.first <= end.last:
        return []
    return [Issue(path, "invariant", "a period must not end before it starts (per-1)")]


def _day(text: Any) -> PartialDate | None:
    try:
        return parse_date(text) if isinstance(text, str) else None
    except ValueError:  # the structure check names what is no date
        return None


def id_issues(resource: dict[str, Any]) -> list[Issue]:
    """The resource id, where there is one: 1 to 64 letters, digits, hyphens and dots."""
    identity = resource.get("id", "x")
    if isinstance(identity, str) and _ID.fullmatch(identity):
        return []
    return [Issue("id", "value", "not an id", "1 to 64 letters, digits, '-' and '.'")]


_ANY_TARGET = Rule("", "reference", ())
_JUDGES: dict[str, Callable[[Any, Rule, str], list[Issue]]] = {
    "code": _code,
    "concept": _concept,
    "reference": _reference,
    "date": _json_type((str,), "a text"),
    "boolean": _json_type((bool,), "true or false"),
    "number": _json_type((int, float, Decimal), "a number"),
    "uri": _uri,
    "period": _period,
}
