"""Which of several representations a client wants: by `Accept`, or by a query parameter where a browser cannot say it.

https://www.rfc-editor.org/rfc/rfc9110#name-accept
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi import Request

from app.domain.errors import Category, Fault, Issue


def negotiate(request: Request, offered: Mapping[str, str], wanted: str | None) -> str:
    """The name of the representation to send. Fault NOT_ACCEPTABLE when none is wanted.

    offered: name -> media type, the preferred one first; wanted: the name in the query, which beats `Accept`.
    """
    if wanted is not None:
        return _named(wanted, offered)
    header = ",".join(request.headers.getlist("accept")) or "*/*"
    ranges = [_media_range(part) for part in header.split(",") if part.strip()]
    weights = {name: _weight(media, ranges) for name, media in offered.items()}
    best = max(weights, key=lambda name: weights[name])
    if weights[best] <= 0:
        raise _not_acceptable("Accept", offered.values())
    return best


def _named(wanted: str, offered: Mapping[str, str]) -> str:
    if wanted not in offered:
        raise _not_acceptable("format", offered)
    return wanted


def _not_acceptable(place: str, expected: Iterable[str]) -> Fault:
    issue = Issue(place, "not-supported", "no such representation", ", ".join(expected))
    return Fault(Category.NOT_ACCEPTABLE, issue.message, (issue,))


def _media_range(part: str) -> tuple[str, float]:
    """(media range, weight); parameters other than the weight are left aside. A weight that is none counts as 0."""
    media, *parameters = [piece.strip().lower() for piece in part.split(";")]
    given = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        weight = float(given)
    except ValueError:
        weight = 0.0
    return media, weight if 0 <= weight <= 1 else 0.0


def _weight(media: str, ranges: list[tuple[str, float]]) -> float:
    """The weight of the most specific range that holds the media type."""
    for wanted in (media, f"{media.split('/')[0]}/*", "*/*"):
        weights = [weight for found, weight in ranges if found == wanted]
        if weights:
            return max(weights)
    return 0.0
