"""The course of one invented subject: what truly happened, before any hospital wrote it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.example.sites import END, Site
from app.example.tables import Row, span

TWO_YEARS = 730


@dataclass(frozen=True)
class Place:
    """A subject's place in the study. day0: the (planned) infusion; dose: million cells per kg of the dose level."""

    number: int
    site: Site
    subject: str
    dose: int
    consent: date
    transplant: date
    day0: date

    @property
    def horizon(self) -> int:
        """Days from day 0 to the end of two years or of the extract."""
        return min(TWO_YEARS, (END - self.day0).days)


@dataclass(frozen=True)
class Course:
    """A place with the fate that was drawn for it. last: the last day on which the hospital may look."""

    place: Place
    role: Row
    response: date | None
    mrd: date | None
    relapse: date | None
    death: date | None
    last: date
    events: tuple[Row, ...] = ()
    gvhd: tuple[Row, ...] = ()

    @property
    def infused(self) -> bool:
        """Whether cells were given."""
        return self.role["exposure"] in ("infused", "second", "stopped")

    @property
    def in_remission(self) -> bool:
        """Whether the subject was in CR or CRi before day 0."""
        return self.role["baseline"].startswith("CR")

    @property
    def progressed(self) -> bool:
        """Whether `relapse` stands for progression of a leukaemia that never was in remission."""
        return self.role["sites"] == "progression"

    @property
    def withdrawn(self) -> date | None:
        """The day on which consent was withdrawn, for whatever scope."""
        if self.role["ending"] == "treatment":
            return self.day(120)
        return self.last if self.role["ending"].startswith("follow-up") else None

    @property
    def quiet_until(self) -> date:
        """The day before relapse, death or the end of observation, whichever is first."""
        return min(filter(None, (self.relapse, self.death, self.last))) - timedelta(days=1)

    def day(self, number: int) -> date:
        """The calendar day so many days after day 0."""
        return self.place.day0 + timedelta(days=number)

    def days(self, until: date) -> int:
        """Days from day 0 to a date."""
        return (until - self.place.day0).days


def need(role: Row) -> int:
    """Days after day 0 that a role needs to show itself, with room for what follows its last event."""
    fate = sum(limit[1] for limit in (span(role["relapse"]), span(role["death"])) if limit)
    singles = [limit[1] for limit in (span(role[name]) for name in ("response", "mrd", "last")) if limit]
    return max([fate, *singles]) + int(role["room"])
