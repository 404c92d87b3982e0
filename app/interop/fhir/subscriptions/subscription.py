"""Subscription: what a client asks for, read and checked; what is shown of it.

http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir.resources.R4B.subscription import Subscription

from app.domain.errors import Category, Fault, Issue, shown_name
from app.interop.fhir.structure import structure_issues
from app.interop.fhir.subscriptions import secrets
from app.interop.fhir.subscriptions.filters import Condition, read_filter
from app.interop.fhir.subscriptions.topics import Topic, topics
from app.interop.fhir.subscriptions.urls import CHANNEL_TYPE, CONTENT, FILTER, HEARTBEAT, MAX_COUNT, TIMEOUT

Json = dict[str, Any]
REST_HOOK, WEBSOCKET = "rest-hook", "websocket"
CHANNELS = (REST_HOOK, WEBSOCKET)
EMPTY, ID_ONLY, FULL_RESOURCE = "empty", "id-only", "full-resource"
CONTENTS = (EMPTY, ID_ONLY, FULL_RESOURCE)
STATUSES = ("requested", "active", "error", "off")
PAYLOADS = ("application/fhir+json", "application/json")
_NUMBERS = {TIMEOUT: "valueUnsignedInt", HEARTBEAT: "valueUnsignedInt", MAX_COUNT: "valuePositiveInt"}
USUAL_TIMEOUT, LONGEST_TIMEOUT, USUAL_COUNT, MOST_COUNT = 10, 60, 20, 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription's wish. timeout, heartbeat: in seconds; ends: when it turns itself off; endpoint: '' of a
    websocket.
    """

    topic: Topic
    conditions: tuple[Condition, ...]
    channel: str
    endpoint: str
    content: str
    media_type: str
    timeout: int
    heartbeat: int | None
    max_count: int
    ends: datetime | None


def read(resource: Any) -> Wanted:
    """The wish in a resource. Fault UNPROCESSABLE with every issue, each naming what is known."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "Subscription":
        raise _refused([Issue("resourceType", "value", "not a Subscription", "Subscription")])
    issues = _nulls(resource, "") or structure_issues(resource, {"Subscription": Subscription})
    if issues:
        raise _refused(issues)
    topic = topics().get(resource["criteria"])
    if topic is None:
        issues.append(Issue("criteria", "not-supported", "unknown topic", ", ".join(topics())))
    conditions = _conditions(resource, topic, issues) if topic else []
    channel = resource["channel"]
    _check_channel(resource, channel, issues)
    content = _code(channel.get("_payload", {}), CONTENT)
    if content not in CONTENTS:
        place = "channel.payload.extension"
        issues.append(Issue(place, "code-invalid", "the payload's content is not said", f"{CONTENT}: {_any(CONTENTS)}"))
    if issues or topic is None:
        raise _refused(issues)
    return _wanted(resource, topic, conditions, content)


def _nulls(value: Any, path: str) -> list[Issue]:
    """Places without a value, which the models let pass; names that look like none are not repeated."""
    if value is None:
        return [Issue(path, "structure", "an element has a value or is left out")]
    if isinstance(value, list):
        return [issue for index, one in enumerate(value) for issue in _nulls(one, f"{path}[{index}]")]
    inner = value.items() if isinstance(value, dict) else ()
    return [issue for name, one in inner for issue in _nulls(one, f"{path}.{shown_name(name)}".lstrip("."))]


def _wanted(resource: Json, topic: Topic, conditions: list[Condition], content: str) -> Wanted:
    channel = resource["channel"]
    timeout, count = _number(channel, TIMEOUT), _number(channel, MAX_COUNT)
    return Wanted(
        topic,
        tuple(conditions),
        channel["type"],
        channel.get("endpoint", ""),
        content,
        channel["payload"],
        min(timeout or USUAL_TIMEOUT, LONGEST_TIMEOUT),
        _number(channel, HEARTBEAT) or None,
        min(count or USUAL_COUNT, MOST_COUNT),
        _instant(resource.get("end")),
    )


def _conditions(resource: Json, topic: Topic, issues: list[Issue]) -> list[Condition]:
    found: list[Condition] = []
    for index, extension in enumerate(resource.get("_criteria", {}).get("extension", [])):
        path = f"criteria.extension[{index}]"
        if extension["url"] != FILTER or not isinstance(extension.get("valueString"), str):
            issues.append(Issue(path, "not-supported", "unknown extension", f"{FILTER} with valueString"))
            continue
        conditions, faults = read_filter(extension["valueString"], topic, path)
        found += conditions
        issues += faults
    return found


def _check_channel(resource: Json, channel: Json, issues: list[Issue]) -> None:
    if resource.get("status") not in STATUSES:
        issues.append(Issue("status", "code-invalid", "unknown status", _any(STATUSES)))
    custom = [one for one in channel.get("_type", {}).get("extension", []) if one["url"] == CHANNEL_TYPE]
    if channel.get("type") not in CHANNELS or custom:
        issues.append(Issue("channel.type", "not-supported", "unknown channel", _any(CHANNELS)))
    if channel.get("payload") not in PAYLOADS:
        issues.append(Issue("channel.payload", "not-supported", "unknown media type", _any(PAYLOADS)))
    if channel.get("type") == REST_HOOK and not channel.get("endpoint"):
        issues.append(Issue("channel.endpoint", "required", "a rest-hook needs an endpoint", "an https address"))
    for url, name in _NUMBERS.items():
        if any(type(one.get(name)) is not int or one[name] < 0 for one in _extensions(channel, url)):
            issues.append(Issue("channel.extension", "value", "not a whole number", f"{url} with {name}"))
    if "end" in resource and _instant(resource["end"]) is None:
        issues.append(Issue("end", "value", "not an instant", "such as 2026-07-01T00:00:00Z"))
    issues += secrets.issues(channel)


def _instant(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def _number(channel: Json, url: str) -> int:
    return next((int(one[_NUMBERS[url]]) for one in _extensions(channel, url)), 0)


def _extensions(element: Json, url: str) -> list[Json]:
    return [one for one in element.get("extension", []) if one["url"] == url]


def _code(element: Json, url: str) -> str:
    return str(next((one.get("valueCode") for one in _extensions(element, url)), ""))


def _any(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _refused(issues: list[Issue]) -> Fault:
    return Fault(Category.UNPROCESSABLE, "the subscription cannot be kept", tuple(issues))


def show(body: Json, names: tuple[str, int, str], status: str, error: str | None) -> Json:
    """The resource as it is read. body: as kept; names: id, version, lastUpdated; status, error: the server's word."""
    identifier, version, updated = names
    meta = {**body.get("meta", {}), "versionId": str(version), "lastUpdated": updated}
    head = {"resourceType": "Subscription", "id": identifier, "meta": meta, "status": status}
    told = {"error": error} if error else {}
    kept = {name: value for name, value in body.items() if name not in (*head, "error")}
    return {**head, **kept, **told}
