"""A page in inches from its top left corner: blocks, one below the other, and the figure that holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

from app.endpoints.plot.style import FAINT, INK, RULE, SMALL, TEXT, TITLE, LineStyle
from app.endpoints.plot.wording import wrap

POINTS_AN_INCH = 72
WIDTH, LEFT, RIGHT = 7.5, 0.3, 7.25
LINE, SMALL_LINE = 0.175, 0.145
TITLE_COLUMNS, HEADER_COLUMNS, NOTE_COLUMNS = 76, 112, 126


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figure with its size in inches."""

    figure: Figure
    height: float

    def text(self, x: float, top: float, text: str, size: float = TEXT, **look: Any) -> None:
        """A line of text whose top is `top` inches below the page's. What it says is never read as a formula."""
        look = {"color": INK, "verticalalignment": "top", **look}
        self.figure.text(x / WIDTH, 1 - top / self.height, text, fontsize=size, parse_math=False, **look)

    def line(self, start: float, end: float, top: float, style: LineStyle) -> None:
        """A horizontal sample of a line style."""
        across, down = [start / WIDTH, end / WIDTH], [1 - top / self.height] * 2
        look = {"color": style.colour, "linestyle": style.dashes, "linewidth": style.width}
        self.figure.add_artist(Line2D(across, down, **look))

    def rule(self, top: float, start: float = LEFT, end: float = RIGHT) -> None:
        """A thin line across the page."""
        self.line(start, end, top, LineStyle(RULE, "solid", 0.6))

    def axes(self, left: float, top: float, right: float, height: float) -> Axes:
        """Axes at a place in inches."""
        box = (left / WIDTH, 1 - (top + height) / self.height, (right - left) / WIDTH, height / self.height)
        return self.figure.add_axes(box)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the page; draw(sheet, top) draws it from `top` inches downwards."""

    height: float
    draw: Callable[[Sheet, float], None]


def compose(blocks: Sequence[Block]) -> Figure:
    """The page: as high as its blocks."""
    height = sum(block.height for block in blocks)
    figure = Figure(figsize=(WIDTH, height))
    sheet, top = Sheet(figure, height), 0.0
    for block in blocks:
        block.draw(sheet, top)
        top += block.height
    return figure


def space(height: float) -> Block:
    """Nothing."""
    return Block(height, lambda sheet, top: None)


def heading(title: str, header: Sequence[str]) -> list[Block]:
    """The title and the facts below it."""
    titles = [_line(line, 0.24, TITLE, fontweight="bold") for line in wrap(title, TITLE_COLUMNS)]
    facts = [_line(line, LINE, TEXT, color=FAINT) for text in header for line in wrap(text, HEADER_COLUMNS)]
    return [space(0.18), *titles, *facts, space(0.1)]


def caption(text: str) -> list[Block]:
    """A sentence below a panel."""
    return [_line(line, LINE, TEXT) for line in wrap(text, HEADER_COLUMNS)]


def notes(texts: Sequence[str]) -> list[Block]:
    """The notes at the foot of the page."""
    lines = [_line(line, SMALL_LINE, SMALL, color=FAINT) for text in texts for line in wrap(text, NOTE_COLUMNS)]
    ruled = Block(0.08, lambda sheet, top: sheet.rule(top))
    return [space(0.08), ruled, *lines, space(0.15)]


def _line(text: str, height: float, size: float, **look: Any) -> Block:
    return Block(height, lambda sheet, top: sheet.text(LEFT, top, text, size, **look))


def fit(text: str, inches: float, size: float) -> str:
    """The text, or its beginning with an ellipsis, as it fits into a width."""
    if _width(text, size) <= inches:
        return text
    kept = next(end for end in range(len(text) - 1, -1, -1) if _width(text[:end] + "…", size) <= inches or end == 0)
    return text[:kept].rstrip() + "…"


def _width(text: str, size: float) -> float:
    font = FontProperties(size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / POINTS_AN_INCH
