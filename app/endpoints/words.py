"""A definition in plain words, so that a physician can check what is derived.

docs/definitions.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from app.endpoints.definition import (
    AnchorStart,
    Baseline,
    CensorSource,
    Definition,
    EventSource,
    ObservationEnd,
    Override,
    ResponseRate,
    ResponseStart,
    TimeToEvent,
    Toxicity,
    WindowIncidence,
)
from app.endpoints.phrases import either, listed, run_phrase, source_phrase
from app.endpoints.words_of_safety import incidence_words, toxicity_words

_WHEN = {"any": "", "on-or-after-start": ", on or after the start", "after-start": ", after the day of the start"}
_KINDS = {
    "time_to_event": "time to event",
    "competing_risks": "time to event with competing causes",
    "response_rate": "share of patients with a response",
    "window_incidence": "share of patients with an event in the window",
    "dose_limiting_toxicity": "share of patients with a dose-limiting toxicity in the window",
}
_TRANSFORMATIONS = {"log-log": "log-log", "log": "logarithmic", "plain": "plain"}


def study_words(definition: Definition) -> list[str]:
    """What holds for all endpoints, one sentence an entry."""
    phrase, excluded = partial(source_phrase, definition), definition.exclusions
    return [
        f"{definition.title} ({definition.id}, version {definition.version}).",
        f"Subjects of the study are those with: {phrase(definition.enrolled)}.",
        f"Day 0 is the day of the first: {phrase(definition.day_zero)}. Later ones do not move it. "
        f"Without one: excluded, “{excluded.not_started}”.",
        f"The disease status at baseline is the last on or before day 0: {phrase(definition.status)}.",
        f"Proof of life: {phrase(definition.alive)}.",
        f"The safety window is days 0 to {definition.window_days}, both included.",
        f"Laboratory results are graded by CTCAE version {definition.ctcae_version}.",
    ]


def words(definition: Definition, endpoint_id: str) -> list[str]:
    """One endpoint, one sentence an entry. KeyError when there is none of that id."""
    rule = definition.endpoints[endpoint_id]
    return [
        f"{rule.label} ({endpoint_id}): {rule.role} endpoint, {_KINDS[rule.kind]}.",
        *_body(definition, endpoint_id),
    ]


def _body(definition: Definition, endpoint_id: str) -> Iterator[str]:
    rule = definition.endpoints[endpoint_id]
    if isinstance(rule, TimeToEvent):
        yield from _time_to_event(definition, rule)
        return
    if isinstance(rule, ResponseRate):
        yield from _response_rate(definition, rule)
    else:
        yield "Population: every subject with day 0."
        yield from _safety(definition, rule)
    yield from _ends(definition, rule.observation_end)
    yield f"Estimate: the proportion with its exact (Clopper–Pearson) {_level(definition)} interval."


def _safety(definition: Definition, rule: WindowIncidence | Toxicity) -> Iterator[str]:
    return incidence_words(definition, rule) if isinstance(rule, WindowIncidence) else toxicity_words(definition, rule)


def _time_to_event(definition: Definition, rule: TimeToEvent) -> Iterator[str]:
    yield _population(definition, rule.baseline)
    yield _start(definition, rule.start)
    yield from _events(definition, rule.events, rule.kind == "competing_risks")
    yield from _ends(definition, rule.observation_end)
    yield from _censoring(definition, rule.censor)
    yield f"Nothing after the start: censored at the start (CNSR {rule.start_cnsr})."
    for name, override in rule.analyses.items():
        yield from _analysis(definition, rule, name, override)
    yield _curve(definition, rule)


def _response_rate(definition: Definition, rule: ResponseRate) -> Iterator[str]:
    yield _population(definition, rule.baseline)
    response = rule.response
    first = source_phrase(definition, response.first)
    yield f"Counted: those with, after day 0: {first}.{_before(definition, response)}"
    yield f"All others of the population: “{response.otherwise}”."


def _population(definition: Definition, baseline: Baseline | None) -> str:
    if baseline is None:
        return "Population: every subject with day 0."
    wanted, unwanted = baseline.status_in, baseline.status_not_in
    conditions = [f"is {either(wanted)}"] if wanted else []
    conditions += [f"is known and not {either(unwanted)}"] if unwanted else []
    return (
        f"Population: subjects with day 0 whose disease status at baseline {listed(conditions or ['is known'])}; "
        f"others are excluded, “{baseline.otherwise}”, and those without a status, “{definition.exclusions.no_status}”."
    )


def _start(definition: Definition, start: ResponseStart | AnchorStart | None) -> str:
    if start is None:
        return "Time starts on day 0."
    if isinstance(start, AnchorStart):
        where = f"Time starts at the last on or before day 0: {source_phrase(definition, start.last)}."
    else:
        first = f"Time starts at the first after day 0: {source_phrase(definition, start.first)}."
        where = f"{first}{_before(definition, start)}"
    return f"{where} Without one: excluded, “{start.otherwise}”."


def _before(definition: Definition, start: ResponseStart) -> str:
    blocking = [source_phrase(definition, source) for source in start.before]
    return f" It must not come after the first of: {' / '.join(blocking)}." if blocking else ""


def _events(definition: Definition, events: Iterable[EventSource], competing: bool) -> Iterator[str]:
    listing = [_event(definition, item) for item in events]
    lead = "Competing causes, the earliest decides" if competing else "Event: the earliest of these"
    yield f"{lead} (on one day the one listed first):" if len(listing) > 1 else "Event:"
    yield from (f"{number}. {text}." for number, text in enumerate(listing, start=1))


def _event(definition: Definition, item: EventSource) -> str:
    phrase = source_phrase(definition, item.source)
    run = f"; {run_phrase(item.run)}" if item.run else ""
    doubt = f"; then the result is undetermined, “{item.undetermined}”" if item.undetermined else ""
    return f"{item.component} – {phrase}{run}{doubt}"


def _ends(definition: Definition, ends: Iterable[ObservationEnd]) -> Iterator[str]:
    yield "Observation ends, and nothing dated later counts, at the first of:"
    for end in ends:
        yield f"– {source_phrase(definition, end.source)}{_WHEN[end.when]}: “{end.reason}” (CNSR {end.cnsr})."
    yield "– the data cut-off: “data cut-off” (CNSR 2)."


def _censoring(definition: Definition, censor: Iterable[CensorSource]) -> Iterator[str]:
    yield "Without an event: censored at the latest of:"
    for item in censor:
        clip = ", evidence from after the end of observation counting at that end" if item.clip else ""
        yield f"– {source_phrase(definition, item.source)}{clip}: “{item.reason}” (CNSR {item.cnsr})."


def _analysis(definition: Definition, rule: TimeToEvent, name: str, override: Override) -> Iterator[str]:
    yield f"Alternative analysis “{name}”: {override.text}. It differs from the primary one in this:"
    if override.events is not None and override.events != rule.events:
        yield from _events(definition, override.events, rule.kind == "competing_risks")
    if override.observation_end is not None and override.observation_end != rule.observation_end:
        yield from _ends(definition, override.observation_end)
    if override.censor is not None and override.censor != rule.censor:
        yield from _censoring(definition, override.censor)


def _curve(definition: Definition, rule: TimeToEvent) -> str:
    found = definition.estimate
    method = "Kaplan–Meier" if rule.kind == "time_to_event" else "cumulative incidence of each cause (Aalen–Johansen)"
    days = listed(str(day) for day in found.landmarks)
    interval = f"{_TRANSFORMATIONS[found.conf_type]} {_level(definition)} intervals"
    return f"Estimate: {method} with {interval}, listed on days {days} after the start."


def _level(definition: Definition) -> str:
    return f"{definition.estimate.level * 100:g} %"
