"""The envelope that every record shares, and the order of its versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from app.domain.dates import FullDateField, from_day_number
from app.domain.terms import Frozen, Identifier, SourceName, Status

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A correction tells more than what it corrects, and a retraction more than both.
RANKS: dict[Status, int] = {"final": 0, "amended": 1, "entered-in-error": 2}


class Sent(Frozen):
    """Envelope of whatever a source sends. (site, source, type, id) is its natural key, for ever."""

    type: str
    site: SourceName
    source: SourceName
    id: Identifier
    version: Annotated[int, Field(ge=0, le=2**53)] | None = None
    recorded: FullDateField | None = None
    status: Status = "final"

    @property
    def key(self) -> str:
        """The natural key as it stands in evidence: type/site/source/id."""
        return f"{self.type}/{self.site}/{self.source}/{self.id}"

    @property
    def order(self) -> Order:
        """Where this version stands among the versions of its record."""
        recorded = self.recorded
        if recorded is None:
            return Order(self.version, None, RANKS[self.status])
        day = from_day_number(recorded.first)
        instant = recorded.instant or datetime(day.year, day.month, day.day, tzinfo=UTC)
        return Order(self.version, (instant - _EPOCH) // timedelta(microseconds=1), RANKS[self.status])


class Record(Sent):
    """Envelope of one record of a subject."""

    subject: Identifier


@dataclass(frozen=True, slots=True)
class Order:
    """Place of a version: its number; where absent, the hospital's time of recording (microseconds since 1970).

    rank: of its status, which decides between versions of one time.
    """

    version: int | None
    recorded: int | None
    rank: int = 0

    def supersedes(self, other: Order) -> bool:
        """Whether this arrival replaces `other`, the version that counts now."""
        if self.version is not None and other.version is not None and self.version != other.version:
            return self.version > other.version
        if self.recorded is not None and other.recorded is not None and self.recorded != other.recorded:
            return self.recorded > other.recorded
        if self.recorded is not None and other.recorded is not None:
            return self.rank >= other.rank
        return True

    def same_moment(self, other: Order) -> bool:
        """Whether both are of one version number and one time of recording."""
        return (self.version, self.recorded) == (other.version, other.recorded)

    def same_place(self, other: Order) -> bool:
        """Whether both claim the same version number, so that they must have the same content.

        Two times of recording tell them apart, one alone does not.
        """
        if self.version is None or self.version != other.version:
            return False
        return self.recorded == other.recorded or self.recorded is None or other.recorded is None
