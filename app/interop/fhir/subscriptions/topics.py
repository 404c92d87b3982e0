"""What can be subscribed to: a table, and the same published for R4 (Basic) and R5 (SubscriptionTopic).

http://hl7.org/fhir/uv/subscriptions-backport/components.html#subscription-topics
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from app.interop.fhir.subscriptions.urls import TOPIC

Json = dict[str, Any]
_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic"
_TYPES = "http://hl7.org/fhir/fhir-types"


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter by which a topic is narrowed. target: the type that a reference must be of."""

    parameter: str
    kind: str
    target: str
    description: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A row of the table. resources: types that its events are about; code: what the code of an event says."""

    id: str
    title: str
    resources: tuple[str, ...]
    code: str
    filters: tuple[str, ...]
    description: str

    @property
    def url(self) -> str:
        """Its canonical address."""
        return TOPIC + self.id


@cache
def topics() -> dict[str, Topic]:
    """Every topic by its canonical address, in the order of the table."""
    found = [
        Topic(
            row["topic"],
            row["title"],
            tuple(row["resources"].split("|")),
            row["code"],
            tuple(row["filters"].split("|")),
            row["description"],
        )
        for row in _rows("topics")
    ]
    return {topic.url: topic for topic in found}


@cache
def filters() -> dict[str, Filter]:
    """Every filter by its parameter."""
    return {
        row["parameter"]: Filter(row["parameter"], row["kind"], row["target"], row["description"])
        for row in _rows("filters")
    }


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def subscription_topic(topic: Topic, version: str, date: str) -> Json:
    """The topic as R5 has it. version, date: of this service."""
    return {
        "resourceType": "SubscriptionTopic",
        "id": topic.id,
        "url": topic.url,
        "version": version,
        "title": topic.title,
        "status": "active",
        "date": date,
        "description": topic.description,
        "resourceTrigger": [
            {
                "description": topic.description,
                "resource": resource,
                "supportedInteraction": ["create", "update", "delete"],
            }
            for resource in topic.resources
        ],
        "canFilterBy": [
            {"description": _says(topic, name), "resource": resource, "filterParameter": name}
            for resource in topic.resources
            for name in topic.filters
        ],
        "notificationShape": [{"resource": resource} for resource in topic.resources],
    }


def basic(topic: Topic, version: str, date: str) -> Json:
    """The same for R4, which has no SubscriptionTopic: a Basic with R5's elements as extensions."""
    whole = subscription_topic(topic, version, date)
    plain = [
        ("url", "valueUri"),
        ("version", "valueString"),
        ("title", "valueString"),
        ("date", "valueDateTime"),
        ("description", "valueMarkdown"),
    ]
    extensions: list[Json] = [{"url": f"{_R5}.{name}", value: whole[name]} for name, value in plain]
    for name in ("resourceTrigger", "canFilterBy", "notificationShape"):
        extensions += [{"url": f"{_R5}.{name}", "extension": _parts(item)} for item in whole[name]]
    return {
        "resourceType": "Basic",
        "id": topic.id,
        "extension": extensions,
        "modifierExtension": [{"url": f"{_R5}.status", "valueCode": whole["status"]}],
        "code": {"coding": [{"system": _TYPES, "code": "SubscriptionTopic"}]},
    }


def _parts(item: Json) -> list[Json]:
    values = {"description": "valueMarkdown", "resource": "valueUri", "supportedInteraction": "valueCode"}
    return [
        {"url": name, values.get(name, "valueString"): one}
        for name, given in item.items()
        for one in (given if isinstance(given, list) else [given])
    ]


def _says(topic: Topic, parameter: str) -> str:
    description = filters()[parameter].description
    return f"{description} Here: {topic.code}." if parameter == "code" else description
