"""What stands around a picture of an endpoint, and what it says to those who cannot see it.

docs/plots.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.endpoints.definition import AnyEndpoint, ResponseStart, TimeToEvent
from app.endpoints.plot.model import Curve, Panel, Share
from app.endpoints.plot.wording import days_interval, level_percent, p_value, percent_interval

Body = Mapping[str, Any]
ABBREVIATIONS = "CI: confidence interval; n.r.: not reached; n.e.: not estimable."
LONG_NAME = 12  # letters that fit beside the numbers at risk
_METHODS = {"clopper-pearson": "exact (Clopper–Pearson)", "wilson": "score (Wilson)"}


def title(body: Body, rule: AnyEndpoint) -> str:
    """The endpoint's label and id."""
    return f"{rule.label} ({body['endpoint']})"


def header(body: Body, rule: AnyEndpoint) -> list[str]:
    """Everything on which the numbers depend."""
    analysis = body["analysis"]
    grouped = f" · by {body['group_by']}" if body.get("group_by") else ""
    return [
        f"Study {body['study']} · {analysis} analysis{grouped} · definition {body['definition']}, version "
        f"{body['definition_version']}",
        moment(body),
    ]


def moment(body: Body) -> str:
    """The two axes of time of an answer."""
    known = body["as_of"]
    cut = f"Data cut-off {body['cutoff']}" if body["cutoff"] else "No data cut-off"
    named = f"Data cut {body['cut']} · " if body.get("cut") else ""
    return f"{named}{cut} · as received up to seq {known['seq']} ({known['time']})"


def start_label(rule: TimeToEvent) -> str:
    """The label of the time axis."""
    start = rule.start
    if start is None:
        return "Days since the first infusion (day 0)"
    source = start.first if isinstance(start, ResponseStart) else start.last
    which = "first " if isinstance(start, ResponseStart) else ""
    return f"Days since {which}{source.replace('_', ' ')}"


def test(name: str, result: Body | None) -> str | None:
    """A comparison of groups: `Log-rank test: χ² = 15.2, 2 degrees of freedom, p = 0.0005`."""
    if result is None:
        return None
    within = f", stratified by {result['stratified_by']}" if result.get("stratified_by") else ""
    left_out = "".join(f"; {item['n']} subjects left out: {item['reason']}" for item in result.get("excluded", ()))
    if result["p"] is None:
        return f"{name}{within}: not estimable{left_out}"
    freedom = f"{result['df']} degree{'' if result['df'] == 1 else 's'} of freedom"
    return f"{name}{within}: χ² = {result['statistic']:.2f}, {freedom}, {p_value(result['p'])}{left_out}"


def names_in_full(labels: Iterable[str]) -> list[str]:
    """A note with the names of groups where the picture may have to shorten one."""
    listed = list(dict.fromkeys(labels))
    return [f"Groups in full: {'; '.join(listed)}."] if any(len(label) > LONG_NAME for label in listed) else []


def curve_notes(body: Body, rule: TimeToEvent) -> list[str]:
    """The endpoint in words, the method, what the signs mean."""
    competing = rule.kind == "competing_risks"
    method = "Aalen–Johansen estimate" if competing else "Kaplan–Meier estimate"
    variance = "Aalen-type variance" if competing else "Greenwood variance"
    level, kind = level_percent(body["level"]), body["conf_type"]
    return [
        _definition(body, rule),
        f"{method}; shaded: pointwise {level} confidence limits ({kind}, {variance}). Vertical ticks: censored "
        f"subjects. Each curve ends with the last observed day. {ABBREVIATIONS}",
        *_undetermined(body["overall"]),
        *_follow_up(body["overall"]),
    ]


def _definition(body: Body, rule: AnyEndpoint) -> str:
    """The endpoint's text, and that of the alternative analysis."""
    analysis = body["analysis"]
    if isinstance(rule, TimeToEvent) and analysis in rule.analyses:
        return f"{rule.text} Analysis '{analysis}': {rule.analyses[analysis].text}."
    return rule.text


def _undetermined(overall: Body) -> list[str]:
    count = overall.get("undetermined", 0)
    return [f"Not final: {count} of {overall['n']} subjects are undetermined and in no curve."] if count else []


def _follow_up(overall: Body) -> list[str]:
    median = overall.get("follow_up", {}).get("median")
    if not median or median["estimate"] is None:
        return []
    return [f"Median follow-up (reverse Kaplan–Meier): {median['estimate']:g} days."]


def describe_curves(body: Body, rule: TimeToEvent, panels: Sequence[Panel]) -> str:
    """All numbers of the picture in sentences."""
    kind = "Cumulative incidence curves" if rule.kind == "competing_risks" else "Kaplan–Meier curves"
    said = [_curve(curve, panel.title, body["level"]) for panel in panels for curve in panel.curves]
    tests = [f"{panel.caption}." for panel in panels if panel.caption]
    return " ".join([*_opening(kind, body, rule), *said, *tests, *curve_notes(body, rule)[1:]])


def _opening(kind: str, body: Body, rule: AnyEndpoint) -> Iterable[str]:
    return [f"{kind} of {title(body, rule)}.", *(f"{line}." for line in header(body, rule))]


def _curve(curve: Curve, panel: str | None, level: float) -> str:
    name = f"{panel}, {curve.label}" if panel else curve.label
    parts = [f"{curve.n} subjects, {curve.events} events"]
    if curve.median is not None:
        parts.append(f"median days {days_interval(curve.median)}")
    for day, n_risk, interval in curve.landmarks:
        inside = day <= curve.last_day
        parts.append(
            f"day {day}: {percent_interval(interval)} %, {n_risk} at risk" + ("" if inside else ", beyond follow-up")
        )
    last = f"last observed day {curve.last_day}" if curve.steps else "nobody observed"
    return f"{name}: {'; '.join([*parts, last])} (in brackets {level_percent(level)} CI)."


def share_notes(body: Body, overall: Body, rule: AnyEndpoint) -> list[str]:
    """The endpoint in words, the method, and whether the numbers can still change."""
    level = level_percent(body["level"])
    whiskers = f"Whiskers: {interval_name(overall)} {level} confidence interval (CI). n.e.: not estimable."
    outside = overall.get("not_evaluable", 0)
    evaluable = [f"Of {overall['infused']} infused, {outside} are not evaluable."] if outside else []
    state = still_open(overall)
    return [rule.text, whiskers, *evaluable, *([f"Not final: {state}."] if state else [])]


def interval_name(part: Body) -> str:
    """The kind of a proportion's interval."""
    method: str = part["proportion"]["method"]
    return _METHODS.get(method, method)


def still_open(part: Body) -> str:
    """What keeps a proportion from being final; empty where it is."""
    found = [(part.get("pending", 0), "pending"), (part.get("unresolved", 0), "unresolved")]
    return ", ".join(f"{count} {word}" for count, word in found if count)


def describe_shares(body: Body, rule: AnyEndpoint, shares: Sequence[Share], count_label: str) -> str:
    """All numbers of a proportion plot in sentences."""
    said = [_share(share) for share in shares]
    opening = _opening("Proportions with confidence intervals", body, rule)
    return " ".join(
        [*opening, f"Counts are {count_label}.", *said, *share_notes(body, body.get("overall", body), rule)[1:]]
    )


def _share(share: Share) -> str:
    remark = f", {share.remark}" if share.remark else ""
    return f"{share.label}: {share.count} of {share.total}, {percent_interval(share.interval)} %{remark}."


SWIMMER_NOTES = (
    "One lane for each infused subject, longest first, from the first infusion (day 0) to death, to the end of "
    "observation or to the last contact. Coloured: from an assessment with remission to the first without, or to the "
    "last one. Marked are changes of status, every GVHD grade that was reached (the letter is the worst of an acute "
    "episode; ?: not graded), and every serious adverse event. A date that is known in part stands on its first "
    "possible day.",
    "Nothing after the cut-off or the end of observation is shown. The data behind the picture: the same address with "
    "format=json.",
)


def swimmer_header(body: Body) -> list[str]:
    """Everything on which the lanes depend, and which of them these are."""
    total, first = body["total"], (body["page"] - 1) * body["per_page"]
    shown = f"subjects {first + 1} to {first + len(body['lanes'])} of {total}" if total else "no subject infused"
    pages = f" · page {body['page']} of {body['pages']}" if body["pages"] > 1 else ""
    return [
        f"Study {body['study']} · definition {body['definition']}, version {body['definition_version']} · "
        f"{shown}{pages}",
        moment(body),
    ]


def describe_lanes(body: Body) -> str:
    """Every lane in a sentence."""
    lanes = [_lane(lane) for lane in body["lanes"]]
    return " ".join(["Swimmer plot.", *(f"{line}." for line in swimmer_header(body)), *lanes])


def _lane(lane: Body) -> str:
    marks = [f"day {mark['day']} {mark['label']}" for mark in lane["marks"]]
    end = "still followed" if lane["ongoing"] else f"ended by {lane['end']}"
    return f"{lane['subject']}: {lane['days']} days, {end}{'; ' if marks else ''}{'; '.join(marks)}."
