"""Dates from the future: later than the moment of `as_of`, or than the hospital's own time of recording.

docs/adr/0003-as-of-and-cutoff.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.services.queries.dossier import Dossier
from app.services.queries.query import Query, ask, rules


def future(dossier: Dossier) -> Iterator[Query]:
    """A date that nobody can know yet; the end of a site's day may be a day ahead of ours."""
    for record in dossier.records:
        days = dossier.when(record)
        if days is None:
            continue
        if days.first - dossier.today > rules()["dated-in-future"].limit:
            yield ask("dated-in-future", record.key, days=days.first - dossier.today)
        recorded = dossier.days(record.recorded)
        if recorded is not None and days.first - recorded.last > rules()["dated-after-recorded"].limit:
            yield ask("dated-after-recorded", record.key, days=days.first - recorded.last)


RECORD_RULES = (future,)
