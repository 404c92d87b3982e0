"""The example extract: an invented trial as three hospitals would send it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.example.adverse_events import write_adverse_events
from app.example.assessments import write_assessments
from app.example.cast import cast
from app.example.chart import Chart, Record
from app.example.course import Course
from app.example.follow_ups import write_follow_up
from app.example.gvhd import write_gvhd
from app.example.infusions import write_infusions
from app.example.labs import write_labs
from app.example.people import write_people
from app.example.sites import SITES
from app.example.untidy import posts

STUDY = "gdt-relapse"
_WRITERS = (
    write_people,
    write_infusions,
    write_assessments,
    write_adverse_events,
    write_gvhd,
    write_labs,
    write_follow_up,
)


@dataclass(frozen=True)
class Extract:
    """study: the body of `PUT /studies/gdt-relapse`; batches: the records in order of arrival, one tuple a POST."""

    study: dict[str, Any]
    batches: tuple[tuple[Record, ...], ...]


def generate(seed: int, subjects: int = 60) -> Extract:
    """The extract for a seed, always the same. ValueError when `subjects` is outside 48 to 600."""
    sent = [one for course in cast(seed, subjects) for one in _chart(seed, course).sent]
    return Extract(_study(), tuple(tuple(post) for post in posts(seed, sent)))


def _chart(seed: int, course: Course) -> Chart:
    chart = Chart(seed, course)
    for write in _WRITERS:
        write(chart)
    return chart


def _study() -> dict[str, Any]:
    sites = [{"id": site.id, "time_zone": site.time_zone} for site in SITES.values()]
    title = "Donor gamma-delta T cells to prevent relapse after salvage allogeneic HSCT (invented data)"
    return {"title": title, "definition": STUDY, "sites": sites}
