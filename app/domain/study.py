"""The study as a hospital meets it: definition and sites with their time zones.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints

from app.domain.terms import Code, Frozen, SourceName, Text

StudyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone") from None
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Site(Frozen):
    """A hospital that takes part; time_zone is an IANA name, or null where its dates count as they are written.

    authorities: names under which its own numbers of patients come, e.g. in HL7 v2 PID-3.4 or as a FHIR system.
    """

    id: SourceName
    time_zone: ZoneName | None
    authorities: list[Code] = []

    @property
    def zone(self) -> ZoneInfo | None:
        """The site's time zone."""
        return None if self.time_zone is None else ZoneInfo(self.time_zone)


def _once(sites: list[Site]) -> list[Site]:
    if len({site.id for site in sites}) != len(sites):
        raise ValueError("a site stands twice")
    return sites


class Study(Frozen):
    """A study: a title, the definition of its endpoints, and its sites.

    definition_version: absent, the newest for a new study, and what it was for one that keeps its definition.
    """

    title: Text | None = None
    definition: StudyName
    definition_version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    sites: Annotated[list[Site], AfterValidator(_once)] = []

    def zones(self) -> dict[str, ZoneInfo | None]:
        """Time zone of each declared site, None where its dates count as they are written."""
        return {site.id: site.zone for site in self.sites}

    def as_json(self) -> dict[str, Any]:
        """The study as the contract's PUT body."""
        found = self.model_dump()
        for site in found["sites"]:
            if not site["authorities"]:
                del site["authorities"]
        return found
