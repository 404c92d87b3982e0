"""What a sender says of a payload beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """Whose it is and how it is read."""

    site: str | None = None
    source: str | None = None
    profile: str | None = None
    version: int | None = None
