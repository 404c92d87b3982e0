"""Pictures as bytes: text alternatives, text as text, no script, the same bytes for the same plot.

https://www.w3.org/WAI/WCAG22/Understanding/non-text-content
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from app.endpoints.plot import Plot, picture
from app.endpoints.plot.model import Interval, Lane, Mark, ProportionPlot, Share, SwimmerPlot
from app.endpoints.plot.style import LINES
from app.endpoints.plot.swimmer import MARKS
from tests.endpoints.plot.pictures import SVG, curve, facts, plot, root, texts

SHARES = [
    Share("All subjects", 5, 53, Interval(0.094, 0.031, 0.207), "1 unresolved", overall=True),
    Share("nobody", 0, 0, Interval(None, None, None), ""),
]
PROPORTIONS = ProportionPlot(facts("Dose-limiting toxicity (DLT)"), SHARES, 0.95, "Patients (%)", "DLT / evaluable")
LANE = Lane("A-001", 200, [Mark(kind, 10 * place) for place, kind in enumerate(MARKS)], [(0, 100)], ongoing=True)
SWIMMER = SwimmerPlot(facts("Course after the infusion"), [LANE, replace(LANE, label="A-002", marks=[])], 300)
PLOTS: list[Plot] = [plot(), plot(curve(steps=[], n=0)), PROPORTIONS, SWIMMER, replace(SWIMMER, lanes=[], horizon=0)]


@pytest.mark.parametrize("shown", PLOTS)
def test_an_svg_names_and_describes_itself(shown: Plot) -> None:
    svg = root(picture(shown, "svg"))
    assert svg.get("role") == "img"
    title, description = svg[0], svg[1]
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.tag, title.text) == (f"{SVG}title", shown.facts.title)
    assert (description.tag, description.text) == (f"{SVG}desc", "Five subjects.")


@pytest.mark.parametrize("shown", PLOTS)
def test_a_png_describes_itself(shown: Plot) -> None:
    image = Image.open(BytesIO(picture(shown, "png")))
    assert image.info["Title"] == shown.facts.title
    assert image.info["Description"] == "Five subjects."
    assert image.width == 1500


@pytest.mark.parametrize("form", ["svg", "png"])
@pytest.mark.parametrize("shown", PLOTS)
def test_the_same_plot_is_the_same_bytes(shown: Plot, form: str) -> None:
    first, second = (picture(shown, "svg" if form == "svg" else "png") for _ in range(2))
    assert first == second
    assert b"dc:date" not in first


def test_pictures_of_many_threads_are_those_of_one() -> None:
    wanted = [picture(shown, "svg") for shown in PLOTS]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda shown: picture(shown, "svg"), PLOTS * 4))
    assert found == wanted * 4


def test_figures_stand_as_text() -> None:
    found = texts(picture(plot(caption="Log-rank test: p = 0.043"), "svg"))
    expected = {
        "Overall survival (OS)",
        "Study one",
        "Number at risk",
        "2 / 5",
        "n.r. (10–n.r.)",
        "80.0 (20.0–97.0)",
        "Log-rank test: p = 0.043",
        "Kaplan–Meier estimate.",
    }
    assert expected <= set(found)


def test_names_are_never_markup_nor_formulas() -> None:
    names = ["<script>alert(1)</script>", "$\\alpha$ & co", "高剂量组"]
    curves = [curve(name, place) for place, name in enumerate(names)]
    about = facts(description="<script>alert(1)</script> & more")
    svg = picture(plot(*curves, about=about), "svg")
    assert b"<script" not in svg
    assert names[1] in texts(svg)
    assert names[2] in texts(svg)
    assert root(svg)[1].text == about.description


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    found = texts(picture(plot(curve("W" * 300)), "svg"))
    shortened = [text for text in found if text.startswith("WWW")]
    assert len(shortened) == 2
    assert all(text.endswith("…") for text in shortened)


def test_every_line_style_differs_in_print() -> None:
    assert len({(str(style.dashes), style.width) for style in LINES}) == len(LINES)
    assert len({style.colour for style in LINES}) == len(LINES)


def test_every_mark_differs_in_print() -> None:
    assert len({(look.marker, look.face == "white") for look in MARKS.values()}) == len(MARKS)


def test_a_page_of_lanes_grows() -> None:
    many = replace(SWIMMER, lanes=[replace(LANE, label=f"A-{place:03}", marks=[]) for place in range(300)])
    heights = [float(root(picture(shown, "svg")).get("height", "0pt")[:-2]) for shown in (SWIMMER, many)]
    assert heights[1] - heights[0] == pytest.approx(298 * 0.2 * 72)


def test_what_is_imported_at_the_start_leaves_matplotlib_out() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, app.main; print('matplotlib' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "False"
