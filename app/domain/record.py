"""The envelope that every record shares, and the order of its versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from app.domain.dates import FullDateField
from app.domain.terms import Frozen, Identifier, SourceName, Status


class Record(Frozen):
    """Envelope of one record at the door. (site, source, type, id) is its natural key, for ever."""

    type: str
    site: SourceName
    source: SourceName
    id: Identifier
    version: Annotated[int, Field(ge=0, le=2**53)] | None = None
    recorded: FullDateField | None = None
    status: Status = "final"
    subject: Identifier

    @property
    def key(self) -> str:
        """The natural key as it stands in evidence: type/site/source/id."""
        return f"{self.type}/{self.site}/{self.source}/{self.id}"

    @property
    def order(self) -> Order:
        """Where this version stands among the versions of its record."""
        recorded = self.recorded
        second = None
        if recorded is not None:
            second = recorded.first * 86400 if recorded.instant is None else int(recorded.instant.timestamp())
        return Order(self.version, second)


@dataclass(frozen=True, slots=True)
class Order:
    """Place of a version: its number; where absent, the hospital's time of recording (epoch second)."""

    version: int | None
    recorded: int | None

    def supersedes(self, other: Order) -> bool:
        """Whether this arrival replaces `other`, the version that counts now."""
        if self.version is not None and other.version is not None and self.version != other.version:
            return self.version > other.version
        if self.recorded is not None and other.recorded is not None and self.recorded != other.recorded:
            return self.recorded > other.recorded
        return True

    def same_place(self, other: Order) -> bool:
        """Whether both claim the same version number, so that they must have the same content."""
        return self.version is not None and self.version == other.version and self.recorded == other.recorded
