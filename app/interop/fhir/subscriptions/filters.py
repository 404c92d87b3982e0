"""Filters of a subscription: search-like criteria, and whether an event meets them.

http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from app.domain.errors import Issue
from app.interop.fhir.subscriptions.topics import Topic, filters

NEW, WITHDRAWN = "new", "withdrawn"
TRIGGERS = (NEW, WITHDRAWN)
_TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class Condition:
    """One parameter and the values of which one must be met. A reference is kept as the id alone."""

    parameter: str
    values: tuple[str, ...]


def read_filter(text: str, topic: Topic, path: str) -> tuple[list[Condition], list[Issue]]:
    """The conditions of one criterion such as ``AdverseEvent?patient=Patient/1&code=Sepsis``, and its faults."""
    type_, question, query = text.partition("?")
    if not question:
        type_, query = "", text
    if type_ not in ("", *topic.resources):
        return [], [Issue(path, "value", "the topic has another resource type", ", ".join(topic.resources))]
    pairs = parse_qsl(query, keep_blank_values=True)
    if not pairs:
        return [], [Issue(path, "value", "not a filter", "parameter=value, joined by &")]
    read = [_condition(name, value, topic, path) for name, value in pairs]
    return [item for item in read if isinstance(item, Condition)], [item for item in read if isinstance(item, Issue)]


def _condition(name: str, value: str, topic: Topic, path: str) -> Condition | Issue:
    if name not in topic.filters:
        return Issue(path, "not-supported", "unknown filter", ", ".join(topic.filters))
    known = filters()[name]
    values = [part.removeprefix(f"{known.target}/") if known.target else part for part in value.split(",")]
    if any(not part or (known.kind == "reference" and "/" in part) for part in values):
        return Issue(path, "value", "not a value of this filter", f"{known.target}/[id]" if known.target else "a code")
    if name == _TRIGGER and not set(values) <= set(TRIGGERS):
        return Issue(path, "code-invalid", "unknown trigger", ", ".join(TRIGGERS))
    return Condition(name, tuple(values))


def meets(conditions: tuple[Condition, ...], fact: Mapping[str, str | None]) -> bool:
    """Whether a fact, given as the values of its filter parameters, is one that is asked for."""
    return all(fact[item.parameter] in item.values for item in conditions if item.parameter != _TRIGGER)


def hears(conditions: tuple[Condition, ...], trigger: str) -> bool:
    """Whether a trigger is asked for. Who does not ask for withdrawals hears of none."""
    asked = [item for item in conditions if item.parameter == _TRIGGER]
    return all(trigger in item.values for item in asked) if asked else trigger == NEW
