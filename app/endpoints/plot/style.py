"""Colours that colour-blind readers tell apart, and line styles and markers that a grey print tells apart.

https://jfly.uni-koeln.de/color/ (Okabe and Ito 2008)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BLACK, ORANGE, SKY, GREEN = "#000000", "#e69f00", "#56b4e9", "#009e73"
BLUE, VERMILLION, PURPLE, GREY = "#0072b2", "#d55e00", "#cc79a7", "#666666"
INK, FAINT, RULE = "#000000", "#444444", "#bbbbbb"
LANE, RESPONSE = "#e4e4e4", "#7fb8d9"
TITLE, TEXT, SMALL = 12.0, 8.5, 7.5


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How one curve looks; dashes as (offset, on-off lengths in line widths)."""

    colour: str
    dashes: Any
    width: float = 1.6


LINES = (
    LineStyle(BLUE, "solid"),
    LineStyle(VERMILLION, (0, (5, 2))),
    LineStyle(GREEN, (0, (1.2, 1.4)), 2.0),
    LineStyle(BLACK, (0, (7, 2, 1.2, 2))),
    LineStyle(PURPLE, "solid", 2.8),
    LineStyle(ORANGE, (0, (3, 1, 1, 1, 1, 1))),
    LineStyle(SKY, (0, (9, 3)), 2.4),
    LineStyle(GREY, (0, (2, 2.5)), 1.2),
)
MOST_CURVES = len(LINES)
