"""A sponsor's safety desk: told of a serious event, away for a while, told later, and never of less than everything.

The service and the receiver are real servers on loopback; only the service's being killed is unfriendly.
"""

import json
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from app.commands.serve import running
from app.config import Settings
from app.services.subscriptions.dispatcher import LEASE
from tests.journeys.door import STUDY, Raw, record, subject
from tests.journeys.test_crash import serving
from tests.services.subscriptions.desk import SECRET, events_of, is_signed, status_of, wish

PATIENCE = 30
OPEN: dict[str, Any] = {"webhook_plain_http": True, "webhook_private_addresses": True, "poll_seconds": 0.05}


class Receiver:
    """An HTTP server that takes what it is sent. answer: what it answers; slow: seconds that it takes."""

    def __init__(self) -> None:
        self.taken: queue.Queue[httpx.Request] = queue.Queue()
        self.answer, self.slow = 200, 0.0
        self.port = _free_port()
        self._server: HTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def start(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                time.sleep(outer.slow)
                outer.taken.put(httpx.Request("POST", outer.url, headers=list(self.headers.items()), content=body))
                self.send_response(outer.answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = HTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def next(self) -> Raw:
        """The next notification that is believed."""
        request = self.taken.get(timeout=PATIENCE)
        assert is_signed(request, SECRET)
        found: Raw = json.loads(request.content)
        return found


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    found.start()
    yield found
    found.stop()


@contextmanager
def service(folder: Path) -> Iterator[httpx.Client]:
    with running(Settings(data=folder, **OPEN), 0) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def send(client: httpx.Client, *records: Raw) -> None:
    client.post(f"/studies/{STUDY}/records", json=list(records)).raise_for_status()


def sae(number: int) -> Raw:
    fields = {"term": "Sepsis", "onset": "2024-03-09", "grade": 3, "serious": True}
    return record("adverse_event", f"AE{number}", **fields)


def subscribe(client: httpx.Client, body: Raw) -> str:
    answer = client.post("/fhir/Subscription", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def await_status(client: httpx.Client, identifier: str, wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while client.get(f"/fhir/Subscription/{identifier}").json()["status"] != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_told_away_and_told_later(tmp_path: Path, receiver: Receiver) -> None:
    with service(tmp_path) as client:
        send(client, subject("A-001"))
        name = subscribe(client, wish(content="full-resource", endpoint=receiver.url))
        assert status_of(receiver.next())["type"] == "handshake"
        await_status(client, name, "active")
        send(client, sae(1))
        bundle = receiver.next()
        [event] = events_of(bundle)
        assert (event["number"], event["code"]) == (1, "Sepsis")
        assert bundle["entry"][1]["resource"] == client.get(f"/fhir/{event['focus']}").json()
        receiver.stop()
        send(client, sae(2))
        send(client, sae(3))
        caught_up = client.get(f"/fhir/Subscription/{name}/$events", params={"eventsSinceNumber": "2"}).json()
        seen = [one["number"] for one in events_of(caught_up)]
        while seen != [2, 3]:
            time.sleep(0.05)
            caught_up = client.get(f"/fhir/Subscription/{name}/$events", params={"eventsSinceNumber": "2"}).json()
            seen = [one["number"] for one in events_of(caught_up)]
        receiver.start()
        numbers: list[int] = []
        while numbers != [2, 3]:
            numbers += [one["number"] for one in events_of(receiver.next())]
            assert numbers == [2, 3][: len(numbers)]


def test_a_slow_receiver_slows_nobody_down(tmp_path: Path, receiver: Receiver) -> None:
    slow = Receiver()
    slow.start()
    with service(tmp_path) as client:
        send(client, subject("A-001"))
        for one in (slow, receiver):
            subscribe(client, wish(endpoint=one.url))
            one.next()
        slow.slow = 3
        for number in range(1, 6):
            before = time.monotonic()
            send(client, sae(number))
            assert time.monotonic() - before < 2
            assert [event["number"] for event in events_of(receiver.next())] == [number]
        assert slow.taken.qsize() <= 2
    slow.stop()


def test_a_websocket_beside_it(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        send(client, subject("A-001"))
        name = subscribe(client, wish(channel="websocket", endpoint=None))
        parameters = client.get(f"/fhir/Subscription/{name}/$get-ws-binding-token").json()["parameter"]
        given = {one["name"]: next(value for key, value in one.items() if key != "name") for one in parameters}
        with connect(given["websocket-url"]) as bound:
            bound.send(f"bind-with-token {given['token']}")
            assert status_of(json.loads(bound.recv(PATIENCE)))["type"] == "handshake"
            send(client, sae(1))
            assert [event["number"] for event in events_of(json.loads(bound.recv(PATIENCE)))] == [1]


def test_what_was_acknowledged_before_a_kill_is_told_after_it(tmp_path: Path, receiver: Receiver) -> None:
    """Killed at once; killed with the event numbered and refused by the receiver; killed before that."""
    with serving(tmp_path, **OPEN) as (process, address), httpx.Client(base_url=address, timeout=30) as client:
        send(client, subject("A-001"))
        name = subscribe(client, wish(endpoint=receiver.url))
        receiver.next()
        await_status(client, name, "active")
    for number, (answer, wait) in enumerate([(200, 0.0), (500, LEASE.total_seconds() + 1), (200, 0.1)], start=1):
        receiver.answer = answer
        with serving(tmp_path, **OPEN) as (process, address), httpx.Client(base_url=address, timeout=30) as client:
            send(client, sae(number))
            time.sleep(wait)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    told: dict[str, list[int]] = {}
    with serving(tmp_path, **OPEN) as (_, address), httpx.Client(base_url=address, timeout=30) as client:
        while 3 not in (number for numbers in told.values() for number in numbers):
            request = receiver.taken.get(timeout=PATIENCE)
            numbers = [event["number"] for event in events_of(json.loads(request.content))]
            assert told.setdefault(request.headers["webhook-id"], numbers) == numbers
        events = events_of(client.get(f"/fhir/Subscription/{name}/$events").json())
    assert [event["number"] for event in events] == [1, 2, 3]
    assert len({event["focus"] for event in events}) == 3
    assert sorted({number for numbers in told.values() for number in numbers}) == [1, 2, 3]
