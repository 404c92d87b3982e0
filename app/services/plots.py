"""The errand: one endpoint's estimate as a picture. The numbers are those of the estimate itself.

The contract at the doors, section Endpoints; docs/plots.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import bad_parameter
from app.endpoints.definition import AnyEndpoint, TimeToEvent
from app.endpoints.estimate.step_function import Step
from app.endpoints.plot.model import Curve, CurvePlot, Facts, Interval, Landmark, Panel, ProportionPlot, Share
from app.endpoints.plot.style import MOST_CURVES
from app.endpoints.plot.wording import plain
from app.services import plot_words
from app.services.derivation import derivation
from app.services.derivation.derivation import Wanted
from app.services.derivation.question import Question

ALL = "All subjects"
MOST_SHARES = 40  # rows that stay readable on one page
TABULATED = {"time_to_event": 2, "competing_risks": 3}  # landmarks that fit into the legend
COUNTS = {
    "dose_limiting_toxicity": ("patients_with_dlt", "evaluable", "DLT / evaluable"),
    "window_incidence": ("patients_with_sae", "infused", "SAE / infused"),
    "response_rate": ("responders", "n", "responders / n"),
}
Body = Mapping[str, Any]


def endpoint_plot(connection: Connection, question: Question, wanted: Wanted) -> CurvePlot | ProportionPlot:
    """What there is to draw of an endpoint. Fault for more groups than can be told apart."""
    rule = question.rule
    body = derivation.summary(connection, question, wanted)
    if isinstance(rule, TimeToEvent):
        return _curve_plot(body, rule)
    return _proportion_plot(body, rule)


def _curve_plot(body: Body, rule: TimeToEvent) -> CurvePlot:
    groups = _groups(body, MOST_CURVES)
    competing = rule.kind == "competing_risks"
    panels = _cause_panels(body, groups) if competing else [Panel(None, _survival(body, groups), _log_rank(body))]
    at_risk = panels[0].curves if groups or not competing else _one_at_risk(panels[0].curves)
    return CurvePlot(
        Facts(
            plot_words.title(body, rule),
            plot_words.header(body, rule),
            [*plot_words.curve_notes(body, rule), *plot_words.names_in_full(plain(name) for name in groups)],
            plot_words.describe_curves(body, rule, panels),
        ),
        panels,
        at_risk,
        0 if competing else 1,
        body["level"],
        _tabulated(body, TABULATED[rule.kind]),
        plot_words.start_label(rule),
        "Cumulative incidence (%)" if competing else "Event-free (%)",
    )


def _groups(body: Body, most: int) -> Mapping[str, Body]:
    found: Mapping[str, Body] = body.get("groups") or {}
    if len(found) > most:
        expected = f"a field with at most {most} values for a plot; this one has {len(found)}"
        raise bad_parameter("group_by", expected)
    return found


def _survival(body: Body, groups: Mapping[str, Body]) -> list[Curve]:
    if not groups:
        return [_curve(ALL, 0, body["overall"], body["overall"])]
    return [_curve(plain(name), place, part, part) for place, (name, part) in enumerate(groups.items())]


def _cause_panels(body: Body, groups: Mapping[str, Body]) -> list[Panel]:
    """Without groups one panel with a curve for each cause; with groups a panel for each cause."""
    causes = body["overall"]["causes"]
    if not groups:
        curves = [_curve(name, place, body["overall"], causes[name]) for place, name in enumerate(causes)]
        return [Panel(None, curves)]
    return [_cause_panel(cause, body, groups) for cause in causes]


def _cause_panel(cause: str, body: Body, groups: Mapping[str, Body]) -> Panel:
    curves = [
        _curve(plain(name), place, part, part["causes"][cause]) for place, (name, part) in enumerate(groups.items())
    ]
    test = body.get("gray", {}).get(cause)
    return Panel(f"Cause: {cause}", curves, plot_words.test(f"Gray's test, {cause}", test))


def _log_rank(body: Body) -> str | None:
    found = body.get("log_rank")
    return None if found is None else plot_words.test(_capital(found["method"]), found)


def _capital(name: str) -> str:
    """A method's name at the beginning of a sentence."""
    return f"{name[:1].upper()}{name[1:]} test" if name == "log-rank" else f"{name} test"


def _curve(label: str, style: int, whole: Body, part: Body) -> Curve:
    """A curve; `whole` counts its subjects, `part` is the curve itself or one cause of it."""
    median = part.get("median")
    return Curve(
        label,
        style,
        [Step(*step) for step in part["curve"]],
        whole["events"] + whole["censored"],
        part["events"],
        [Landmark(entry["day"], entry["n_risk"], _interval(entry)) for entry in part["landmarks"]],
        None if median is None else _interval(median),
    )


def _interval(entry: Body) -> Interval:
    return Interval(entry["estimate"], entry["lower"], entry["upper"])


def _one_at_risk(curves: Sequence[Curve]) -> list[Curve]:
    """Causes share their subjects at risk: one row under the axis, named after all of them."""
    first = curves[0]
    return [Curve(ALL, 0, first.steps, first.n, first.events, first.landmarks)]


def _tabulated(body: Body, most: int) -> list[int]:
    """The last landmarks inside follow-up; one beyond it where everybody's event is known by then."""
    overall = body["overall"]
    landmarks = overall["landmarks"] if "landmarks" in overall else next(iter(overall["causes"].values()))["landmarks"]
    inside = [entry["day"] for entry in landmarks if not entry["beyond_follow_up"]]
    complete = [entry["day"] for entry in landmarks if entry["beyond_follow_up"] and entry["estimate"] is not None]
    return [*inside, *complete[:1]][-most:]


def _proportion_plot(body: Body, rule: AnyEndpoint) -> ProportionPlot:
    count, total, count_label = COUNTS[rule.kind]
    overall = body.get("overall", body)
    parts = _groups(body, MOST_SHARES) or _dose_levels(body)
    shares = [_share(ALL, overall, count, total, overall=True)]
    shares += [_share(plain(name), part, count, total) for name, part in parts.items()]
    return ProportionPlot(
        Facts(
            plot_words.title(body, rule),
            plot_words.header(body, rule),
            [*plot_words.share_notes(body, overall, rule), *plot_words.names_in_full(plain(name) for name in parts)],
            plot_words.describe_shares(body, rule, shares, count_label),
        ),
        shares,
        body["level"],
        f"Patients (%) with {plot_words.interval_name(overall)} interval",
        count_label,
    )


def _dose_levels(body: Body) -> Mapping[str, Body]:
    """Dose levels, shown unasked where there is room for them."""
    found: Mapping[str, Body] = body.get("by_dose_level") or {}
    return found if len(found) <= MOST_SHARES else {}


def _share(label: str, part: Body, count: str, total: str, overall: bool = False) -> Share:
    interval = _interval(part["proportion"])
    return Share(label, part[count], part[total], interval, plot_words.still_open(part), overall)
