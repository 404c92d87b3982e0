"""The service at the other end, asked until it answers.

https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

# The answer may wait for a large payload to be stored.
TIMEOUT_SECONDS = 300
_LATER = (429, 502, 503, 504)
_LONGEST_WAIT = 60.0


class Unreachable(Exception):
    """No answer in all the time that there was; what happened last."""


class NotTaken(Exception):
    """The service answers that it takes nothing of it; why."""


Body = Callable[[], Iterable[bytes] | bytes]


def client(address: str) -> httpx.Client:
    """A client of a service."""
    return httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS)


@dataclass
class Service:
    """patience: seconds to wait for an answer in all; tell: hears why it is asked again."""

    http: httpx.Client
    patience: float = 0
    tell: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def post(self, path: str, body: Body, media_type: str, params: dict[str, str], size: int) -> httpx.Response:
        """Send a body, again from its start after a broken connection. Unreachable."""
        headers = {"content-type": media_type, "content-length": str(size)}
        return self._ask(lambda: self.http.post(path, content=body(), headers=headers, params=params))

    def get(self, path: str) -> Any:
        """The JSON at a path. Unreachable, NotTaken."""
        answer = self._ask(lambda: self.http.get(path))
        if not answer.is_success:
            raise NotTaken(said(answer))
        return answer.json()

    def find(self, path: str, **params: str) -> Any:
        """The JSON at a path, None where there is none. Unreachable."""
        answer = self._ask(lambda: self.http.get(path, params=params))
        return answer.json() if answer.is_success else None

    def lines(self, path: str) -> Iterator[str]:
        """The lines at a path, as they come. Unreachable, NotTaken."""
        try:
            with self.http.stream("GET", path) as answer:
                if not answer.is_success:
                    answer.read()
                    raise NotTaken(said(answer))
                yield from answer.iter_lines()
        except httpx.TransportError as error:
            raise Unreachable(_broken(error)) from None

    def _ask(self, request: Callable[[], httpx.Response]) -> httpx.Response:
        left, wait = self.patience, 1.0
        while True:
            try:
                answer = request()
                if answer.status_code not in _LATER:
                    return answer
                reason, asked = said(answer), _seconds(answer)
            except httpx.TransportError as error:
                reason, asked = _broken(error), 0.0
            if left <= 0:
                raise Unreachable(reason)
            pause = min(max(wait, asked), left)
            self.tell(f"{reason}; again in {pause:.0f} s")
            self.sleep(pause)
            left, wait = left - pause, min(2 * wait, _LONGEST_WAIT)


def _broken(error: httpx.TransportError) -> str:
    """What happened to a connection, in words."""
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return "no answer in time" if isinstance(error, httpx.TimeoutException) else "the connection broke"


def _seconds(answer: httpx.Response) -> float:
    """The wait that the service asks for, where it is a number of seconds."""
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdigit() else 0.0


def said(answer: httpx.Response) -> str:
    """Why a request was refused: the sentence and the first issues of a problem document."""
    try:
        body = answer.json()
        detail, issues = body["detail"], body.get("issues", [])[:3]
        if issues and issues[0]["message"] == detail:  # it says the same, and where
            return "; ".join([f"{answer.status_code} {_issue(issues[0])}", *map(_issue, issues[1:])])
        return "; ".join([f"{answer.status_code} {detail}", *map(_issue, issues)])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{answer.status_code} {answer.reason_phrase}"


def _issue(issue: dict[str, Any]) -> str:
    place = issue.get("place") or issue["path"]
    expected = f" (expected: {issue['expected']})" if issue.get("expected") else ""
    return f"{place}: {issue['message']}{expected}" if place else f"{issue['message']}{expected}"
