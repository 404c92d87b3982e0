"""The definition language: a study's endpoints as a versioned document.

docs/adr/0004-endpoints-as-data.md says why; docs/definitions.md explains each word.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ConfType = Literal["log-log", "log", "plain"]
When = Literal["any", "on-or-after-start", "after-start"]


class Part(BaseModel):
    """Base of every part of a definition: immutable, unknown words refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Where(Part):
    """Which events: all given conditions must hold.

    Unknown (null) passes `*_not_in` and `flag_not`, and none of the others. value_min is inclusive, value_below not.
    """

    kind: str
    status_in: list[str] | None = None
    status_not_in: list[str] | None = None
    category_in: list[str] | None = None
    category_not_in: list[str] | None = None
    grade_min: int | None = None
    grade_max: int | None = None
    grade_missing: bool | None = None
    value_min: float | None = None
    value_below: float | None = None
    flag: bool | None = None
    flag_not: bool | None = None


class Run(Part):
    """The first of so many consecutive values on different days that reach a threshold after a fall below it.

    transfusion_free_days: no transfusion (`flag`) on that day, on the days of the run, or in so many days before.
    """

    at_least: float
    values: Annotated[int, Field(ge=2, le=9)]
    transfusion_free_days: Annotated[int, Field(ge=1)] | None = None


class EventSource(Part):
    """An event that ends the wait; list order breaks ties on one day.

    undetermined: why nobody can say whether this is the event; a row that it decides is undetermined.
    """

    source: str
    component: str
    run: Run | None = None
    undetermined: str | None = None


class ObservationEnd(Part):
    """What ends observation: nothing dated after it counts, whatever the other sources say."""

    source: str
    reason: str
    cnsr: Annotated[int, Field(ge=1)]
    when: When = "any"


class CensorSource(Part):
    """Evidence that the event had not happened; `clip` moves evidence after the observation end to that end."""

    source: str
    reason: str
    cnsr: Annotated[int, Field(ge=1)]
    clip: bool = False


class Baseline(Part):
    """Requirement on the last disease status on or before day 0."""

    status_in: list[str] | None = None
    status_not_in: list[str] | None = None
    otherwise: str


class ResponseStart(Part):
    """A start that is the first event of a source after day 0 and not after any blocking event."""

    first: str
    before: list[str] = []
    otherwise: str


class AnchorStart(Part):
    """A start that is the last event of a source on or before day 0, as days since the transplant are counted."""

    last: str
    otherwise: str


class Override(Part):
    """A named alternative analysis: the parts that differ, in words of the same language."""

    text: str
    events: list[EventSource] | None = None
    observation_end: list[ObservationEnd] | None = None
    censor: list[CensorSource] | None = None


class Endpoint(Part):
    """What every endpoint has: a label, the text shown to users, its role in the trial."""

    label: str
    text: str
    role: Literal["primary", "secondary", "exploratory"]
    observation_end: list[ObservationEnd]


class TimeToEvent(Endpoint):
    """Time from a start to the first of several events (OS, DFS, DOR, GRFS; causes make it competing risks)."""

    kind: Literal["time_to_event", "competing_risks"]
    baseline: Baseline | None = None
    start: ResponseStart | AnchorStart | None = None
    events: list[EventSource]
    censor: list[CensorSource]
    start_cnsr: Annotated[int, Field(ge=1)] = 9
    analyses: dict[str, Override] = {}

    def analysis(self, name: str) -> TimeToEvent:
        """The endpoint with the override of that name applied; `primary` is the endpoint itself."""
        if name == "primary":
            return self
        override = self.analyses[name].model_dump(exclude={"text"}, exclude_none=True)
        return self.model_validate({**self.model_dump(), **override})


class ResponseRate(Endpoint):
    """Share of a population that reaches a response after day 0 and before any blocking event (CR rate)."""

    kind: Literal["response_rate"]
    baseline: Baseline
    response: ResponseStart
    assessed: str | None = None


class WindowIncidence(Endpoint):
    """Share of the infused with at least one event in the window (SAE)."""

    kind: Literal["window_incidence"]
    source: str
    worsening: str
    death: str


class Unless(Part):
    """An exclusion from a rule; it needs evidence, so an unknown end excludes nothing."""

    id: str
    text: str
    category_in: list[str] | None = None
    grade_max: int | None = None
    within_hours: int
    until: Literal["resolved", "lower-grade"]


class Rule(Part):
    """One ordered DLT criterion."""

    id: str
    text: str
    where: Where
    persists_days: int | None = None
    unless: list[Unless] = []


class Escalation(Part):
    """Dose escalation: the DLT rate aimed at; those that are too low and too high, 0.6 and 1.4 times it by default.

    https://doi.org/10.1111/rssc.12089 (BOIN, Liu and Yuan 2015)
    """

    target: Annotated[float, Field(gt=0, lt=1)]
    p_saf: Annotated[float, Field(gt=0, lt=1)] | None = None
    p_tox: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Escalation:
        low = 0.6 * self.target if self.p_saf is None else self.p_saf
        high = 1.4 * self.target if self.p_tox is None else self.p_tox
        if not 0 < low < self.target < high < 1:
            raise ValueError("p_saf must lie below target, and p_tox between target and 1")
        return self


class Toxicity(Endpoint):
    """Dose-limiting toxicity: ordered criteria on grades reached inside the window, above baseline."""

    kind: Literal["dose_limiting_toxicity"]
    related_in: list[str]
    never: list[Where]
    rules: list[Rule]
    grades: list[str]
    death: str
    escalation: Escalation | None = None


AnyEndpoint = Annotated[TimeToEvent | ResponseRate | WindowIncidence | Toxicity, Field(discriminator="kind")]


class Estimate(Part):
    """Estimator settings, named in every result."""

    conf_type: ConfType = "log-log"
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    landmarks: list[int]


class Exclusions(Part):
    """Why a subject is in no population at all, in the trial's words."""

    not_started: str = "not infused"
    no_status: str = "no disease status on or before the infusion"
    contradictory: str = "contradictory disease statuses on the day of the last one before the infusion"


class Definition(Part):
    """A study definition. (id, version) never changes once results name it."""

    id: str
    version: Annotated[int, Field(ge=1)]
    title: str
    day_zero: str
    status: str
    enrolled: str
    alive: str
    window_days: Annotated[int, Field(ge=0)]
    ctcae_version: Literal["5.0", "6.0"] = "5.0"
    exclusions: Exclusions = Exclusions()
    estimate: Estimate
    sources: dict[str, Where]
    endpoints: dict[str, AnyEndpoint]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole content, whatever the form in which it was written."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self.digest == other.digest

    def rule(self, endpoint: str, analysis: str = "primary") -> AnyEndpoint:
        """The endpoint of that id with an analysis applied. KeyError when there is none."""
        return _rule(self, endpoint, analysis)

    @model_validator(mode="after")
    def _sources_exist(self) -> Definition:
        used = {self.day_zero, self.status, self.enrolled, self.alive}
        for endpoint in self.endpoints.values():
            used |= _used(endpoint)
        missing = sorted(used - set(self.sources))
        if missing:
            raise ValueError(f"unknown sources {', '.join(missing)}; declared are {', '.join(self.sources)}")
        return self


@lru_cache(maxsize=512)
def _rule(definition: Definition, endpoint: str, analysis: str) -> AnyEndpoint:
    found = definition.endpoints[endpoint]
    return found.analysis(analysis) if isinstance(found, TimeToEvent) else found


def _used(endpoint: AnyEndpoint) -> set[str]:
    used = {end.source for end in endpoint.observation_end}
    if isinstance(endpoint, WindowIncidence):
        return used | {endpoint.source, endpoint.worsening, endpoint.death}
    if isinstance(endpoint, Toxicity):
        return used | set(endpoint.grades) | {endpoint.death}
    if isinstance(endpoint, ResponseRate):
        assessed = {endpoint.assessed} if endpoint.assessed else set()
        return used | {endpoint.response.first, *endpoint.response.before} | assessed
    parts: list[TimeToEvent | Override] = [endpoint, *endpoint.analyses.values()]
    for part in parts:
        lists = (part.events or [], part.censor or [], part.observation_end or [])
        used |= {item.source for items in lists for item in items}
    start = endpoint.start
    if start is None:
        return used
    return used | ({start.last} if isinstance(start, AnchorStart) else {start.first, *start.before})
