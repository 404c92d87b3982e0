"""One POST over a real connection; the signature against the Standard Webhooks text's own example."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from app.config import Settings
from app.services.subscriptions.webhook import Message, Webhooks, signature
from tests.journeys.door import Clock
from tests.services.subscriptions.desk import SECRET, is_signed

OPEN = Settings(webhook_plain_http=True, webhook_private_addresses=True)


@pytest.fixture
def server() -> Iterator[Any]:
    """Keeps connections open, notes where each request came from, and sends an endless answer where it is asked to."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.seen.append((self.client_address[1], self.headers, body))  # type: ignore[attr-defined]
            if self.path == "/silent":
                self.server.silence.wait(20)  # type: ignore[attr-defined]
            self.send_response(302 if self.path == "/moved" else 200)
            self.send_header("location", "/hook")
            self.send_header("content-length", "0" if self.path != "/endless" else str(10**12))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

    found: Any = Server(("127.0.0.1", 0), Handler)
    found.seen, found.silence = [], threading.Event()
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.silence.set()
    found.shutdown()
    found.server_close()


def message(server: Any, path: str = "/hook", **changed: Any) -> Message:
    given = {"timeout": 5, "headers": (("x-note", "1"),), "body": b'{"resourceType":"Bundle"}', **changed}
    endpoint = f"http://receiver.test:{server.server_port}{path}"
    return Message("id-1", endpoint, "application/fhir+json", secret=SECRET, **given)


def send(*messages: Message, resolve: Any = lambda host, port: ["127.0.0.1"]) -> list[tuple[int | None, str]]:
    async def work() -> list[tuple[int | None, str]]:
        webhooks = Webhooks(OPEN, Clock(), resolve)
        try:
            return [await webhooks.send(one) for one in messages]
        finally:
            await webhooks.close()

    return asyncio.run(work())


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """https://github.com/standard-webhooks/standard-webhooks, the test vector of its libraries."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_arrives_is_what_was_signed(server: Any) -> None:
    assert send(message(server)) == [(200, "")]
    [(_, headers, body)] = server.seen
    assert headers["host"] == f"receiver.test:{server.server_port}"
    assert (headers["x-note"], headers["webhook-id"]) == ("1", "id-1")
    assert is_signed(httpx.Request("POST", "http://receiver.test", headers=list(headers.items()), content=body))


def test_no_connection_is_kept_for_another_receiver_at_the_same_address(server: Any) -> None:
    send(message(server), message(server))
    assert len({port for port, _, _ in server.seen}) == 2


def test_a_redirect_is_an_answer_like_any_other(server: Any) -> None:
    assert send(message(server, "/moved")) == [(302, "")]
    assert len(server.seen) == 1


def test_an_endless_answer_is_not_read(server: Any) -> None:
    assert send(message(server, "/endless")) == [(200, "")]


def test_who_does_not_answer_in_time_has_not_answered(server: Any) -> None:
    assert send(message(server, "/silent", timeout=1)) == [(None, "no answer in time")]


def test_many_that_do_not_answer_leave_room_for_one_that_does(server: Any) -> None:
    async def work() -> tuple[int | None, str]:
        webhooks = Webhooks(OPEN, Clock(), lambda host, port: ["127.0.0.1"])
        silent = [asyncio.create_task(webhooks.send(message(server, "/silent", timeout=20))) for _ in range(120)]
        while len(server.seen) < len(silent):
            assert not any(task.done() for task in silent)
            await asyncio.sleep(0.05)
        found = await webhooks.send(message(server))
        server.silence.set()
        await asyncio.gather(*silent)
        await webhooks.close()
        return found

    assert asyncio.run(work()) == (200, "")


def test_a_name_that_nobody_knows_is_a_failure_like_another(server: Any) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    assert send(message(server), resolve=unknown) == [(None, "no connection: OSError")]


def test_a_name_server_that_does_not_answer_costs_the_timeout(server: Any) -> None:
    def slow(host: str, port: int) -> list[str]:
        server.silence.wait(3)
        return ["127.0.0.1"]

    assert send(message(server, timeout=1), resolve=slow) == [(None, "no answer in time")]


def test_an_address_of_the_new_kind_is_connected_to() -> None:
    seen: list[httpx.Request] = []

    def receive(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    async def work() -> tuple[int | None, str]:
        address = "2606:2800:220:1:248:1893:25c8:1946"
        webhooks = Webhooks(Settings(), Clock(), lambda host, port: [address], httpx.MockTransport(receive))
        found = Message("id", "https://receiver.test/hook", "application/json", (), SECRET, b"{}", 5)
        try:
            return await webhooks.send(found)
        finally:
            await webhooks.close()

    assert asyncio.run(work()) == (200, "")
    assert str(seen[0].url) == "https://[2606:2800:220:1:248:1893:25c8:1946]/hook"
