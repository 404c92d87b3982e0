"""SubscriptionStatus as Parameters, and the history Bundle that a notification is.

http://hl7.org/fhir/uv/subscriptions-backport/notifications.html
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.interop.fhir.encode import to_json
from app.interop.fhir.subscriptions.filters import WITHDRAWN
from app.interop.fhir.subscriptions.subscription import EMPTY, FULL_RESOURCE
from app.interop.fhir.subscriptions.urls import NOTIFICATION, STATUS, TRIGGER

Json = dict[str, Any]
HANDSHAKE, HEARTBEAT, EVENTS = "handshake", "heartbeat", "event-notification"
QUERY_STATUS, QUERY_EVENT = "query-status", "query-event"
_ERROR = {"system": "http://terminology.hl7.org/CodeSystem/subscription-error", "code": "no-response"}


@dataclass(frozen=True, slots=True)
class Told:
    """One numbered event. type, id: the resource it is about; at: an instant; code: what it is of its kind; subject: id
    of the ResearchSubject; version, body: the resource as it stood, None where it is deleted or may not be seen;
    deleted: whether it is.
    """

    number: int
    at: str
    trigger: str
    code: str | None
    type: str
    id: str
    subject: str
    version: int = 0
    body: bytes | None = None
    deleted: bool = False

    @property
    def reference(self) -> str:
        """The resource it is about."""
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class State:
    """A subscription as its status tells it. base: address of the FHIR door; events: number of the last event."""

    id: str
    topic: str
    status: str
    events: int
    base: str
    error: str | None


def status(state: State, kind: str, events: Sequence[Told] = (), content: str = EMPTY) -> Json:
    """The Parameters that tell the status. content: how much of the events is told."""
    parameters: list[Json] = [
        {"name": "subscription", "valueReference": {"reference": f"{state.base}/Subscription/{state.id}"}},
        *([{"name": "topic", "valueCanonical": state.topic}] if content != EMPTY else []),
        {"name": "status", "valueCode": state.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(state.events)},
        *(_event(one, content, state.base) for one in events),
    ]
    if state.error:
        parameters.append({"name": "error", "valueCodeableConcept": {"coding": [_ERROR], "text": state.error}})
    return {"resourceType": "Parameters", "meta": {"profile": [STATUS]}, "parameter": parameters}


def _event(event: Told, content: str, base: str) -> Json:
    parts: list[Json] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": event.at},
    ]
    if content == EMPTY:
        return {"name": "notification-event", "part": parts}
    parts.append({"name": "focus", "valueReference": {"reference": f"{base}/{event.reference}"}})
    context = f"ResearchSubject/{event.subject}"
    if context != event.reference:
        parts.append({"name": "additional-context", "valueReference": {"reference": f"{base}/{context}"}})
    told = [{"url": "trigger", "valueCode": event.trigger}]
    if event.code:
        told.append({"url": "code", "valueString": event.code})
    return {"extension": [{"url": TRIGGER, "extension": told}], "name": "notification-event", "part": parts}


def notification(
    state: State, kind: str, identifier: str, time: str, events: Sequence[Told] = (), content: str = EMPTY
) -> bytes:
    """The Bundle. identifier: of the status in it, a UUID; time: of the sending, an instant."""
    told = {**status(state, kind, events, content), "id": identifier}
    first = {
        "fullUrl": f"urn:uuid:{identifier}",
        "resource": told,
        "request": {"method": "GET", "url": f"{state.base}/Subscription/{state.id}/$status"},
        "response": {"status": "200"},
    }
    meta = {"profile": [NOTIFICATION]}
    body = {"resourceType": "Bundle", "meta": meta, "type": "history", "timestamp": time}
    entries = [to_json(first)]
    if content == FULL_RESOURCE:
        entries += [_entry(one, state.base) for one in {(one.reference, one.version): one for one in events}.values()]
    return b'%b,"entry":[%b]}' % (to_json(body)[:-1], b",".join(entries))


def _entry(event: Told, base: str) -> bytes:
    """The resource as its version was; where it cannot be shown, the request that stands for it."""
    address = f"{base}/{event.reference}"
    if event.body is None:
        method, status_code = ("DELETE", "204") if event.deleted else ("GET", "404")
        request = {"method": method, "url": event.reference}
        return to_json({"fullUrl": address, "request": request, "response": {"status": status_code}})
    method, status_code = ("PUT", "200") if event.version > 1 or event.trigger == WITHDRAWN else ("POST", "201")
    url = event.type if method == "POST" else event.reference
    response = {"status": status_code, "etag": f'W/"{event.version}"', "lastModified": event.at}
    rest = {"request": {"method": method, "url": url}, "response": response}
    head = to_json({"fullUrl": address})[:-1]
    return b'%b,"resource":%b,%b' % (head, event.body, to_json(rest)[1:])


def statuses(parameters: Sequence[Json], link: str) -> bytes:
    """A searchset of statuses. link: the address that was asked."""
    entries = [_status_entry(one) for one in parameters]
    body: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    body["link"] = [{"relation": "self", "url": link}]
    return to_json({**body, "entry": entries} if entries else body)


def _status_entry(parameters: Json) -> Json:
    identifier = str(uuid.uuid5(uuid.NAMESPACE_URL, parameters["parameter"][0]["valueReference"]["reference"]))
    resource = {**parameters, "id": identifier}
    return {"fullUrl": f"urn:uuid:{identifier}", "resource": resource, "search": {"mode": "match"}}
