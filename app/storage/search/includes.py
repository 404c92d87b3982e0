"""What belongs to a page: resources that it refers to, and resources that refer to it.

https://hl7.org/fhir/R4/search.html#revinclude
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, select

from app.storage.records import chunks
from app.storage.search.conditions import View
from app.storage.tables import RESOURCE, SEARCH_INDEX


def targets(
    connection: Connection, view: View, ids: list[int], numbers: tuple[int, ...], types: tuple[str, ...]
) -> list[int]:
    """Row ids of the resources of these types that the versions `ids` refer to, those that may be seen."""
    found: dict[int, None] = {}
    link = SEARCH_INDEX
    for part in chunks(ids):
        meets = and_(RESOURCE.c.resource_id == link.c.text, view.shows(RESOURCE, link.c.system))
        own = (link.c.resource.in_(part), link.c.parameter.in_(numbers), link.c.system.in_(types))
        statement = select(RESOURCE.c.id).distinct().select_from(link.join(RESOURCE, meets)).where(*own)
        found.update(dict.fromkeys(connection.execute(statement).scalars()))
    return sorted(found)


def referrers(
    connection: Connection,
    view: View,
    ids: list[int],
    referring: str,
    numbers: tuple[int, ...],
    type_: str,
    most: int,
) -> list[int]:
    """Row ids of the resources of type `referring` that refer to those of `type_` among `ids`; at most `most`."""
    found: dict[int, None] = {}
    for part in chunks(ids):
        names = list(
            connection.execute(
                select(RESOURCE.c.resource_id).where(RESOURCE.c.id.in_(part), RESOURCE.c.type == type_)
            ).scalars()
        )
        link = (SEARCH_INDEX.c.parameter.in_(numbers), SEARCH_INDEX.c.text.in_(names), SEARCH_INDEX.c.system == type_)
        joined = SEARCH_INDEX.join(RESOURCE, RESOURCE.c.id == SEARCH_INDEX.c.resource)
        statement = select(RESOURCE.c.id).distinct().select_from(joined).where(*link, view.shows(RESOURCE, referring))
        found.update(dict.fromkeys(connection.execute(statement.limit(most)).scalars()))
    return sorted(found)[:most]
