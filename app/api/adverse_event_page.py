"""The adverse event table as a page that a screen reader can walk.

https://www.w3.org/WAI/tutorials/tables/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from app.api.tables.adverse_events import tables
from app.services.adverse_event_rows import COLUMNS, GRADES, NOT_GRADED, SEVERE

HEADINGS = {
    **{grade: f"Grade {grade}" for grade in GRADES},
    NOT_GRADED: "Not graded",
    "any": "Any grade",
    SEVERE: "Grade ≥ 3",
}
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1a1a1a; }
table { border-collapse: collapse; margin: 1.5rem 0; width: 100%; } caption { text-align: left; font-weight: 600; }
th, td { border-bottom: 1px solid #bbb; padding: 0.25rem 0.5rem; text-align: right; vertical-align: top; }
td { white-space: nowrap; }
thead th { border-bottom: 2px solid #333; } th:first-child { text-align: left; font-weight: 400; }
thead th:first-child, tbody tr.any > * { font-weight: 600; } small { display: block; color: #444; }
@media print { body { margin: 0; font-size: 11px; } tr { break-inside: avoid; } }
"""
Body = Mapping[str, Any]


def as_html(body: Body) -> str:
    """A page with one table for all infused and one for each group."""
    title = f"Adverse events by term and worst grade, study {body['study']}"
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    parts = "".join(_table(body, name, part) for name, part in tables(body))
    facts = "".join(f"<p>{escape(line)}</p>" for line in _facts(body))
    shown = f"<h1>{escape(title)}</h1>{facts}{parts}"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{shown}</body></html>\n'


def _facts(body: Body) -> Iterator[str]:
    known, cut = body["as_of"], body["cutoff"]
    yield (
        f"{_period(body)}. {f'Data cut-off {cut}' if cut else 'No data cut-off'}; as received up to seq {known['seq']} "
        f"({known['time']}). Definition {body['definition']}, version {body['definition_version']}."
    )
    yield (
        "Patients: each counted once a term at the worst CTCAE grade inside the period and above the grade at the "
        "infusion, with the percentage of the infused; below, the number of events. An event without a grade is not "
        "graded: it is no grade 0. GVHD records are no adverse events here."
    )
    if not body["final"]:
        yield f"Not final: {body['events_not_graded']} events are not graded."
    if body["window_open"]:
        yield f"Not final: the window of {body['window_open']} patients is not over."


def _period(body: Body) -> str:
    return (
        f"Days 0 to {body['to_day']} after the infusion"
        if body["period"] == "window"
        else "All time after the infusion"
    )


def _table(body: Body, name: str, part: Body) -> str:
    label = "All patients" if part is body else f"{body['group_by']} {name}"
    caption = f"{label}: {part['infused']} infused"
    head = "".join(f'<th scope="col">{escape(HEADINGS[column])}</th>' for column in COLUMNS)
    lines = _line(part["any_event"], ' class="any"') + "".join(_line(line) for line in part["terms"])
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f'<thead><tr><th scope="col">Term</th>{head}</tr></thead><tbody>{lines}</tbody></table>'
    )


def _line(line: Body, look: str = "") -> str:
    cells = "".join(_shown(line["patients"][column], line["events"][column]) for column in COLUMNS)
    return f'<tr{look}><th scope="row">{escape(line["term"])}</th>{cells}</tr>'


def _shown(patients: Body, events: int) -> str:
    if patients["n"] == 0 and events == 0:
        return "<td>0</td>"
    share = "" if patients["percent"] is None else f" ({patients['percent']:.1f}&nbsp;%)"
    return f"<td>{patients['n']}{share}<small>{events}&nbsp;event{'' if events == 1 else 's'}</small></td>"
