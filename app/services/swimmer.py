"""The errand: one lane for every infused subject, with what happened to it since the infusion.

docs/plots.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.domain.errors import bad_parameter
from app.endpoints.definition import WindowIncidence
from app.endpoints.plot.model import Facts, Lane, Mark, SwimmerPlot
from app.services import plot_words
from app.services.after_infusion import baselines, course, deaths, run, safety_question, safety_rule, without_end
from app.services.asking import Axes
from app.services.course_marks import RESPONSES, death_mark, marks_of, serious_marks
from app.services.derivation import window
from app.services.derivation.question import Question
from app.services.derivation.time_to_event import end_of
from app.services.derivation.window import WindowRow
from app.storage import studies

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Which lanes: page from 1, lanes on a page."""

    number: int
    size: int


def swimmer(connection: Connection, study: str, axes: Axes, page: Page) -> Raw:
    """The lanes of one page, longest first, and how many there are in all. Fault for a page that does not exist."""
    question = without_end(safety_question(connection, study, axes))
    rows, excluded = window.fold(question.run(connection), question.definition.window_days)
    lanes = sorted(_lanes(connection, question, rows), key=lambda lane: (-lane["days"], lane["subject"]))
    pages = max(1, -(-len(lanes) // page.size))
    if page.number > pages:
        raise bad_parameter("page", f"1 to {pages}")
    numbers = studies.numbers(connection, excluded)
    out = [{"subject": numbers[key], "reason": reason} for key, reason in excluded.items()]
    first = (page.number - 1) * page.size
    return {
        **_header(question),
        "page": page.number,
        "per_page": page.size,
        "pages": pages,
        "total": len(lanes),
        "longest": max((lane["days"] for lane in lanes), default=0),
        "lanes": lanes[first : first + page.size],
        "excluded": sorted(out, key=lambda entry: entry["subject"]),
    }


def _header(question: Question) -> Raw:
    whole = question.header()
    return {name: whole[name] for name in ("study", "definition", "definition_version", "cutoff", "as_of", "cut")}


@dataclass(frozen=True, slots=True)
class _Courses:
    """What is known of every subject beside its window row: status at day 0, death, events in order of days."""

    status: Mapping[int, str]
    deaths: Mapping[int, Any]
    events: Mapping[int, list[Any]]


def _courses(connection: Connection, question: Question) -> _Courses:
    events = groupby(run(connection, question, course), key=lambda event: event["subject"])
    return _Courses(
        {row["subject"]: row["status"] for row in run(connection, question, baselines)},
        {row["subject"]: row for row in run(connection, question, deaths)},
        {subject: list(items) for subject, items in events},
    )


def _lanes(connection: Connection, question: Question, rows: Sequence[WindowRow]) -> list[Raw]:
    numbers = studies.numbers(connection, [row.subject for row in rows])
    known, rule = _courses(connection, question), safety_rule(question)
    return [{"subject": numbers[row.subject], **_lane(row, known, rule)} for row in rows]


def _lane(row: WindowRow, known: _Courses, rule: WindowIncidence) -> Raw:
    baseline, told = known.status.get(row.subject), known.events.get(row.subject, [])
    # What is dated after the death stands in the data queries: the result rests on the earlier evidence.
    events = [event for event in told if row.death is None or event["day"] <= row.death]
    marks = [*marks_of(events, row.day_zero, baseline), *serious_marks(row.findings, told, row.day_zero)]
    if row.death is not None:
        marks.append(death_mark(known.deaths[row.subject], row.death, row.day_zero))
        marks = [mark for mark in marks if mark["day"] <= row.death - row.day_zero]
    marks.sort(key=lambda mark: (mark["day"], mark["kind"], mark["label"]))
    last = row.death if row.death is not None else max(row.day_zero, row.seen or row.day_zero)
    days = max([last - row.day_zero, *(mark["day"] for mark in marks)])
    end = _end(row, events, rule)
    return {
        "day_0": iso_day(row.day_zero),
        "days": days,
        "last_date": iso_day(row.day_zero + days),
        "end": end,
        "ongoing": end is None,
        "baseline_status": baseline,
        "in_response": _in_response(events, row.day_zero, baseline),
        "marks": marks,
    }


def _end(row: WindowRow, events: Iterable[Any], rule: WindowIncidence) -> str | None:
    """What ended the observation of a subject; None while it is still followed."""
    if row.death is not None:
        return "death"
    if row.end_position < len(rule.observation_end):
        return end_of(rule, row.end_position)[1]
    return "end of study" if any(event["kind"] == "end_of_study" for event in events) else None


def _in_response(events: Iterable[Any], start: int, baseline: str | None) -> list[list[int]]:
    """Stretches [first, last] of days in remission: from the assessment that finds it to the first that does not.

    Without one of those, to the last that found it: nobody looked later.
    """
    found: list[list[int]] = [[0, 0]] if baseline in RESPONSES else []
    inside = bool(found)
    for event in events:
        if event["kind"] != "assessment" or event["status"] in ("NE", "mrd-relapse"):
            continue
        day, holds = event["day"] - start, event["status"] in RESPONSES
        if inside:
            found[-1][1] = day
        elif holds:
            found.append([day, day])
        inside = holds
    return [stretch for stretch in found if stretch[1] > stretch[0]]


def swimmer_plot(body: Mapping[str, Any]) -> SwimmerPlot:
    """The picture of a page of lanes."""
    facts = Facts(
        "Course after the infusion, by subject",
        plot_words.swimmer_header(body),
        plot_words.SWIMMER_NOTES,
        plot_words.describe_lanes(body),
    )
    return SwimmerPlot(facts, [_drawn(lane) for lane in body["lanes"]], body["longest"])


def _drawn(lane: Mapping[str, Any]) -> Lane:
    marks = [Mark(mark["kind"], mark["day"], mark.get("letter", "")) for mark in lane["marks"]]
    if not lane["ongoing"] and lane["end"] != "death":
        marks.append(Mark("observation-end", lane["days"]))
    stretches = [(first, last) for first, last in lane["in_response"]]
    return Lane(lane["subject"], lane["days"], marks, stretches, lane["ongoing"])
