"""Plots made by hand, and what an SVG says."""

from collections.abc import Sequence
from xml.etree import ElementTree

from app.endpoints.estimate.step_function import Step
from app.endpoints.plot.model import Curve, CurvePlot, Facts, Interval, Landmark, Panel

SVG = "{http://www.w3.org/2000/svg}"
# Five subjects: events on days 10 and 30, censored on days 20, 40 and 50. By hand: S = 4/5, then 4/5 * 2/3 = 8/15.
STEPS = (
    Step(10, 5, 1, 0, 0.8, 0.2, 0.97),
    Step(20, 4, 0, 1, 0.8, 0.2, 0.97),
    Step(30, 3, 1, 0, 8 / 15, 0.07, 0.86),
    Step(40, 2, 0, 1, 8 / 15, 0.07, 0.86),
    Step(50, 1, 0, 1, 8 / 15, 0.07, 0.86),
)
LANDMARKS = (Landmark(28, 3, Interval(0.8, 0.2, 0.97)),)


def facts(title: str = "Overall survival (OS)", description: str = "Five subjects.") -> Facts:
    return Facts(title, ["Study one", "No data cut-off"], ["Kaplan–Meier estimate."], description)


def curve(label: str = "All subjects", style: int = 0, steps: Sequence[Step] = STEPS, n: int = 5) -> Curve:
    return Curve(label, style, steps, n, 2, LANDMARKS, Interval(None, 10.0, None))


def plot(*curves: Curve, about: Facts | None = None, caption: str | None = None) -> CurvePlot:
    found = curves or (curve(),)
    return CurvePlot(
        about or facts(), [Panel(None, found, caption)], found, 1, 0.95, [28], "Days since infusion", "Event-free (%)"
    )


def root(svg: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: bytes) -> list[str]:
    """Every text that stands in the picture as text."""
    return ["".join(element.itertext()) for element in root(svg).iter(f"{SVG}text")]
