"""The service is asked again while it is busy or away, and not for longer than there is patience.

https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

from collections.abc import Callable, Iterator

import httpx
import pytest

from app.commands.load.service import NotTaken, Service, Unreachable

Answers = Iterator[httpx.Response | Exception]


class Scene:
    """A service that answers one thing after another, and a clock that only it moves."""

    def __init__(self, *answers: httpx.Response | Exception, patience: float = 100) -> None:
        self.bodies: list[bytes] = []
        self.waits: list[float] = []
        self.told: list[str] = []
        self._answers = iter(answers)
        http = httpx.Client(transport=httpx.MockTransport(self._answer), base_url="http://service.test")
        self.service = Service(http, patience, self.told.append, self.waits.append)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.read())
        found = next(self._answers)
        if isinstance(found, Exception):
            raise found
        return found

    def post(self) -> httpx.Response:
        return self.service.post("/x", lambda: iter([b"a", b"b"]), "text/csv", {}, 2)


@pytest.mark.parametrize(
    "first", [httpx.Response(503), httpx.Response(429), httpx.ConnectError("no"), httpx.ReadError("cut")]
)
def test_it_is_sent_again_from_its_start(first: httpx.Response | Exception) -> None:
    scene = Scene(first, httpx.Response(200))
    assert scene.post().status_code == 200
    assert scene.bodies == [b"ab", b"ab"]
    assert (scene.waits, len(scene.told)) == ([1.0], 1)


def test_pauses_double_up_to_a_minute_and_end_with_the_patience() -> None:
    scene = Scene(*[httpx.Response(503)] * 20, patience=150)
    with pytest.raises(Unreachable, match="503"):
        scene.post()
    assert scene.waits == [1, 2, 4, 8, 16, 32, 60, 27]


def test_the_service_says_how_long() -> None:
    scene = Scene(httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200))
    scene.post()
    assert scene.waits == [7]


@pytest.mark.parametrize("asked", ["soon", "Fri, 31 Dec 1999 23:59:59 GMT", "-1"])
def test_a_wait_that_is_no_number_is_ours(asked: str) -> None:
    scene = Scene(httpx.Response(503, headers={"retry-after": asked}), httpx.Response(200))
    scene.post()
    assert scene.waits == [1]


@pytest.mark.parametrize("status", [400, 404, 413, 415, 422, 500, 507])
def test_what_will_not_change_is_not_asked_again(status: int) -> None:
    scene = Scene(httpx.Response(status))
    assert scene.post().status_code == status
    assert scene.waits == []


PROBLEM = {"detail": "too large", "issues": [{"path": "x", "message": "too many", "expected": "at most 3"}]}


def lines(service: Service) -> object:
    return list(service.lines("/x"))


@pytest.mark.parametrize("ask", [lambda service: service.get("/x"), lines])
def test_a_refusal_is_told_with_its_issues(ask: Callable[[Service], object]) -> None:
    with pytest.raises(NotTaken, match=r"^413 too large; x: too many \(expected: at most 3\)$"):
        ask(Scene(httpx.Response(413, json=PROBLEM)).service)
    with pytest.raises(NotTaken, match="^418"):
        ask(Scene(httpx.Response(418, text="<html>")).service)


def test_a_sentence_that_an_issue_repeats_stands_once() -> None:
    problem = {**PROBLEM, "detail": "too many"}
    with pytest.raises(NotTaken, match=r"^400 x: too many \(expected: at most 3\)$"):
        Scene(httpx.Response(400, json=problem)).service.get("/x")


def test_lines_that_break_off() -> None:
    with pytest.raises(Unreachable, match="^the connection broke$"):
        lines(Scene(httpx.ReadError("cut")).service)
