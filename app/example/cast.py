"""Casting: who enrols when and where, and which fate each subject is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from app.example.course import Course, Place, need
from app.example.draws import Draws
from app.example.sites import END, ENROLMENT, SITES
from app.example.tables import Row, rows, span

FEWEST, MOST = 48, 600
_FIRST_DAY0, _LAST_DAY0 = date(2023, 6, 1), date(2025, 12, 10)
_RECENT_DAY0 = (date(2026, 5, 24), date(2026, 6, 2))
_LEVELS = ((0.15, 1), (0.45, 2), (1.0, 4))


def cast(seed: int, subjects: int) -> list[Course]:
    """The courses of all subjects in order of enrolment. ValueError when the number cannot show every case."""
    if not FEWEST <= subjects <= MOST:
        raise ValueError(f"subjects must be {FEWEST} to {MOST}: fewer cannot show every case")
    draws = Draws(seed, "cast")
    places = [_place(seed, number, subjects) for number in range(subjects)]
    assigned = _assign(draws, places, _roles(subjects))
    courses = [_course(seed, place, assigned[place.subject]) for place in places]
    return _with_gvhd(draws, _with_events(draws, courses))


def _place(seed: int, number: int, subjects: int) -> Place:
    draws = Draws(seed, "place", number)
    site = SITES[ENROLMENT[number % len(ENROLMENT)]]
    day0 = _day0(draws, number, subjects)
    transplant = day0 - timedelta(days=draws.whole(30, 120))
    consent = transplant - timedelta(days=draws.whole(7, 30))
    dose = next(level for share, level in _LEVELS if number < share * subjects)
    return Place(number, site, f"{site.id}-{_within_site(number):03d}", dose, consent, transplant, day0)


def _within_site(number: int) -> int:
    turns, place = divmod(number, len(ENROLMENT))
    letter = ENROLMENT[place]
    return turns * ENROLMENT.count(letter) + ENROLMENT[: place + 1].count(letter)


def _day0(draws: Draws, number: int, subjects: int) -> date:
    recent = number - (subjects - len(_RECENT_DAY0))
    if recent >= 0:
        return _RECENT_DAY0[recent]
    step = (_LAST_DAY0 - _FIRST_DAY0).days / (subjects - len(_RECENT_DAY0))
    return _FIRST_DAY0 + timedelta(days=int((number + draws.share()) * step))


def _roles(subjects: int) -> list[Row]:
    table = rows("courses")
    fixed = [role for role in table for _ in range(int(role["count"]))]
    fill = [role for turn in range(9) for role in table if int(role["fill"]) > turn]
    return fixed + [fill[number % len(fill)] for number in range(subjects - len(fixed))]


def _assign(draws: Draws, places: list[Place], roles: list[Row]) -> dict[str, Row]:
    recent = [role for role in roles if role["role"] == "pending"]
    assigned = {place.subject: role for place, role in zip(places[-len(recent) :], recent, strict=True)}
    pool = draws.shuffled(places[: -len(recent)])
    for role in sorted((role for role in roles if role["role"] != "pending"), key=need, reverse=True):
        place = _observed(pool, need(role))
        assigned[place.subject] = role
        pool.remove(place)
    return assigned


def _observed(pool: list[Place], days: int) -> Place:
    for place in pool:
        if place.horizon >= days:
            return place
    raise ValueError(f"no subject is left with {days} days of observation")


def _course(seed: int, place: Place, role: Row) -> Course:
    draws = Draws(seed, "course", place.subject)
    start = place.transplant if role["exposure"] == "none" else place.day0
    response, mrd, relapse = (_drawn(draws, place.day0, role[name]) for name in ("response", "mrd", "relapse"))
    death = _drawn(draws, relapse or start, role["death"])
    told = _drawn(draws, place.day0, role["last"])
    horizon = place.day0 + timedelta(days=place.horizon - draws.whole(0, 9) * (place.horizon < 730))
    last = min(day for day in (told, death, min(horizon, END)) if day)
    return Course(place, role, response, mrd, relapse, death, last)


def _drawn(draws: Draws, start: date, cell: str) -> date | None:
    limits = span(cell)
    return start + timedelta(days=draws.early(limits)) if limits else None


def _with_events(draws: Draws, courses: list[Course]) -> list[Course]:
    """Gives every planned case of an adverse event to a subject who shows no other."""
    by_case: dict[str, list[Row]] = {}
    for row in rows("adverse_event_cases"):
        by_case.setdefault(row["case"], []).append(row)
    open_to = {course.place.subject: course for course in draws.shuffled(courses) if _may_show_event(course)}
    given: dict[str, tuple[Row, ...]] = {}
    for case, events in by_case.items():
        given[_taker(open_to, case, events[0]["site"])] = tuple(events)
    return [replace(course, events=given.get(course.place.subject, ())) for course in courses]


def _may_show_event(course: Course) -> bool:
    return course.infused and course.days(course.quiet_until) >= 62


def _taker(open_to: dict[str, Course], case: str, site: str) -> str:
    fatal = case == "fatal"
    for subject, course in open_to.items():
        infection = course.role["role"] == "nrm-infection"
        if infection == fatal and site in ("", course.place.site.id) and course.role["role"] != "nrm-gvhd":
            del open_to[subject]
            return subject
    raise ValueError(f"no subject is left to show the case {case}")


def _with_gvhd(draws: Draws, courses: list[Course]) -> list[Course]:
    """Gives each GVHD episode to its planned subject, or to one who stays in follow-up long enough."""
    taken: dict[str, tuple[Row, ...]] = {course.place.subject: () for course in courses}
    for row in rows("gvhd"):
        takers = [course.place.subject for course in draws.shuffled(courses) if _may_have_gvhd(course, row)]
        free = [subject for subject in takers if row["kind"] not in (old["kind"] for old in taken[subject])]
        if row["after"]:
            free.sort(key=lambda subject: not taken[subject])
        for subject in free[: int(row["count"])]:
            taken[subject] = (*taken[subject], row)
    return [replace(course, gvhd=taken[course.place.subject]) for course in courses]


def _may_have_gvhd(course: Course, row: Row) -> bool:
    if row["attach"]:
        return row["attach"] in (course.role["role"], *(event["case"] for event in course.events))
    planned = {event["case"] for event in course.events} & {"dlt-gvhd", "fatal"} or course.role["role"] == "nrm-gvhd"
    latest = max((span(row["onset"]) or (0, 0))[1], 0)
    return course.infused and not planned and course.days(course.quiet_until) >= latest + 75
