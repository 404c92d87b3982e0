"""Adverse events: the planned cases of the table, and the everyday ones around them.

https://ctep.cancer.gov/protocoldevelopment/electronic_applications/ctc.htm
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.example.astct import findings
from app.example.chart import Chart, Record
from app.example.draws import Draws
from app.example.tables import Row, pairs, rows

_NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
_TRUTH = {"yes": True, "no": False, "": None}
_OTHER_CAUSES = ("disease", "conditioning", "infection", "concomitant-drug")
_EARLY = ("Cytokine release syndrome", "Infusion related reaction", "Fever", "Chills")


def write_adverse_events(chart: Chart) -> None:
    """Adds the subject's adverse events to the chart."""
    if not chart.course.infused:
        return
    for row in chart.course.events:
        _write_planned(chart, row)
    terms = {row["term"] for row in chart.course.events}
    draws = chart.draws("adverse-events")
    for _ in range(draws.whole(3, 8)):
        row = draws.weighted(rows("adverse_events"), [float(row["weight"]) for row in rows("adverse_events")])
        if row["term"] not in terms:
            terms.add(row["term"])
            _write_everyday(chart, draws, row)


def _write_planned(chart: Chart, row: Row) -> None:
    end = _day(chart, row["end"]) if row["end"] else None
    fields = _term(row) | {
        "onset": _when(chart, row["onset"]),
        "end": _when(chart, row["end"]) if end else None,
        "ongoing": None if end else True,
        "grade": int(row["grade"]) if row["grade"] else None,
        "grade_history": _history(chart, row) or None,
        "serious": _TRUTH[row["serious"]],
        "serious_since": _when(chart, row["serious_since"]) if row["serious_since"] else None,
        "seriousness_criteria": row["criteria"].split() or None,
        "relatedness": row["relatedness"] or None,
        "expected": row["interest"] in ("CRS", "aGVHD", "infusion-reaction"),
        "outcome": row["outcome"],
        "investigator_dlt": _TRUTH[row["dlt"]],
        **(findings(row["interest"], int(row["grade"])) if row["grade"] else {}),
    }
    chart.add("adverse_event", end or chart.course.day(30), fields)


def _term(row: Row) -> Record:
    return {
        "term": row["term"],
        "code": {"system": _NCIT, "code": row["ncit"]} if row["ncit"] else None,
        "ctcae_version": "5.0",
        "interest": row["interest"] or None,
    }


def _history(chart: Chart, row: Row) -> list[Record]:
    return [{"date": _day(chart, day).isoformat(), "grade": int(grade)} for day, grade in pairs(row["history"], ":")]


def _day(chart: Chart, cell: str) -> date:
    """`4` is day 4, `D-2` two days before the death, `0T14:40` day 0."""
    number = cell.partition("T")[0]
    if number.startswith("D") and chart.course.death:
        return chart.course.death + timedelta(days=int(number[1:] or 0))
    return chart.course.day(int(number))


def _when(chart: Chart, cell: str) -> str:
    """A cell as the hospital writes it: a day, a moment with its offset, or `M` for the month of the infusion."""
    if cell == "M":
        return chart.place.day0.isoformat()[:7]
    day, _, clock = cell.partition("T")
    if not clock:
        return _day(chart, day).isoformat()
    hour, minute = (int(part) for part in clock.split(":"))
    return _written(chart, chart.site.at(_day(chart, day), hour, minute))


def _written(chart: Chart, moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") if chart.site.clock == "day" else chart.site.written(moment)


def _write_everyday(chart: Chart, draws: Draws, row: Row) -> None:
    onset = chart.course.day(draws.whole(int(row["first"]), int(row["last"])))
    end = onset + timedelta(days=draws.whole(int(row["shortest"]), int(row["longest"])))
    grade = draws.weighted((1, 2, 3), [float(row[name]) for name in ("mild", "moderate", "severe")])
    if end > chart.course.last or end == chart.course.death:
        return
    inside = chart.course.days(onset) <= 28
    relatedness = _relatedness(draws, row, grade)
    serious = None if draws.chance(0.05) and not inside else grade == 3 and not inside and draws.chance(0.5)
    fields = _term(row) | {
        "onset": _onset(chart, draws, onset),
        "end": end.isoformat(),
        "grade": None if draws.chance(0.04) and not inside else grade,
        "grade_history": _improving(draws, onset, end, grade),
        "serious": serious,
        "seriousness_criteria": ["hospitalisation"] if serious else None,
        "relatedness": relatedness,
        "relatedness_other": draws.pick(_OTHER_CAUSES) if relatedness == "unrelated" else None,
        "outcome": "recovered",
        "action_taken": "none" if draws.chance(0.5) else None,
    }
    chart.add("adverse_event", end, fields, plain=True)


def _onset(chart: Chart, draws: Draws, day: date) -> str:
    """New York notes the hour of early events; late ones are now and then known to the month alone."""
    if chart.course.days(day) > 60 and draws.chance(0.12):
        return day.isoformat()[:7]
    if chart.site.id == "B" and 0 < chart.course.days(day) <= 28 and draws.chance(0.6):
        return chart.site.written(chart.site.at(day, draws.whole(6, 23), draws.whole(0, 59)))
    return day.isoformat()


def _improving(draws: Draws, onset: date, end: date, grade: int) -> list[Record] | None:
    """A history that begins at the full grade and eases half-way; only some hospitals bother."""
    length = (end - onset).days
    if grade == 1 or length < 4 or draws.chance(0.6):
        return None
    half = onset + timedelta(days=length // 2)
    return [{"date": onset.isoformat(), "grade": grade}, {"date": half.isoformat(), "grade": grade - 1}]


def _relatedness(draws: Draws, row: Row, grade: int) -> str | None:
    """Nothing severe is blamed on the cells here, so that the planned cases alone decide the DLTs."""
    if grade == 3:
        return draws.weighted(("unlikely", "unrelated"), (1, 2))
    if row["term"] in _EARLY:
        return draws.weighted(("related", "possible"), (3, 1))
    return draws.weighted(("possible", "unlikely", "unrelated", None), (3, 3, 4, 1))
