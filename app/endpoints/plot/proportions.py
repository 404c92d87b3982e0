"""Shares with their exact intervals: one row each, a square and its whiskers, the figures beside it."""

from __future__ import annotations

from matplotlib.axes import Axes

from app.endpoints.plot.model import ProportionPlot, Share
from app.endpoints.plot.sheet import LEFT, Block, Sheet, fit, space
from app.endpoints.plot.style import BLUE, FAINT, INK, RULE, SMALL, TEXT
from app.endpoints.plot.wording import level_percent, percent_interval

ROW, HEAD, FOOT = 0.32, 0.22, 0.5
AXES_LEFT, AXES_RIGHT = 2.35, 5.45
COUNT_RIGHT, COUNTS = 2.2, 0.6


def proportion_blocks(plot: ProportionPlot) -> list[Block]:
    """The table with the picture of its intervals in the middle."""
    rows = max(len(plot.shares), 1)
    height = rows * ROW

    def draw(sheet: Sheet, top: float) -> None:
        _head(sheet, top, plot)
        axes = sheet.axes(AXES_LEFT, top + HEAD, AXES_RIGHT, height)
        _frame(axes, rows, plot.x_label)
        for place, share in enumerate(plot.shares):
            _figures(sheet, top + HEAD + place * ROW, share)
            _interval(axes, rows - place - 0.5, share)

    return [Block(HEAD + height + FOOT, draw), space(0.05)]


def _head(sheet: Sheet, top: float, plot: ProportionPlot) -> None:
    look = {"color": FAINT}
    sheet.text(COUNT_RIGHT, top, plot.count_label, SMALL, horizontalalignment="right", **look)
    sheet.text(AXES_RIGHT + 0.15, top, f"% ({level_percent(plot.level)} CI)", SMALL, **look)


def _figures(sheet: Sheet, top: float, share: Share) -> None:
    weight = "bold" if share.overall else "normal"
    middle = top + ROW / 2 - 0.06
    sheet.text(LEFT, middle, fit(share.label, COUNT_RIGHT - COUNTS - LEFT, TEXT), TEXT, fontweight=weight)
    sheet.text(COUNT_RIGHT, middle, f"{share.count} / {share.total}", TEXT, horizontalalignment="right")
    shown = percent_interval(share.interval)
    sheet.text(AXES_RIGHT + 0.15, middle - 0.06 * bool(share.remark), shown, TEXT, fontweight=weight)
    sheet.text(AXES_RIGHT + 0.15, middle + 0.08, share.remark, SMALL - 1, color=FAINT)


def _frame(axes: Axes, rows: int, x_label: str) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(0, rows)
    shares = [fifth / 5 for fifth in range(6)]
    axes.set_xticks(shares, [f"{100 * share:g}" for share in shares], size=TEXT)
    axes.set_yticks([])
    axes.set_xlabel(x_label, size=TEXT)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)


def _interval(axes: Axes, height: float, share: Share) -> None:
    estimate, lower, upper = share.interval
    if estimate is None or lower is None or upper is None:
        return
    colour = INK if share.overall else BLUE
    axes.plot([lower, upper], [height, height], color=colour, linewidth=1.3, solid_capstyle="butt", zorder=2)
    axes.plot([lower, upper], [height, height], "|", color=colour, markersize=7, zorder=2)
    axes.plot([estimate], [height], "D" if share.overall else "s", color=colour, markersize=6, zorder=3, clip_on=False)
