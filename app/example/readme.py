"""The README beside the example: what is in it, as the census counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from app.example.cast import cast
from app.example.census import Census, Finding, take
from app.example.census_arrival import arrival_findings
from app.example.census_content import content_findings
from app.example.census_course import course_findings
from app.example.course import Course
from app.example.extract import Extract
from app.example.people import dose_level
from app.example.rejects import FAULTS
from app.example.sites import END

_FEW = 8


def readme(extract: Extract, seed: int, subjects: int) -> str:
    """The README of an extract, in Markdown."""
    census = take(extract)
    parts = (
        _opening(extract, seed),
        _section("Records by type", ("type", "arrivals", "first time", "count in the end"), _types(census)),
        _section("How they arrive", _HEAD, _lines(arrival_findings(census))),
        _section("What they say, and how", _HEAD, _lines(content_findings(census))),
        _section("Which courses they tell", _HEAD, _lines(course_findings(census))),
        _section("Who was meant to show what", ("subject", "dose", "course", "events"), _planned(cast(seed, subjects))),
        _section("To be refused", ("id", "type", "fault", "field", "place"), _refused(census)),
    )
    return "\n".join(parts)


_HEAD = ("case", "records", "subjects", "who")


def _opening(extract: Extract, seed: int) -> str:
    records = sum(len(batch) for batch in extract.batches)
    sites = ", ".join(f"{site['id']} ({site['time_zone']})" for site in extract.study["sites"])
    subjects = {record["subject"] for batch in extract.batches for record in batch}
    return f"""# Example extract

**All of it is invented**: names, numbers, hospitals, dates and courses. No patient stands behind any record.

{len(subjects)} subjects at the sites {sites}; {records} records in {len(extract.batches)} POSTs; seed {seed}.
`study.json` is the body of `PUT /studies/gdt-relapse`. Each numbered file is one `POST /studies/gdt-relapse/records`
(`application/x-ndjson`), to be sent in the order of the numbers: a site's job sends when about a hundred records wait.
Nothing happens after {END}: ask with `cutoff={END}`, or the two latest infusions look unobserved instead of pending.
The counts below are taken from these records by `app.example`, which wrote this file with them; a test compares.
Unless said otherwise the counts are of the records that count in the end: each record's last version, without those
entered in error and those to be refused.
"""


def _section(title: str, head: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    columns = list(head)
    table = [columns, ["---"] * len(columns), *([str(cell) for cell in line] for line in lines)]
    return f"## {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in table)


def _types(census: Census) -> list[tuple[object, ...]]:
    counts = [
        Counter(one.record["type"] for one in some) for some in (census.accepted, census.first_time, census.current)
    ]
    lines: list[tuple[object, ...]] = [(kind, *(count[kind] for count in counts)) for kind in sorted(counts[0])]
    return [*lines, ("all", *(count.total() for count in counts))]


def _lines(findings: list[Finding]) -> list[tuple[object, ...]]:
    return [(one.case, len(one.shown_by), len(one.subjects), _who(one)) for one in findings]


def _who(found: Finding) -> str:
    if len(found.subjects) <= _FEW:
        return ", ".join(found.subjects) or "nobody"
    by_site = Counter(one.record["site"] for one in found.shown_by)
    return ", ".join(f"{site}: {count}" for site, count in sorted(by_site.items()))


def _planned(courses: list[Course]) -> list[tuple[object, ...]]:
    return [
        (
            course.place.subject,
            dose_level(course.place),
            course.role["shows"],
            "; ".join(row["shows"] for row in (*course.events, *course.gvhd) if row["shows"]),
        )
        for course in sorted(courses, key=lambda course: course.place.subject)
    ]


def _refused(census: Census) -> list[tuple[object, ...]]:
    found = {one.record["id"]: one for one in census.arrivals}
    return [
        (number, kind, fault, f"`{field}`", f"`{found[number].post:03d}.ndjson` line {found[number].line}")
        for number, kind, field, fault, _ in FAULTS
    ]
