"""Versions that no longer count: what would have been a candidate, had it not been corrected.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select

from app.endpoints.compile.visible import AS_OF, CUTOFF, STUDY, SUBJECT, matches
from app.endpoints.definition import Definition, TimeToEvent
from app.endpoints.event import EVENT


def superseded(definition: Definition, endpoint: TimeToEvent, one_subject: bool = False) -> Select[Any]:
    """Events of the endpoint's sources that were closed by `as_of`: (subject, first_day, record, version, seq_to).

    Single values of a run are left out: each is only a part of what could have been the event.
    """
    event = EVENT.alias()
    sources = dict.fromkeys(item.source for item in endpoint.events if item.run is None)
    closed = (event.c.seq_to <= AS_OF, event.c.seq_from < event.c.seq_to)
    conditions = [event.c.study == STUDY, *closed, event.c.first_day <= CUTOFF]
    if one_subject:
        conditions.append(event.c.subject == SUBJECT)
    wanted = or_(*[matches(event, definition.sources[source]) for source in sources])
    columns = [event.c[name] for name in ("subject", "first_day", "record", "version", "seq_to")]
    order = [event.c[name] for name in ("subject", "record", "seq_to", "first_day", "version")]
    return select(*columns).distinct().where(and_(*conditions), wanted).order_by(*order)
