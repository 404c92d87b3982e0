"""Numbers at risk below the time axis: one row a curve, one figure a tick."""

from __future__ import annotations

from collections.abc import Sequence

from app.endpoints.estimate.step_function import Step
from app.endpoints.plot.model import Curve
from app.endpoints.plot.sheet import LEFT, LINE, RIGHT, Block, Sheet, fit
from app.endpoints.plot.style import FAINT, LINES, SMALL, TEXT
from app.endpoints.plot.time_axis import TimeAxis

SAMPLE, NAME_RIGHT = 0.22, 1.4
_LEFT_OF_AXIS = 0.015  # share of the axis that lies before day 0


def at_risk(steps: Sequence[Step], day: int) -> int:
    """Subjects under observation and without the event just before a day."""
    return next((step.n_risk for step in steps if step.day >= day), 0)


def at_risk_block(curves: Sequence[Curve], axis: TimeAxis, left: float) -> Block:
    """The table; its columns stand under the ticks of axes that begin at `left` inches."""

    def draw(sheet: Sheet, top: float) -> None:
        sheet.text(LEFT, top, "Number at risk", SMALL, color=FAINT)
        for place, curve in enumerate(curves, start=1):
            _row(sheet, top + place * LINE, curve, axis, left, len(curves) > 1)

    return Block((len(curves) + 1) * LINE, draw)


def _row(sheet: Sheet, top: float, curve: Curve, axis: TimeAxis, left: float, sampled: bool) -> None:
    if sampled:
        sheet.line(LEFT, LEFT + SAMPLE, top + 0.07, LINES[curve.style])
    start = LEFT + (SAMPLE + 0.06 if sampled else 0)
    sheet.text(start, top, fit(curve.label, NAME_RIGHT - start, SMALL), SMALL)
    whole = axis.end * (1 + _LEFT_OF_AXIS)
    for day in axis.ticks:
        across = left + (RIGHT - left) * (day + _LEFT_OF_AXIS * axis.end) / whole
        sheet.text(across, top, str(at_risk(curve.steps, day)), TEXT, horizontalalignment="center")
