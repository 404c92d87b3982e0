"""A subscription made, changed, deleted: each in one unit of work of the writer.

http://hl7.org/fhir/uv/subscriptions-backport/workflow.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault
from app.interop.fhir.encode import to_json
from app.interop.fhir.subscriptions import secrets
from app.interop.fhir.subscriptions.subscription import REST_HOOK, Wanted, read, show
from app.interop.jsontext import parse
from app.services.context import Services
from app.services.subscriptions import address
from app.storage import counter, subscriptions
from app.storage.counter import utc_text
from app.storage.subscriptions import OFF, Stored
from app.storage.visibility import Caller

Json = dict[str, Any]
# Each is looked at whenever something has changed.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sent, and whose it is. base: address of the FHIR door that it came in by."""

    resource: Json
    caller: Caller
    base: str


def create(services: Services, sent: Sent) -> tuple[Stored, Json]:
    """A new subscription and its resource, which this once shows the secret. Fault UNPROCESSABLE."""
    wanted = _checked(services, sent.resource)
    body, headers, secret = secrets.take_out(sent.resource)
    secret = secret or secrets.new_secret(bytes.fromhex(services.new_id() + services.new_id()))
    identifier, updated = services.new_id(), utc_text(services.clock())

    def work(connection: Connection) -> Stored:
        if len(subscriptions.every(connection)) >= MOST:
            raise Fault(Category.UNPROCESSABLE, f"there are {MOST} subscriptions already")
        start = counter.latest(connection).seq
        status = _status(sent.resource, wanted)
        text, kept = to_json(body).decode(), tuple(headers)
        stored = Stored(
            identifier, 1, status, wanted.channel, text, kept, secret, sent.caller, sent.base, updated, False, start
        )
        subscriptions.put(connection, stored, new=True)
        return stored

    stored = services.writer.run(work)
    return stored, secrets.with_secret(resource(stored), secret)


def update(services: Services, identifier: str, sent: Sent, version: int | None) -> Stored:
    """The subscription as the client wants it now. version: what it must be (If-Match). Its numbers go on.

    What it asks for counts from now on: for changes that nobody has looked at yet too. One that was off has missed what
    came in meanwhile.
    """
    wanted = _checked(services, sent.resource)
    updated = utc_text(services.clock())

    def work(connection: Connection) -> Stored:
        old = _kept(subscriptions.find(connection, identifier), version)
        body, given, secret = secrets.take_out(sent.resource)
        known = dict(old.headers)
        headers = tuple((name, known.get(name, value) if value == secrets.HIDDEN else value) for name, value in given)
        stored = replace(
            old,
            version=old.version + 1,
            status=_status(sent.resource, wanted),
            channel=wanted.channel,
            body=to_json(body).decode(),
            headers=headers,
            secret=secret or old.secret,
            caller=sent.caller,
            base=sent.base,
            updated=updated,
            start=old.start if old.status != OFF else counter.latest(connection).seq,
            attempts=0,
            due="",
            failing_since=None,
            error=None,
        )
        subscriptions.put(connection, stored, new=False)
        return stored

    return services.writer.run(work)


def delete(services: Services, identifier: str, version: int | None) -> None:
    """No more of it: its events and its secret go too. A deleted one stays so."""
    updated = utc_text(services.clock())

    def work(connection: Connection) -> None:
        found = subscriptions.find(connection, identifier)
        if found is not None and found.deleted:
            return
        old = _kept(found, version)
        gone = replace(old, version=old.version + 1, status=OFF, deleted=True, secret="", headers=(), updated=updated)
        subscriptions.forget_events(connection, identifier)
        subscriptions.put(connection, gone, new=False)

    services.writer.run(work)


def find(connection: Connection, identifier: str) -> Stored:
    """The subscription. Fault NOT_FOUND, or GONE where it was deleted."""
    return _kept(subscriptions.find(connection, identifier), None)


def resource(stored: Stored) -> Json:
    """The resource as it is read."""
    names = (stored.id, stored.version, stored.updated)
    return show(parse(stored.body.encode()), names, stored.status, stored.error)


def _kept(found: Stored | None, version: int | None) -> Stored:
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such resource")
    if found.deleted:
        raise Fault(Category.GONE, "the resource was deleted")
    if version is not None and version != found.version:
        raise Fault(Category.PRECONDITION, "the resource has another version")
    return found


def _checked(services: Services, sent: Any) -> Wanted:
    wanted = read(sent)
    if wanted.channel == REST_HOOK:
        address.check(services.settings, wanted.endpoint)
    return wanted


def _status(sent: Json, wanted: Wanted) -> str:
    """The server's word: a client turns a subscription off, or asks for it. A websocket needs no handshake first."""
    if sent["status"] == OFF:
        return OFF
    return "requested" if wanted.channel == REST_HOOK else "active"
