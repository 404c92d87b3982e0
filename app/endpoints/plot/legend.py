"""The legend as a table: line sample, name, events of subjects, median, landmarks."""

from __future__ import annotations

from collections.abc import Sequence

from app.endpoints.plot.model import Curve, CurvePlot, Panel
from app.endpoints.plot.sheet import LEFT, LINE, RIGHT, Block, Sheet, fit
from app.endpoints.plot.style import FAINT, LINES, SMALL, TEXT
from app.endpoints.plot.wording import days_interval, level_percent, percent_interval

SAMPLE, NAME = 0.42, 0.5
COLUMN, COUNTS = 1.36, 0.8


def legend_block(plot: CurvePlot, panel: Panel) -> Block:
    """The legend of one panel, with the panel's title above it."""
    titled = LINE * 1.25 if panel.title else 0.0

    def draw(sheet: Sheet, top: float) -> None:
        if panel.title:
            sheet.text(LEFT, top, panel.title, TEXT + 1, fontweight="bold")
        _head(sheet, top + titled, plot)
        for place, curve in enumerate(panel.curves, start=1):
            _row(sheet, top + titled + place * LINE, curve, plot)

    return Block(titled + (len(panel.curves) + 1) * LINE + 0.15, draw)


def _intervals(plot: CurvePlot) -> int:
    return len(plot.landmarks) + (1 if plot.origin == 1 else 0)


def _places(plot: CurvePlot) -> list[float]:
    """Right ends of the columns of figures."""
    count = _intervals(plot)
    return [RIGHT - COLUMN * (count - place) for place in range(count + 1)]


def _head(sheet: Sheet, top: float, plot: CurvePlot) -> None:
    limits = f"({level_percent(plot.level)} CI)"
    median = [f"median, days {limits}"] if plot.origin == 1 else []
    landmarks = [f"day {day}, % {limits}" for day in plot.landmarks]
    _cells(sheet, top, ["events / n", *median, *landmarks], plot, size=SMALL, color=FAINT)


def _row(sheet: Sheet, top: float, curve: Curve, plot: CurvePlot) -> None:
    sheet.line(LEFT, LEFT + SAMPLE, top + 0.07, LINES[curve.style])
    room = _places(plot)[0] - COUNTS - LEFT - NAME
    sheet.text(LEFT + NAME, top, fit(curve.label, room, TEXT), TEXT)
    median = [days_interval(curve.median)] if curve.median is not None else []
    landmarks = [percent_interval(landmark.interval) for landmark in curve.landmarks if landmark.day in plot.landmarks]
    _cells(sheet, top, [f"{curve.events} / {curve.n}", *median, *landmarks], plot)


def _cells(sheet: Sheet, top: float, texts: Sequence[str], plot: CurvePlot, size: float = TEXT, **look: str) -> None:
    for right, text in zip(_places(plot), texts, strict=True):
        sheet.text(right, top, text, size, horizontalalignment="right", **look)
