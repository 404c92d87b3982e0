"""All record types in one table, and the reading of one record.

https://docs.pydantic.dev/latest/errors/validation_errors/
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import EXPECTED_DATE, EXPECTED_FULL_DATE
from app.domain.errors import Issue, place
from app.domain.follow_up import Death, FollowUp, Therapy
from app.domain.gvhd import Gvhd
from app.domain.infusion import Infusion
from app.domain.nearest import nearest
from app.domain.observation import DiseaseAssessment, Lab
from app.domain.record import Record, Sent
from app.domain.shape import names_at, range_at, words_at
from app.domain.subject import Disease, EndOfStudy, Subject
from app.domain.transplant import Transplant

RECORD_TYPES: dict[str, type[Record]] = {
    "subject": Subject,
    "disease": Disease,
    "transplant": Transplant,
    "infusion": Infusion,
    "adverse_event": AdverseEvent,
    "gvhd": Gvhd,
    "disease_assessment": DiseaseAssessment,
    "lab": Lab,
    "follow_up": FollowUp,
    "death": Death,
    "therapy": Therapy,
    "end_of_study": EndOfStudy,
}
_ADAPTERS = {name: TypeAdapter(model) for name, model in RECORD_TYPES.items()}
MOST_ISSUES = 20
_REQUIRED, _STRUCTURE, _VALUE, _CODE = "required", "structure", "value", "code-invalid"
_UNION_PARTS = frozenset({"function-after", "function-before", "decimal", "str", "CodeRef", "constrained-str"})


def read_record(raw: Any) -> Record | tuple[Issue, ...]:
    """The record in `raw`, or every issue that keeps it from being one. Values are never echoed."""
    if not isinstance(raw, dict):
        return (Issue("", _STRUCTURE, "a record must be a JSON object", "an object"),)
    name = raw.get("type")
    if not isinstance(name, str) or name not in _ADAPTERS:
        code = _REQUIRED if name is None else _CODE
        near = nearest(name, RECORD_TYPES) if isinstance(name, str) else None
        return (Issue("type", code, "unknown record type", ", ".join(RECORD_TYPES), suggestion=near),)
    try:
        return _ADAPTERS[name].validate_python(raw)
    except ValidationError as error:
        return issues_of(error, RECORD_TYPES[name])


def issues_of(error: ValidationError, model: type[Sent]) -> tuple[Issue, ...]:
    """The issues behind pydantic's errors, each with its place in what was sent."""
    found = [_issue(item, model) for item in error.errors(include_url=False)]
    issues = tuple(_one_a_place(found).values())
    if len(issues) <= MOST_ISSUES:
        return issues
    more = Issue("", "incomplete", f"{len(issues) - MOST_ISSUES} further issues are not listed")
    return (*issues[:MOST_ISSUES], more)


def _one_a_place(found: list[Issue]) -> dict[str, Issue]:
    """The first issue of each place; where a field may be one of several things, with what each of them expected."""
    places: dict[str, Issue] = {}
    for issue in found:
        first = places.setdefault(issue.path, issue)
        if issue.expected and first.expected and issue.expected not in first.expected:
            places[issue.path] = replace(first, expected=f"{first.expected}, or {issue.expected}")
    return places


def _issue(item: Any, model: type[Sent]) -> Issue:
    location = [part for part in item["loc"] if isinstance(part, int) or not _is_union_part(part)]
    path, kind, context = place(location), item["type"], item.get("ctx", {})
    if kind == "missing":
        return Issue(path, _REQUIRED, "this field is required")
    if kind == "extra_forbidden":
        *holder, name = location
        names = names_at(model, holder)
        return Issue(path, _STRUCTURE, "unknown field", ", ".join(names), suggestion=nearest(str(name), names))
    if kind == "literal_error":
        near = _near(item["input"], words_at(model, location))
        return Issue(path, _CODE, "not one of the known words", str(context["expected"]), suggestion=near)
    if kind == "value_error":
        return Issue(path, _VALUE, "not a legal value", _MEANING[str(context["error"])])
    return Issue(path, _VALUE, "not a legal value", range_at(model, location) or _expected(kind, context))


def _near(sent: Any, words: tuple[str, ...]) -> str | None:
    return nearest(sent, words) if isinstance(sent, str) else None


_MEANING = {
    "not a date": EXPECTED_DATE,
    "not a full date": EXPECTED_FULL_DATE,
    "not a number": "a JSON number",
    "number out of range": "a JSON number of at most 32 digits",
    "not a laboratory value": 'a number, or a text such as "<0.1"',
}
_KINDS = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "string_pattern_mismatch": "printable text without leading or trailing blanks",
}


def _expected(kind: str, context: dict[str, Any]) -> str:
    unit = _UNITS.get(kind, "")
    bounds = [f"{sign} {context[name]}{unit}" for name, sign in _BOUNDS.items() if name in context]
    return " and ".join(bounds) or _KINDS.get(kind, kind.replace("_", " "))


_UNITS = {
    "string_too_long": " characters",
    "string_too_short": " characters",
    "too_long": " entries",
    "too_short": " entries",
}
_BOUNDS = {
    "ge": "at least",
    "gt": "more than",
    "le": "at most",
    "lt": "less than",
    "min_length": "at least",
    "max_length": "at most",
}


def _is_union_part(part: str) -> bool:
    return part in _UNION_PARTS or "[" in part or "(" in part
