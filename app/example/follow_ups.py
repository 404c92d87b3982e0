"""Contacts, later therapies, death and the end of study."""

from __future__ import annotations

from datetime import date, timedelta

from app.example.chart import Chart, Record
from app.example.course import TWO_YEARS, Course
from app.example.draws import Draws

_CONTACTS = (14, 28, 60, 100, 180, 270, 365, 455, 545, 635, 730)


def write_follow_up(chart: Chart) -> None:
    """Adds contacts, therapies, death and end of study to the chart."""
    draws = chart.draws("follow-up")
    for day in _days(chart.course, draws):
        _write_contact(chart, draws, day)
    _write_odd_contacts(chart)
    for word in chart.course.role["therapy"].split():
        _write_therapy(chart, word)
    _write_death(chart, draws)
    _write_end(chart)


def _days(course: Course, draws: Draws) -> list[date]:
    """Planned contacts, a little late, and for those still followed the last one before the end of the extract."""
    planned = [course.day(number + draws.whole(0, 4)) for number in _CONTACTS]
    seen = [day for day in planned if day <= course.last and day != course.death]
    open_end = course.death is None and course.role["ending"] != "lost" and course.days(course.last) < TWO_YEARS
    return [*seen, course.last] if open_end and course.last not in seen else seen


def _write_contact(chart: Chart, draws: Draws, day: date) -> None:
    """A visit, or late in the study a phone call, which New York keeps in a log without numbers or times."""
    phone = chart.course.days(day) > 300 and draws.chance(0.35)
    ill = bool(chart.course.relapse and day >= chart.course.relapse)
    ecog = draws.weighted((0, 1, 2, 3), (1, 3, 4, 2) if ill else (4, 4, 1, 0))
    fields: Record = {
        "date": day.isoformat(),
        "kind": "phone" if phone else "visit",
        "alive": True,
        "ecog": None if phone or draws.chance(0.1) else ecog,
        "karnofsky": None if phone else 100 - 20 * ecog + draws.pick((0, -10)) * (ecog > 0),
    }
    source = "phone-log" if phone and chart.site.id == "B" else ""
    chart.add("follow_up", day, fields, source=source, plain=not ill and day != chart.course.last)


def _write_odd_contacts(chart: Chart) -> None:
    """The contact that failed, the one after the death and the one after the withdrawal."""
    course = chart.course
    if course.role["ending"] == "lost":
        day = course.last + timedelta(days=75)
        chart.add("follow_up", day, {"date": day.isoformat(), "kind": "phone", "lost": True})
    if course.role["role"] == "contact-after-death" and course.death:
        day = course.death + timedelta(days=4)
        chart.add("follow_up", day, {"date": day.isoformat(), "kind": "registry", "alive": True})
    if course.role["ending"] == "follow-up":
        day = course.last + timedelta(days=60)
        chart.add("follow_up", day, {"date": day.isoformat(), "kind": "visit", "alive": True})


def _write_therapy(chart: Chart, word: str) -> None:
    """`dli:pre-emptive:M+14`: 14 days after the MRD relapse (R: relapse, D: day 0), if still observed then."""
    course = chart.course
    kind, intent, (anchor, number) = *word.split(":")[:2], word.split(":")[2].split("+")
    start = {"M": course.mrd, "R": course.relapse, "D": course.place.day0}[anchor]
    if start is None:
        return
    day = start + timedelta(days=int(number))
    if day <= course.last and (course.death is None or day < course.death):
        chart.add("therapy", day, {"date": day.isoformat(), "kind": kind, "intent": intent, "text": _TEXT[kind]})


_TEXT = {
    "chemotherapy": "salvage chemotherapy",
    "targeted": "antibody or kinase inhibitor",
    "dli": "unmodified donor lymphocytes",
    "transplant": "second allogeneic transplant",
    "car-t": "CD19 CAR T cells",
    "maintenance": "kinase inhibitor after transplant",
}


def _write_death(chart: Chart, draws: Draws) -> None:
    """The death as it is known: to the day, to the month, to the month and later to the day, or without any date."""
    course = chart.course
    if course.death is None:
        return
    day, form = course.death.isoformat(), course.role["death_form"]
    told = day if form == "day" else day[:7]
    sent = chart.add("death", course.death + timedelta(days=draws.whole(0, 5)), {"cause": course.role["cause"]})
    sent.record["date"] = None if form == "none" else told
    if form == "corrected":
        chart.amend(sent, course.death + timedelta(days=40), {"date": day})


def _write_end(chart: Chart) -> None:
    """Why and when the study ended; a death without a date ends it on the day it became known."""
    course = chart.course
    reason, day = _reason(course)
    if reason:
        chart.add("end_of_study", day, {"date": day.isoformat(), "reason": reason})


def _reason(course: Course) -> tuple[str, date]:
    ending = course.role["ending"]
    if ending == "lost":
        return "lost-to-follow-up", course.last + timedelta(days=90)
    if ending.startswith("follow-up"):
        return "withdrawal", course.last
    if course.death:
        partly = course.role["death_form"] in ("none", "month", "corrected")
        return "death", course.death + timedelta(days=35 if partly else 0)
    return ("completed" if course.days(course.last) >= TWO_YEARS else ""), course.last
