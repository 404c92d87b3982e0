"""What is included with a page: round by round, as long as something new comes and the limits allow.

https://hl7.org/fhir/R4/search.html#include
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from app.domain.errors import Issue
from app.interop.fhir.search.parameters import types
from app.services.search.query import Include
from app.storage import provenance
from app.storage.search import includes, pages
from app.storage.search.conditions import View

MOST_INCLUDED = 1_000
DEEPEST = 4


def included(
    connection: Connection, view: View, type_: str, ids: list[int], wanted: list[Include]
) -> tuple[list[int], list[Issue]]:
    """Row ids of what belongs to the page `ids`, each once and none of the page; and what was left out, if anything."""
    found: dict[int, None] = {}
    fresh = {type_: ids}
    for depth in range(DEEPEST):
        asked = [item for item in wanted if depth == 0 or item.again]
        new = [row for item in asked for row in _one(connection, view, fresh, item)]
        added = [row for row in dict.fromkeys(new) if row not in found and row not in ids]
        if len(found) + len(added) > MOST_INCLUDED:
            kept = added[: MOST_INCLUDED - len(found)]
            return [*found, *kept], [_cut(f"more than {MOST_INCLUDED} resources belong to this page")]
        found.update(dict.fromkeys(added))
        if not added:
            return list(found), []
        fresh = pages.by_type(connection, added)
    deeper = any(item.again for item in wanted)
    return list(found), [_cut(f"includes are followed {DEEPEST} times")] if deeper else []


def changes(connection: Connection, view: View, ids: list[int]) -> tuple[list[int], list[Issue]]:
    """Numbers of the changes that wrote any version of the page's resources; and what was left out, if anything."""
    found = provenance.of_resources(connection, view.seq, view.caller, ids, MOST_INCLUDED + 1)
    cut = [_cut(f"more than {MOST_INCLUDED} changes wrote the resources of this page")]
    return found[:MOST_INCLUDED], cut if len(found) > MOST_INCLUDED else []


def _cut(message: str) -> Issue:
    return Issue("", "too-costly", f"{message}; the rest is left out")


def _one(connection: Connection, view: View, fresh: dict[str, list[int]], item: Include) -> Iterable[int]:
    """What one include adds to what came last."""
    for link in item.links:
        targets = tuple(kind for kind in link.targets if kind in types() and item.target in (None, kind))
        if not item.reverse and targets and (ids := fresh.get(item.source)):
            yield from includes.targets(connection, view, ids, link.numbers, targets)
        for type_ in targets if item.reverse else ():
            if ids := fresh.get(type_):
                most = MOST_INCLUDED + 1
                yield from includes.referrers(connection, view, ids, item.source, link.numbers, type_, most)
