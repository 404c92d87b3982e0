"""The study as a hospital meets it: definition and sites with their time zones.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, StringConstraints

from app.domain.terms import Frozen, SourceName, Text

StudyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone") from None
    return name


class Site(Frozen):
    """A hospital that takes part; time_zone is an IANA name."""

    id: SourceName
    time_zone: Annotated[str, AfterValidator(_known_zone)]

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)


def _once(sites: list[Site]) -> list[Site]:
    if len({site.id for site in sites}) != len(sites):
        raise ValueError("a site stands twice")
    return sites


class Study(Frozen):
    """A study: a title, the definition of its endpoints, and its sites."""

    title: Text | None = None
    definition: StudyName
    sites: Annotated[list[Site], AfterValidator(_once)] = []

    def zones(self) -> dict[str, ZoneInfo]:
        """Time zone of each declared site."""
        return {site.id: site.zone for site in self.sites}

    def as_json(self) -> dict[str, Any]:
        """The study as the contract's PUT body."""
        return self.model_dump()
