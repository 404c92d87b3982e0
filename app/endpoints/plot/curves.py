"""Kaplan-Meier curves and cumulative incidences with their bands, censoring marks and numbers at risk.

https://doi.org/10.1136/bmjopen-2019-030215 (Morris et al. 2019: at risk, censored and events below the axis)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.markers import TICKUP

from app.endpoints.estimate.step_function import Step
from app.endpoints.plot.at_risk import at_risk_block
from app.endpoints.plot.legend import legend_block
from app.endpoints.plot.model import Curve, CurvePlot, Panel
from app.endpoints.plot.sheet import RIGHT, Block, Sheet, caption, space
from app.endpoints.plot.style import FAINT, GREY, LINES, RULE, SMALL, TEXT, LineStyle
from app.endpoints.plot.time_axis import TimeAxis, time_axis

AXES_LEFT = 1.55
ONE_PANEL, MORE_PANELS = 3.3, 2.2
TICK_LABELS, TICK_LINE, X_LABEL = 0.1, 0.15, 0.22
FEW_MARKS = 60  # of one curve
BAND, ALL_BANDS = 0.2, 0.4  # opacity of one band, and of all together
Band = tuple[list[int], list[float], list[float]]  # days, lower, upper
_TOPS = (0.1, 0.25, 0.5, 0.75, 1.0)  # where the axis of an incidence may end


def curve_blocks(plot: CurvePlot) -> list[Block]:
    """Each panel with its legend above it, then one time axis and the numbers at risk."""
    axis = time_axis(max((curve.last_day for curve in plot.at_risk), default=0))
    blocks: list[Block] = []
    for place, panel in enumerate(plot.panels):
        last = place == len(plot.panels) - 1
        blocks += [legend_block(plot, panel), _axes_block(plot, panel, axis, last)]
    label = Block(X_LABEL, lambda sheet, top: _x_label(sheet, top, plot.x_label))
    captions = [block for panel in plot.panels if panel.caption for block in caption(panel.caption)]
    table = [at_risk_block(plot.at_risk, axis, AXES_LEFT)] if plot.at_risk else []
    return [*blocks, label, *table, space(0.08), *captions]


def _x_label(sheet: Sheet, top: float, text: str) -> None:
    sheet.text((AXES_LEFT + RIGHT) / 2, top, text, TEXT, horizontalalignment="center")


def _axes_block(plot: CurvePlot, panel: Panel, axis: TimeAxis, last: bool) -> Block:
    height = ONE_PANEL if len(plot.panels) == 1 else MORE_PANELS

    def draw(sheet: Sheet, top: float) -> None:
        axes = sheet.axes(AXES_LEFT, top, RIGHT, height)
        highest = 1.0 if plot.origin == 1 else _top(plot)
        _frame(axes, axis, highest, plot.y_label, last)
        _say_if_empty(axes, panel.curves, axis.end / 2, highest / 2)
        for curve in panel.curves:
            _draw(axes, curve, plot.origin, min(BAND, ALL_BANDS / len(panel.curves)))
        if plot.origin == 1:
            _medians(axes, panel.curves)

    lines = max(axis.label(day).count("\n") + 1 for day in axis.ticks)
    return Block(height + (TICK_LABELS + lines * TICK_LINE if last else 0.14), draw)


def _say_if_empty(axes: Axes, curves: Sequence[Curve], across: float, up: float) -> None:
    """Why there is nothing to see."""
    if not any(curve.last_day for curve in curves):
        said = "no follow-up after day 0" if any(curve.n for curve in curves) else "no subjects"
        axes.text(across, up, said, size=TEXT, ha="center", va="center", color=FAINT)


def _top(plot: CurvePlot) -> float:
    """The lowest of a few tops that holds every curve and band, the same for all panels."""
    values = [
        value
        for panel in plot.panels
        for curve in panel.curves
        for step in curve.steps
        for value in (step.estimate, step.upper)
        if value is not None
    ]
    return next(top for top in _TOPS if max(values, default=1.0) <= top)


def _frame(axes: Axes, axis: TimeAxis, top: float, y_label: str, labelled: bool) -> None:
    axes.set_xlim(-0.015 * axis.end, axis.end)
    axes.set_ylim(-0.02 * top, 1.02 * top)
    axes.set_xticks(axis.ticks, [axis.label(day) if labelled else "" for day in axis.ticks], size=TEXT)
    shares = [top * fifth / 5 for fifth in range(6)]
    axes.set_yticks(shares, [f"{100 * share:g}" for share in shares], size=TEXT)
    axes.set_ylabel(y_label, size=TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)


def _draw(axes: Axes, curve: Curve, origin: int, opacity: float) -> None:
    look = LINES[curve.style]
    days, values = outline(curve.steps, origin)
    axes.plot(
        days,
        values,
        drawstyle="steps-post",
        color=look.colour,
        linestyle=look.dashes,
        linewidth=look.width,
        zorder=3,
    )
    for band in bands(curve.steps, origin):
        _band(axes, band, look, opacity)
    _censored(axes, curve, look)


def _censored(axes: Axes, curve: Curve, look: LineStyle) -> None:
    """Ticks across the line; where there are many, above it only, so that its dashes can still be seen."""
    marks = [(step.day, step.estimate) for step in curve.steps if step.n_censor and step.estimate is not None]
    marker, size, width = ("|", 7.0, 0.9) if len(marks) <= FEW_MARKS else (TICKUP, 4.5, 0.6)
    shown: dict[str, Any] = {
        "marker": marker,
        "markersize": size,
        "markeredgewidth": width,
        "linestyle": "none",
        "zorder": 4,
    }
    axes.plot([day for day, _ in marks], [value for _, value in marks], color=look.colour, **shown)


def _band(axes: Axes, band: Band, look: LineStyle, opacity: float) -> None:
    """The band with its edges in the line style of its curve: shades alone cannot be told apart in grey."""
    days, lower, upper = band
    axes.fill_between(days, lower, upper, step="post", color=look.colour, alpha=opacity, linewidth=0, zorder=1)
    for limit in (lower, upper):
        edge = {"color": look.colour, "linestyle": look.dashes, "linewidth": 0.5, "alpha": 0.7}
        axes.plot(days, limit, drawstyle="steps-post", zorder=1.5, **edge)


def outline(steps: Sequence[Step], origin: int) -> tuple[list[int], list[float]]:
    """Days and values of a right-continuous step line from day 0 to the last observed day, and no further."""
    known = [(step.day, step.estimate) for step in steps if step.estimate is not None]
    if not steps:
        return [], []
    return [0, *(day for day, _ in known)], [float(origin), *(value for _, value in known)]


def bands(steps: Sequence[Step], origin: int) -> list[Band]:
    """Stretches in which both limits are estimable, each up to the day on which that ends."""
    found: list[Band] = []
    start = Step(0, 0, 0, 0, float(origin), float(origin), float(origin))
    for before, step in zip([start, *steps], [*steps, None], strict=True):
        if before.lower is None or before.upper is None:
            continue
        if not found or found[-1][0][-1] != before.day:
            found.append(([before.day], [before.lower], [before.upper]))
        else:
            _change(found[-1], before)
        if step is not None:
            _reach(found[-1], step.day)
    return [band for band in found if len(band[0]) > 1]


def _change(band: Band, step: Step) -> None:
    """New limits from this day on; the day itself is already in the band."""
    assert step.lower is not None and step.upper is not None  # the caller looked
    band[1][-1], band[2][-1] = step.lower, step.upper


def _reach(band: Band, day: int) -> None:
    """The same limits up to this day."""
    days, lower, upper = band
    days.append(day)
    lower.append(lower[-1])
    upper.append(upper[-1])


def _medians(axes: Axes, curves: Sequence[Curve]) -> None:
    """From one half across to each curve's median and down to the axis."""
    reached = [(curve, curve.median.estimate) for curve in curves if curve.median and curve.median.estimate is not None]
    for curve, day in reached:
        axes.plot([day, day], [0, 0.5], color=LINES[curve.style].colour, linewidth=0.7, linestyle=(0, (1, 2)), zorder=2)
    if reached:
        last = max(day for _, day in reached)
        axes.plot([0, last], [0.5, 0.5], color=GREY, linewidth=0.7, linestyle=(0, (1, 2)), zorder=2)
        axes.annotate("median", (0, 0.5), (3, 2), textcoords="offset points", size=SMALL, color=FAINT)
