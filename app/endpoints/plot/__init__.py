"""Pictures of endpoints from plain data: nothing here knows a database or a route.

https://www.w3.org/TR/graphics-aam-1.0/ (what a picture tells those who cannot see it)
"""

from __future__ import annotations

from typing import Literal

from app.endpoints.plot.model import CurvePlot, ProportionPlot, SwimmerPlot

Form = Literal["svg", "png"]
Plot = CurvePlot | ProportionPlot | SwimmerPlot


def picture(plot: Plot, form: Form) -> bytes:
    """The plot as SVG (UTF-8) or PNG; the same plot gives the same bytes.

    Matplotlib is loaded by the first picture: it would more than double the time that the service takes to start.
    """
    from app.endpoints.plot.curves import curve_blocks
    from app.endpoints.plot.proportions import proportion_blocks
    from app.endpoints.plot.render import render
    from app.endpoints.plot.swimmer import swimmer_blocks

    if isinstance(plot, CurvePlot):
        return render(plot.facts, lambda: curve_blocks(plot), form)
    if isinstance(plot, ProportionPlot):
        return render(plot.facts, lambda: proportion_blocks(plot), form)
    return render(plot.facts, lambda: swimmer_blocks(plot), form)
