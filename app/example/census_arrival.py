"""How the records arrive: repeated, corrected, late, out of order, without numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.example.census import Arrived, Census, Finding, finding, place
from app.example.untidy import LATE_DAYS


def arrival_findings(census: Census) -> list[Finding]:
    """One finding for each way in which the sending is untidy."""
    first = census.first_time
    return [
        finding("exact repeats of an earlier record", _repeats(census)),
        finding("… of these in a POST that is sent twice as a whole", _repeated_posts(census)),
        finding("corrections (`amended`)", (one for one in first if one.record["status"] == "amended")),
        finding(
            "taken back (`entered-in-error`)", (one for one in first if one.record["status"] == "entered-in-error")
        ),
        finding("older version after the newer one", _out_of_order(first)),
        finding(f"arrives after one that its site recorded more than {LATE_DAYS} days later", _late(first)),
        finding("before the subject record", _before_subject(first)),
        finding("without a version number", (one for one in first if "version" not in one.record)),
        finding("… of these without a time of recording too", (one for one in first if _unordered(one))),
        finding("told twice: same term, onset and subject from two sources", _told_twice(census)),
    ]


def _repeats(census: Census) -> Iterator[Arrived]:
    seen: set[str] = set()
    for one in census.accepted:
        if one.text in seen:
            yield one
        seen.add(one.text)


def _repeated_posts(census: Census) -> Iterator[Arrived]:
    posts: dict[int, list[Arrived]] = {}
    for one in census.arrivals:
        posts.setdefault(one.post, []).append(one)
    for number, post in posts.items():
        if [one.text for one in post] == [one.text for one in posts.get(number - 1, [])]:
            yield from post


def _out_of_order(first: list[Arrived]) -> Iterator[Arrived]:
    newest: dict[object, tuple[int, float]] = {}
    for one in first:
        if place(one) < newest.get(one.key, place(one)):
            yield one
        newest[one.key] = max(place(one), newest.get(one.key, place(one)))


def _late(first: list[Arrived]) -> Iterator[Arrived]:
    newest: dict[str, datetime] = {}
    for one in first:
        if "recorded" in one.record:
            recorded, site = datetime.fromisoformat(one.record["recorded"]), one.record["site"]
            if recorded + timedelta(days=LATE_DAYS) < newest.get(site, recorded):
                yield one
            newest[site] = max(recorded, newest.get(site, recorded))


def _before_subject(first: list[Arrived]) -> Iterator[Arrived]:
    known: set[str] = set()
    for one in first:
        if one.record["type"] == "subject":
            known.add(one.record["subject"])
        elif one.record["subject"] not in known:
            yield one


def _unordered(one: Arrived) -> bool:
    return "version" not in one.record and "recorded" not in one.record


def _told_twice(census: Census) -> Iterator[Arrived]:
    seen: dict[tuple[str, ...], Arrived] = {}
    for one in census.of("adverse_event", lambda record: "onset" in record):
        same = one.record["subject"], one.record["term"], one.record["onset"]
        other = seen.setdefault(same, one)
        if other.record["source"] != one.record["source"]:
            yield one
