"""What stands beside a row while it is read.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Where:
    """What the sender and the study say: site and source of rows that do not name them, the zone of each site, and
    code tables by name: local code -> {system, code, text}.
    """

    site: str | None = None
    source: str | None = None
    zones: Mapping[str, tzinfo | None] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """zone: of the row's site; notes: what the last cell's reader had to say."""

    where: Where
    zone: tzinfo | None = None
    notes: list[str] = field(default_factory=list)
