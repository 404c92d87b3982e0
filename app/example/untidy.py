"""Untidiness of the sending: resends, late records, wrong order, and all of it grouped into POSTs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.example.chart import Record, Sent
from app.example.corrections import corrected, out_of_order
from app.example.draws import Draws
from app.example.rejects import FAULTS, spoiled
from app.example.sites import END, SITES

PER_POST = 100
LATE_DAYS = 60
_RESENDS, _LATE, _OUT_OF_ORDER, _SUBJECTS_LATE, _TWICE = 60, 40, 8, 4, 3


def posts(seed: int, sent: list[Sent]) -> list[list[Record]]:
    """The records of all charts, made untidy, in order of arrival and grouped into the POSTs of the sites' jobs."""
    draws = Draws(seed, "untidy")
    second = corrected(draws, sent)
    moved = out_of_order(draws, sent, second, _OUT_OF_ORDER)
    held = _late_subjects(draws, sent)
    amended = {one.record["id"] for one in second}
    late = _late(draws, [one for one in sent if one.plain and one.record["id"] not in amended])
    first = [replace(one, at=_arrival(one, moved | held | late)) for one in sent]
    resent = _resent(draws, first)
    twice = _told_twice(draws, [one for one in sent if one.record["id"] not in amended])
    return _with_resent_post(draws, _grouped([*first, *second, *resent, *twice, *spoiled(draws, sent)]))


def _arrival(one: Sent, changed: dict[str, datetime]) -> datetime:
    first_version = one.record["status"] == "final"
    return changed.get(one.record["id"], one.at) if first_version else one.at


def _late_subjects(draws: Draws, sent: list[Sent]) -> dict[str, datetime]:
    """Subject records that come five to nine weeks late, after the first records that name the subject."""
    subjects = [one for one in sent if one.record["type"] == "subject" and one.record["status"] == "final"]
    chosen = draws.shuffled(subjects[: -len(subjects) // 10])[:_SUBJECTS_LATE]
    return {one.record["id"]: one.at + timedelta(days=draws.whole(35, 63)) for one in chosen}


def _late(draws: Draws, sent: list[Sent]) -> dict[str, datetime]:
    latest = SITES["A"].at(END, 2) - timedelta(days=150)
    chosen = draws.shuffled([one for one in sent if one.at < latest])[:_LATE]
    return {one.record["id"]: one.at + timedelta(days=draws.whole(LATE_DAYS + 5, 150)) for one in chosen}


def _resent(draws: Draws, sent: list[Sent]) -> list[Sent]:
    """The same records again, some nights later, to the byte; only those whose version or time tells their place."""
    chosen = draws.shuffled([one for one in sent if "recorded" in one.record])[:_RESENDS]
    return [replace(one, at=one.at + timedelta(days=draws.whole(1, 6))) for one in chosen]


def _told_twice(draws: Draws, sent: list[Sent]) -> list[Sent]:
    """Adverse events that come a second time, under another number, from the trial's own data entry."""
    kinds = [one for one in sent if one.plain and one.record["type"] == "adverse_event"]
    mild = [one for one in kinds if one.record["source"] == "ehr" and one.record.get("grade") in (1, 2)]
    chosen = draws.shuffled([one for one in mild if one.record.get("serious") is False])[:_TWICE]
    return [
        replace(
            one, record=one.record | {"source": "edc", "id": f"{one.record['id']}-E"}, at=one.at + timedelta(days=3)
        )
        for one in chosen
    ]


def _grouped(sent: list[Sent]) -> list[list[Record]]:
    """A site's job sends what waits when it has come to a hundred; the POSTs of all sites in order of time."""
    waiting = sorted(enumerate(sent), key=lambda item: (item[1].at, item[0]))
    groups = []
    for site in SITES:
        own = [one for _, one in waiting if one.job == site]
        groups += [own[start : start + PER_POST] for start in range(0, len(own), PER_POST)]
    groups.sort(key=lambda group: (group[-1].at, group[-1].job))
    return [[one.record for one in group] for group in groups]


def _with_resent_post(draws: Draws, groups: list[list[Record]]) -> list[list[Record]]:
    """One whole POST is sent twice in a row, as after an answer that was lost on the way; none with a faulty record."""
    faulty = {number for number, *_ in FAULTS}
    sound = [place for place, group in enumerate(groups) if not faulty & {record["id"] for record in group}]
    place = draws.pick(sound[len(sound) // 3 : 2 * len(sound) // 3])
    return [*groups[: place + 1], groups[place], *groups[place + 1 :]]
