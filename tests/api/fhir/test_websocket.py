"""Notifications over a websocket, through the whole stack of applications and a real server.

http://hl7.org/fhir/uv/subscriptions-backport/channels.html#websockets
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from app.commands.serve import free_port
from tests.journeys.door import STUDY, open_door, record, subject
from tests.services.subscriptions.desk import Desk, events_of, status_of, wish

PATH = "/fhir/websocket"
TIMEOUT = 20


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_door(tmp_path, poll_seconds=0.02) as door:
        door.put_study(STUDY, "A")
        door.receipt(subject("A-001"))
        with closing(Desk(door)) as found:
            yield found


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    """A server without the application's life: the dispatcher is turned by hand."""
    port = free_port(0)
    server = uvicorn.Server(uvicorn.Config(desk.door.app, port=port, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"ws://127.0.0.1:{port}{PATH}"
    server.should_exit = True
    thread.join()


def listen(desk: Desk, topic: str = "new-sae") -> str:
    made = desk.subscribe(wish(topic, channel="websocket", endpoint=None))
    assert made["status"] == "active"
    return str(made["id"])


def token(desk: Desk, *names: str) -> dict[str, Any]:
    query = "&".join(f"id={name}" for name in names)
    answer = desk.door.request("GET", f"/fhir/Subscription/$get-ws-binding-token?{query}")
    assert answer.status_code == 200, answer.text
    parameters = answer.json()["parameter"]
    found = {one["name"]: next(value for name, value in one.items() if name != "name") for one in parameters}
    return {**found, "subscriptions": [one["valueString"] for one in parameters if one["name"] == "subscription"]}


def sae(desk: Desk, number: int) -> None:
    event = {"term": "Sepsis", "onset": "2024-03-09", "grade": 3, "serious": True}
    desk.door.receipt(record("adverse_event", f"AE{number}", **event))
    desk.turn()


def heard(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(socket.recv(TIMEOUT))
    return found


def test_a_bound_client_hears_what_nobody_was_told_and_what_comes(desk: Desk, url: str) -> None:
    name = listen(desk)
    sae(desk, 1)
    given = token(desk, name)
    assert given["websocket-url"] == f"ws://engraft.test{PATH}" and given["subscriptions"] == [name]
    with connect(url) as socket:
        socket.send(f"bind-with-token {given['token']}")
        assert status_of(heard(socket))["type"] == "handshake"
        assert [event["number"] for event in events_of(heard(socket))] == [1]
        sae(desk, 2)
        assert [event["number"] for event in events_of(heard(socket))] == [2]
    with connect(url) as socket:
        socket.send(f"bind-with-token {given['token']}")
        assert status_of(heard(socket))["type"] == "handshake"
        sae(desk, 3)
        numbers = [event["number"] for event in events_of(heard(socket))]
        # At least once: who goes as soon as it has heard an event may hear it again.
        again = [event["number"] for event in events_of(heard(socket))] if numbers == [2] else []
        assert [*numbers, *again] in ([3], [2, 3])


def test_one_socket_listens_to_several(desk: Desk, url: str) -> None:
    names = [listen(desk), listen(desk, "death")]
    with connect(url) as socket:
        socket.send(f"bind-with-token {token(desk, *names)['token']}")
        shakes = [status_of(heard(socket)) for _ in names]
        assert {one["subscription"]["reference"].rpartition("/")[2] for one in shakes} == set(names)
        desk.door.receipt(record("death", "D1", date="2024-05-01"))
        desk.turn()
        [event] = events_of(heard(socket))
        assert event["focus"].startswith("Patient/")


@pytest.mark.parametrize("spoil", ["", "x", "a.b", "é.é"])
def test_a_token_that_is_none_binds_nothing_and_the_socket_is_closed(desk: Desk, url: str, spoil: str) -> None:
    listen(desk)
    with connect(url) as socket:
        socket.send(f"bind-with-token {spoil}")
        desk.door.clock.move(minutes=1)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(TIMEOUT)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


def test_a_changed_token_is_none(desk: Desk, url: str) -> None:
    other = listen(desk, "death")
    content, _, _ = token(desk, other)["token"].partition(".")
    _, _, signature = token(desk, listen(desk))["token"].partition(".")
    with connect(url) as socket:
        socket.send(f"bind-with-token {content}.{signature}")
        desk.door.clock.move(minutes=1)
        with pytest.raises(ConnectionClosed):
            socket.recv(TIMEOUT)


def test_a_token_that_has_ended_binds_nothing(desk: Desk, url: str) -> None:
    given = token(desk, listen(desk))
    desk.door.clock.move(minutes=31)
    with connect(url) as socket:
        socket.send(f"bind-with-token {given['token']}")
        with pytest.raises(TimeoutError):
            socket.recv(0.5)


def test_a_token_ends(desk: Desk, url: str) -> None:
    given = token(desk, listen(desk))
    with connect(url) as socket:
        socket.send(f"bind-with-token {given['token']}")
        heard(socket)
        desk.door.clock.move(minutes=31)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(TIMEOUT)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


def test_a_deleted_subscription_is_told_no_more(desk: Desk, url: str) -> None:
    name = listen(desk)
    with connect(url) as socket:
        socket.send(f"bind-with-token {token(desk, name)['token']}")
        heard(socket)
        desk.door.request("DELETE", f"/fhir/Subscription/{name}")
        desk.door.clock.move(minutes=1)
        with pytest.raises(ConnectionClosed):
            socket.recv(TIMEOUT)


def test_a_token_is_for_websockets_alone(desk: Desk) -> None:
    hook = desk.subscribe(wish())["id"]
    assert desk.door.get(f"/fhir/Subscription/{hook}/$get-ws-binding-token").status_code == 422
    assert token(desk)["subscriptions"] == []
