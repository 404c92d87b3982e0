"""Corrections: second versions of records, as hospitals send them weeks later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.example.chart import Record, Sent, next_version
from app.example.draws import Draws
from app.example.sites import END, SITES

_LATEST = datetime.combine(END, datetime.min.time()) + timedelta(days=12)
Change = Callable[[Draws, Record], Record]
Choice = Callable[[Record], bool]


def corrected(draws: Draws, sent: list[Sent]) -> list[Sent]:
    """The second versions to send beside the records; each is drawn from the plain ones its rule fits."""
    found: list[Sent] = []
    chosen: set[int] = set()
    for count, fits, change, status in _RULES:
        fitting = [place for place, one in enumerate(sent) if one.plain and place not in chosen and fits(one.record)]
        for place in draws.shuffled(fitting)[:count]:
            chosen.add(place)
            found.append(_second(draws, sent[place], change, status))
    return found


def _second(draws: Draws, first: Sent, change: Change, status: str) -> Sent:
    """A next version some weeks after the first, at the latest when the extract is closed."""
    moment = first.at + timedelta(days=draws.whole(4, 45), hours=draws.whole(6, 15))
    zone = SITES[first.job].at(END, 0).tzinfo
    return next_version(first, min(moment, _LATEST.replace(hour=9, tzinfo=zone)), change(draws, first.record), status)


def out_of_order(draws: Draws, first: list[Sent], second: list[Sent], count: int) -> dict[str, datetime]:
    """New moments for so many first versions, by their id: some days after the second version was sent."""
    numbered = [one for one in second if one.record["status"] == "amended" and "version" in one.record]
    later = {one.record["id"]: one.at for one in numbered}
    ids = [one.record["id"] for one in first if one.record["id"] in later and one.plain]
    return {name: later[name] + timedelta(days=draws.whole(2, 9)) for name in draws.shuffled(ids)[:count]}


def _is(kind: str) -> Choice:
    return lambda record: bool(record["type"] == kind)


def _graded(record: Record) -> bool:
    return _is("adverse_event")(record) and record.get("grade") in (1, 2) and "grade_history" not in record


def _unrelated_unknown(record: Record) -> bool:
    return _is("adverse_event")(record) and "relatedness" not in record


def _seen(record: Record) -> bool:
    return _is("follow_up")(record) and "karnofsky" in record


def _called(record: Record) -> bool:
    return _is("follow_up")(record) and bool(record["source"] == "phone-log")


def _measured(record: Record) -> bool:
    return _is("lab")(record) and record["unit"] == "U/L" and not isinstance(record["value"], str)


def _remission(record: Record) -> bool:
    return _is("disease_assessment")(record) and bool(record["response"] == "CR")


_RULES: tuple[tuple[int, Choice, Change, str], ...] = (
    (8, _graded, lambda draws, record: {"grade": 3 - record["grade"]}, "amended"),
    (4, _unrelated_unknown, lambda draws, record: {"relatedness": draws.pick(("unlikely", "unrelated"))}, "amended"),
    (3, _is("adverse_event"), lambda draws, record: {}, "entered-in-error"),
    (12, _measured, lambda draws, record: {"value": record["value"] + draws.whole(3, 9)}, "amended"),
    (5, _is("lab"), lambda draws, record: {}, "entered-in-error"),
    (5, _seen, lambda draws, record: {"karnofsky": max(record["karnofsky"] - 10, 30)}, "amended"),
    (2, _called, lambda draws, record: {"kind": "registry"}, "amended"),
    (4, _remission, lambda draws, record: {"response": "CRi"}, "amended"),
)
