"""An estimate as figures: one line for every number, told apart by `measure`.

docs/endpoints.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

NUMBERS = ("at", "n", "n_risk", "n_event", "n_censor", "estimate", "std_err", "lower", "upper", "df", "p_value")
_STEP = ("at", "n_risk", "n_event", "n_censor", "estimate", "lower", "upper")
_COUNTED = {
    "undetermined_reasons": "undetermined",
    "not_evaluable_reasons": "not_evaluable",
    "components": "component",
    "rules": "rule",
    "responses": "response",
    "reasons": "no_response",
    "investigator": "investigator",
}
_LISTED = {"by_term": "term", "by_relatedness": "relatedness", "by_grade": "grade"}
_INTERVAL = ("estimate", "std_err", "lower", "upper", "method", "reason")
Line = dict[str, Any]


def figures(body: Mapping[str, Any]) -> Iterator[Line]:
    """Every number of the answer: of all subjects first, then of the groups, then the tests between them."""
    yield from _part(body.get("overall", body))
    group_by = body.get("group_by")
    yield from _groups("dose_level", body.get("by_dose_level", {}))
    yield from _boundaries(body.get("escalation", {}))
    if "by_dose_level" not in body or group_by != "dose_level":
        yield from _groups(group_by, body.get("groups", {}))
    tests = {"log_rank": body["log_rank"]} if "log_rank" in body else {}
    for measure, category, test in [
        *((name, None, test) for name, test in tests.items()),
        *(("gray", cause, test) for cause, test in body.get("gray", {}).items()),
    ]:
        yield from _test(measure, category, test, group_by)


def _groups(group_by: str | None, groups: Mapping[str, Any]) -> Iterator[Line]:
    for name, part in groups.items():
        for line in _part(part):
            yield {**line, "group_by": group_by, "group": name}


def _part(part: Mapping[str, Any]) -> Iterator[Line]:
    """The lines of one set of subjects."""
    yield from _counts(part)
    yield from _quantiles("quantile", part)
    if "follow_up" in part:
        yield from _quantiles("follow_up_quantile", part["follow_up"], part["follow_up"]["method"])
    if "rmean" in part:
        mean = part["rmean"]
        yield {"measure": "rmean", "at": mean["tau"], **_interval(mean)}
    yield from _curve("survival", None, part)
    for cause, entry in part.get("causes", {}).items():
        yield {"measure": "cause", "category": cause, "estimate": entry["events"]}
        yield from _curve("cumulative_incidence", cause, {**entry, "method": part["method"]})
    if "event_free" in part:
        yield from _curve("event_free", None, part["event_free"])
    yield from _shares(part)


def _counts(part: Mapping[str, Any]) -> Iterator[Line]:
    for name, value in part.items():
        if isinstance(value, int) and not isinstance(value, bool) and name != "definition_version":
            yield {"measure": name, "estimate": value}
        elif name in _COUNTED:
            yield from ({"measure": _COUNTED[name], "category": key, "estimate": n} for key, n in value.items())
    if "final" in part:
        yield {"measure": "final", "category": "yes" if part["final"] else "no", "reason": part["final_reason"]}
    for grade in part.get("worst_grades", ()):
        yield {"measure": "worst_grade", "category": grade["grade"], "estimate": grade["patients"]}
    for design in ("three_plus_three", "boin"):
        state = (part.get("escalation") or {}).get(design)
        if state is not None and "decision" in state:
            yield {"measure": design, "category": state["decision"], "reason": _state(state)}


def _state(state: Mapping[str, Any]) -> str:
    return state["text"] if state["final"] else f"{state['text']}; not final, possible: {', '.join(state['possible'])}"


def _quantiles(measure: str, part: Mapping[str, Any], method: str | None = None) -> Iterator[Line]:
    for entry in part.get("quantiles", ()):
        yield {"measure": measure, "at": entry["p"], **_interval(entry), "method": method or part["method"]}


def _curve(measure: str, category: str | None, part: Mapping[str, Any]) -> Iterator[Line]:
    common = {"category": category, "method": part.get("method")}
    for entry in part.get("landmarks", ()):
        place = {"at": entry["day"], "n_risk": entry["n_risk"], "n_event": entry["cumulative_events"]}
        yield {"measure": measure, **place, **_interval(entry), **common}
    for step in part.get("curve", ()):
        yield {"measure": f"{measure}_curve", **dict(zip(_STEP, step, strict=True)), **common}


def _shares(part: Mapping[str, Any]) -> Iterator[Line]:
    for name in ("proportion", "proportion_conservative"):
        if name in part:
            yield {"measure": name, **_interval(part[name])}
    for name, measure in _LISTED.items():
        for entry in part.get(name, ()):
            counts = {"n": entry["patients"], "n_event": entry["events"]}
            yield {"measure": measure, "category": entry[measure], **counts, **_interval(entry["proportion"])}
    if "deaths" in part:
        yield {"measure": "deaths", "estimate": len(part["deaths"])}


def _boundaries(design: Mapping[str, Any]) -> Iterator[Line]:
    if "boundaries" not in design:
        return
    for name in ("target", "p_saf", "p_tox", "lambda_e", "lambda_d"):
        yield {"measure": f"boin_{name}", "estimate": design[name], "method": design["method"]}
    for entry in design["boundaries"]:
        for name in ("escalate_at_most", "deescalate_at_least", "eliminate_at_least"):
            yield {"measure": f"boin_{name}", "at": entry["n"], "estimate": entry[name]}


def _test(measure: str, category: str | None, test: Mapping[str, Any], group_by: str | None) -> Iterator[Line]:
    result = {"estimate": test["statistic"], "df": test["df"], "p_value": test["p"]}
    within = f"; stratified by {test['stratified_by']}" if test["stratified_by"] else ""
    about = {"method": f"{test['method']}{within}", "reason": test["reason"], "group_by": group_by}
    yield {"measure": measure, "category": category, **result, **about}
    for tally in test.get("groups", ()):
        for name in ("n", "observed", "expected"):
            group = {"group_by": group_by, "group": tally["group"]}
            yield {"measure": f"{measure}_{name}", **group, "estimate": tally[name]}


def _interval(entry: Mapping[str, Any], names: Iterable[str] = _INTERVAL) -> Line:
    return {name: entry[name] for name in names if name in entry}
