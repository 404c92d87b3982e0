"""Swimmer plot: one lane a subject, what happened to it on the days on which it happened.

https://doi.org/10.1158/1078-0432.CCR-20-1138 (swimmer plots of individual treatment courses)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from app.endpoints.plot.model import Lane, Mark, SwimmerPlot
from app.endpoints.plot.sheet import LEFT, RIGHT, Block, Sheet, fit, space
from app.endpoints.plot.style import (
    BLACK,
    FAINT,
    GREEN,
    GREY,
    LANE,
    ORANGE,
    PURPLE,
    RESPONSE,
    RULE,
    SKY,
    SMALL,
    TEXT,
    VERMILLION,
)
from app.endpoints.plot.time_axis import LANE_STEPS, TimeAxis, time_axis

AXES_LEFT, NAME_WIDTH = 1.15, 0.8
LANE_HEIGHT, TICK_LABELS = 0.2, 0.55
LEGEND_COLUMNS, LEGEND_LINE = 4, 0.19


@dataclass(frozen=True, slots=True)
class Look:
    """How a mark is drawn: marker, face, size, and how far above the middle of its lane (in lanes)."""

    words: str
    marker: str
    face: str
    size: float
    above: float = 0.0


# Marks of one day stand in three rows of a lane: GVHD above, the disease in the middle, toxicity and treatment below.
MARKS = {
    "response": Look("CR, CRi or CRh", "o", GREEN, 5.0),
    "partial-response": Look("partial response", "o", "white", 5.0),
    "relapse": Look("relapse", "v", VERMILLION, 6.0),
    "progression": Look("progression", "v", "white", 6.0),
    "mrd-relapse": Look("MRD relapse", "1", BLACK, 6.0),
    "gvhd-acute": Look("acute GVHD, grade", "s", ORANGE, 4.2, 0.3),
    "gvhd-chronic": Look("chronic GVHD", "D", PURPLE, 3.8, 0.3),
    "sae": Look("serious adverse event", "*", BLACK, 5.5, -0.3),
    "therapy": Look("new leukaemia therapy", "P", SKY, 5.0, -0.3),
    "transplant": Look("further transplant", "h", GREY, 5.0, -0.3),
    "infusion": Look("further infusion", "^", SKY, 5.0, -0.3),
    "death": Look("death", "X", BLACK, 6.5),
    "observation-end": Look("end of observation", "|", BLACK, 9.0),
}


def swimmer_blocks(plot: SwimmerPlot) -> list[Block]:
    """The legend, then the lanes over their axis."""
    axis = time_axis(plot.horizon, LANE_STEPS, most=11)
    height = max(len(plot.lanes), 1) * LANE_HEIGHT

    def draw(sheet: Sheet, top: float) -> None:
        axes = sheet.axes(AXES_LEFT, top, RIGHT, height)
        _frame(axes, axis, plot.lanes)
        _bars(axes, plot.lanes)
        _arrows(axes, plot.lanes, axis)
        for kind, look in MARKS.items():
            _marks(axes, look, list(_placed(plot.lanes, kind)))

    return [_legend(), Block(height + TICK_LABELS, draw), space(0.05)]


def _frame(axes: Axes, axis: TimeAxis, lanes: Sequence[Lane]) -> None:
    axes.set_xlim(-0.015 * axis.end, axis.end * 1.03)
    axes.set_ylim(max(len(lanes), 1) - 0.5, -0.5)
    axes.set_xticks(axis.ticks, [axis.label(day) for day in axis.ticks], size=TEXT)
    names = [fit(lane.label, NAME_WIDTH, SMALL) for lane in lanes]
    axes.set_yticks(range(len(lanes)), names, size=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Days since the first infusion", size=TEXT)
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    if not lanes:
        axes.text(axis.end / 2, 0, "no subject was infused", size=TEXT, ha="center", va="center", color=FAINT)


def _bars(axes: Axes, lanes: Sequence[Lane]) -> None:
    places = range(len(lanes))
    look: dict[str, Any] = {"height": 0.42, "linewidth": 0.5, "edgecolor": GREY}
    axes.barh(places, [lane.days for lane in lanes], color=LANE, zorder=1, **look)
    stretches = [(place, first, last) for place, lane in enumerate(lanes) for first, last in lane.in_response]
    heights, starts = [place for place, _, _ in stretches], [first for _, first, _ in stretches]
    lengths = [last - first for _, first, last in stretches]
    axes.barh(heights, lengths, left=starts, color=RESPONSE, zorder=1.5, **look)


def _arrows(axes: Axes, lanes: Sequence[Lane], axis: TimeAxis) -> None:
    for place, lane in enumerate(lanes):
        if lane.ongoing:
            end = (lane.days + 0.028 * axis.end, place)
            look = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 0, "linewidth": 0.9}
            axes.annotate("", end, (lane.days, place), arrowprops=look, zorder=1.6)


def _placed(lanes: Sequence[Lane], kind: str) -> Iterator[tuple[int, Mark]]:
    return ((place, mark) for place, lane in enumerate(lanes) for mark in lane.marks if mark.kind == kind)


def _marks(axes: Axes, look: Look, found: Sequence[tuple[int, Mark]]) -> None:
    days, heights = [mark.day for _, mark in found], [place - look.above for place, _ in found]
    _plot(axes, days, heights, look)
    for (_, mark), day, height in zip(found, days, heights, strict=True):
        if mark.letter:
            shown: dict[str, Any] = {"textcoords": "offset points", "size": 6, "va": "center", "family": "DejaVu Serif"}
            axes.annotate(mark.letter, (day, height), (3.2, 0), zorder=4, **shown)


def _plot(axes: Axes, days: Sequence[float], heights: Sequence[float], look: Look) -> None:
    axes.plot(
        days,
        heights,
        look.marker,
        color=look.face,
        markersize=look.size,
        markeredgecolor=BLACK,
        markeredgewidth=1.6 if look.marker == "|" else 0.6,
        clip_on=False,
        zorder=3,
    )


def _legend() -> Block:
    """Every mark with its meaning, whether or not this page has it: pages of one plot read alike."""
    rows = -(-(len(MARKS) + 3) // LEGEND_COLUMNS)

    def draw(sheet: Sheet, top: float) -> None:
        axes = sheet.axes(LEFT, top, RIGHT, rows * LEGEND_LINE)
        axes.set_axis_off()
        axes.set_xlim(0, LEGEND_COLUMNS)
        axes.set_ylim(rows, 0)
        for place, look in enumerate(MARKS.values()):
            across, down = _cell(place)
            _plot(axes, [across], [down], look)
            words = f"{look.words} (I–IV)" if look.words.endswith("grade") else look.words
            axes.text(across + 0.09, down, words, size=SMALL, va="center")
        _legend_of_bars(axes, len(MARKS))

    return Block(rows * LEGEND_LINE + 0.1, draw)


def _cell(place: int) -> tuple[float, float]:
    return place % LEGEND_COLUMNS + 0.08, place // LEGEND_COLUMNS + 0.5


def _legend_of_bars(axes: Axes, place: int) -> None:
    for offset, (colour, words) in enumerate(((LANE, "observed"), (RESPONSE, "in CR, CRi or CRh"))):
        across, down = _cell(place + offset)
        look: dict[str, Any] = {"height": 0.45, "linewidth": 0.5, "edgecolor": GREY}
        axes.barh([down], [0.12], left=[across - 0.07], color=colour, **look)
        axes.text(across + 0.09, down, words, size=SMALL, va="center")
    across, down = _cell(place + 2)
    arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 0, "linewidth": 0.9}
    axes.annotate("", (across + 0.06, down), (across - 0.07, down), arrowprops=arrow)
    axes.text(across + 0.09, down, "still followed", size=SMALL, va="center")
