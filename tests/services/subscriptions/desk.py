"""A service, its dispatcher turned by hand, and a receiver that answers what the test says."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx

from app.services.subscriptions.dispatcher import Dispatcher
from app.services.subscriptions.webhook import Webhooks
from tests.journeys.door import Door, Raw

TOPIC = "https://engraft.example.org/fhir/SubscriptionTopic/"
GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SECRET_EXTENSION = "https://engraft.example.org/fhir/StructureDefinition/subscription-secret"
ENDPOINT = "https://sponsor.example.com/hook"
PUBLIC = "93.184.216.34"


def wish(
    topic: str = "new-sae",
    *filters: str,
    content: str = "id-only",
    endpoint: str | None = ENDPOINT,
    channel: str = "rest-hook",
    max_count: int | None = None,
    **more: Any,
) -> Raw:
    """A Subscription in the shape of the guide."""
    extensions = [{"url": SECRET_EXTENSION, "valueString": SECRET}]
    if max_count is not None:
        extensions.append({"url": f"{GUIDE}backport-max-count", "valuePositiveInt": max_count})
    body: Raw = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "safety of the trial",
        "criteria": TOPIC + topic,
        "channel": {
            "type": channel,
            "payload": "application/fhir+json",
            "_payload": {"extension": [{"url": f"{GUIDE}backport-payload-content", "valueCode": content}]},
            "extension": extensions,
        },
        **more,
    }
    if endpoint is not None:
        body["channel"]["endpoint"] = endpoint
    if filters:
        body["_criteria"] = {
            "extension": [{"url": f"{GUIDE}backport-filter-criteria", "valueString": text} for text in filters]
        }
    return body


class Desk:
    """Turns the dispatcher of a service. answers: what the receiver answers at a path, 200 where nothing is said."""

    def __init__(self, door: Door, addresses: Callable[[str, int], list[str]] = lambda host, port: [PUBLIC]) -> None:
        self.door = door
        self.requests: list[httpx.Request] = []
        self.answers: dict[str, int | Exception] = {}
        self.random = 0.5
        self._addresses = addresses
        self.runner = asyncio.Runner()
        self.dispatcher = self.another("desk")

    def close(self) -> None:
        self.runner.close()

    def another(self, owner: str) -> Dispatcher:
        """A dispatcher of another process on the same store."""
        services = self.door.services
        transport = httpx.MockTransport(self._receive)
        webhooks = Webhooks(services.settings, self.door.clock, self._addresses, transport)
        return Dispatcher(services, webhooks, owner, lambda: self.random)

    def _receive(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(request.url.path, 200)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    def turn(self, dispatcher: Dispatcher | None = None) -> list[httpx.Request]:
        """One round; what was sent in it."""
        before = len(self.requests)
        self.runner.run((dispatcher or self.dispatcher).turn())
        return self.requests[before:]

    def subscribe(self, body: Raw, **options: Any) -> Raw:
        answer = self.door.request("POST", "/fhir/Subscription", json=body, **options)
        assert answer.status_code == 201, answer.text
        found: Raw = answer.json()
        return found

    def read(self, identifier: str) -> Raw:
        answer = self.door.get(f"/fhir/Subscription/{identifier}")
        assert answer.status_code == 200, answer.text
        found: Raw = answer.json()
        return found

    def events(self, identifier: str, **params: Any) -> list[Raw]:
        """What `$events` tells, each as its parts by name."""
        answer = self.door.get(f"/fhir/Subscription/{identifier}/$events", **params)
        assert answer.status_code == 200, answer.text
        return events_of(answer.json())


def bundle_of(request: httpx.Request) -> Raw:
    found: Raw = json.loads(request.content)
    return found


def status_of(bundle: Raw) -> dict[str, Any]:
    """The simple parameters of the status that leads a bundle."""
    parameters = bundle["entry"][0]["resource"]["parameter"]
    return {
        one["name"]: next(value for name, value in one.items() if name.startswith("value"))
        for one in parameters
        if any(name.startswith("value") for name in one)
    }


def events_of(bundle: Raw) -> list[Raw]:
    """Events of a bundle: number, focus, context, trigger, code."""
    found = []
    for one in bundle["entry"][0]["resource"]["parameter"]:
        if one["name"] == "notification-event":
            parts = {part["name"]: part for part in one["part"]}
            told = one.get("extension", [{"extension": []}])[0]["extension"]
            words = {item["url"]: item.get("valueCode") or item.get("valueString") for item in told}
            focus = parts.get("focus", {"valueReference": {"reference": ""}})["valueReference"]["reference"]
            number = int(parts["event-number"]["valueString"])
            found.append({"code": None, "number": number, "focus": focus.partition("/fhir/")[2], **words})
    return found


def is_signed(request: httpx.Request, secret: str = SECRET) -> bool:
    """Whether a receiver that knows the secret would believe it; by the words of the Standard Webhooks text."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.content
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return request.headers["webhook-signature"] == f"v1,{expected}"
