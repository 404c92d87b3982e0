"""A payload as it stands at a door, with what its sender says beside it.

The contract at the doors, section Records.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """What decides how a payload is read; stored with it, so that it can be read again.

    site, source: of records that do not name them; profile, version: the mapping profile; charset: of its bytes;
    line: lines of a larger file that stand before it; release: of FHIR, where the media type names it; atomic: whether
    one refused record refuses all.
    """

    site: str | None = None
    source: str | None = None
    profile: str | None = None
    version: int | None = None
    charset: str | None = None
    line: int = 0
    release: int | None = None
    atomic: bool = False

    def as_text(self) -> str:
        """As stored: JSON of what is said, "" where nothing is."""
        said = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(said, sort_keys=True) if said else ""


NO_CONTEXT = Context()


def context_of(text: str) -> Context:
    """The context as stored."""
    return Context(**json.loads(text)) if text else Context()


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody hands in. dry_run: nothing is stored; the receipt tells what would become of it."""

    study: str
    body: bytes
    media_type: str
    context: Context
    atomic: bool
    dry_run: bool
    actor: str
