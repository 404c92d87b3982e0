"""Graft-versus-host disease: the episodes of the table, dated for the subject who has them.

https://www.ncbi.nlm.nih.gov/books/NBK577669/
"""

from __future__ import annotations

from datetime import date, timedelta

from app.example.chart import Chart, Record
from app.example.draws import Draws
from app.example.tables import Row, pairs, span


def write_gvhd(chart: Chart) -> None:
    """Adds the subject's episodes to the chart."""
    for row in chart.course.gvhd:
        _write_episode(chart, chart.draws(f"gvhd-{row['case']}"), row)


def _write_episode(chart: Chart, draws: Draws, row: Row) -> None:
    onset = chart.course.day(draws.whole(*(span(row["onset"]) or (0, 0))))
    history = [{"date": _after(onset, day), "grade": grade} for day, grade in pairs(row["course"], ":")]
    told = onset.isoformat()
    fields: Record = {
        "kind": row["kind"],
        "onset": told[:7] if row["case"] == "chronic-mild" and draws.chance(0.5) else told,
        "grade" if row["kind"] == "acute" else "severity": history[-1]["grade"],
        "grade_history": history if len(history) > 1 else None,
        "stages" if row["kind"] == "acute" else "organ_scores": _numbers(row["findings"]),
        "systemic_therapy_start": _after(onset, row["systemic"]) if row["systemic"] else None,
        "steroid_refractory": row["refractory"] == "yes" if row["systemic"] else None,
        "end": _after(onset, row["duration"]) if row["duration"] else None,
    }
    chart.add("gvhd", date.fromisoformat(fields["end"] or history[-1]["date"]), fields)


def _after(day: date, number: str) -> str:
    return (day + timedelta(days=int(number))).isoformat()


def _numbers(cell: str) -> dict[str, int]:
    return {organ: int(number) for organ, number in pairs(cell, "=")}
