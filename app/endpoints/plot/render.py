"""From a page to bytes: SVG with text kept as text, or PNG; with a title and a description inside.

https://www.w3.org/TR/svg-aam-1.0/ and https://www.w3.org/TR/png-3/#11textinfo
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from html import escape
from io import BytesIO
from threading import Lock
from typing import Any, Literal
from warnings import catch_warnings, filterwarnings

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from app.endpoints.plot.model import Facts
from app.endpoints.plot.sheet import Block, compose, heading, notes

DOTS_PER_INCH = 200
# Text stays text, ids depend on the content alone, and a name with a dollar sign is no formula.
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "engraft",
    "axes.linewidth": 0.8,
    "text.parse_math": False,
    "axes.unicode_minus": True,
}
_NO_MAKER = {"Date": None, "Creator": None, "Format": None, "Type": None}
# The settings above and the caches of fonts belong to the process, so that pictures are made one at a time.
_ONE_AT_A_TIME = Lock()
# The first is part of Matplotlib; the others have letters that it lacks, and are used where the machine has them.
FONTS = ("DejaVu Sans", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "Droid Sans Fallback")


def render(facts: Facts, body: Callable[[], list[Block]], form: Literal["svg", "png"]) -> bytes:
    """The page of a heading, a body and notes."""
    with _ONE_AT_A_TIME, matplotlib.rc_context({**_SETTINGS, "font.family": _families()}), catch_warnings():
        # Letters without a glyph are drawn as boxes in a PNG; an SVG leaves them to its reader.
        filterwarnings("ignore", message="Glyph .* missing from font")
        figure = compose([*heading(facts.title, facts.header), *body(), *notes(facts.notes)])
        return _svg(figure, facts) if form == "svg" else _png(figure, facts)


@cache
def _families() -> list[str]:
    """Fonts of this machine, and whatever the reader of an SVG has instead."""
    known = set(font_manager.get_font_names())
    return [*(name for name in FONTS if name in known), "sans-serif"]


def _png(figure: Figure, facts: Facts) -> bytes:
    target = BytesIO()
    figure.set_dpi(DOTS_PER_INCH)
    metadata = {"Title": facts.title, "Description": facts.description, "Software": "Engraft"}
    FigureCanvasAgg(figure).print_png(target, metadata=metadata)  # type: ignore[no-untyped-call]
    return target.getvalue()


def _svg(figure: Figure, facts: Facts) -> bytes:
    target = BytesIO()
    FigureCanvasSVG(figure).print_svg(target, metadata=_NO_MAKER)  # type: ignore[no-untyped-call]
    return _described(target.getvalue().decode(), facts).encode()


def _described(svg: str, facts: Facts) -> str:
    """The SVG with role, title and description in its root; their ids differ between pictures on one page."""
    start = re.search(r"<svg\b", svg)
    assert start is not None  # the writer begins every document with it
    key = sha256(f"{facts.title}\n{facts.description}".encode()).hexdigest()[:12]
    names = f'role="img" aria-labelledby="title-{key} desc-{key}"'
    end = svg.index(">", start.end())
    title = f'<title id="title-{key}">{escape(facts.title)}</title>'
    description = f'<desc id="desc-{key}">{escape(facts.description)}</desc>'
    root = f"{svg[start.start() : start.end()]} {names}{svg[start.end() : end + 1]}"
    return f'<?xml version="1.0" encoding="utf-8"?>\n{root}\n {title}\n {description}{svg[end + 1 :]}'
