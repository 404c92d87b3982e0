"""`_typeFilter`: searches of one type each, of which a resource must meet one.

https://hl7.org/fhir/uv/bulkdata/export.html#_typefilter-query-parameter
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from app.domain.errors import Issue
from app.services.export.question import Ignored
from app.services.search.criteria import Asker, criteria, known
from app.services.search.faults import Unknown, too_costly
from app.services.search.query import MOST_CHARACTERS, MOST_PARAMETERS
from app.storage.search.criteria import Criterion

NAME = "_typeFilter"
# Several searches may stand in one value; a comma of a search's own is not followed by a type and a question mark.
_NEXT = re.compile(r",(?=[A-Za-z]+\?)")


def searches(asker: Asker, texts: Iterable[str], types: Iterable[str], ignored: Ignored) -> dict[str, tuple[str, ...]]:
    """The searches by their type. Fault MALFORMED for one that cannot be answered."""
    found: dict[str, tuple[str, ...]] = {}
    parts = [part for text in texts for part in _NEXT.split(text)]
    if len(parts) > MOST_PARAMETERS or sum(map(len, parts)) > MOST_CHARACTERS:
        raise too_costly(NAME, "too much to filter by", f"{MOST_PARAMETERS} searches, {MOST_CHARACTERS} characters")
    for part in parts:
        type_, mark, text = part.partition("?")
        if not mark or type_ not in types:
            expected = "Type?parameter=value, Type one of " + ", ".join(types)
            ignored.add(Issue(NAME, "value", "not a search of a type that is exported", expected))
        else:
            found[type_] = (*found.get(type_, ()), _checked(asker, type_, text, ignored))
    return found


def _checked(asker: Asker, type_: str, text: str, ignored: Ignored) -> str:
    """The search without what is left out of it."""
    kept, names = [], known(type_, asker.release)
    for name, value in parse_qsl(text, keep_blank_values=True):
        if re.split("[:.]", name)[0] not in names or "\0" in name + value:
            ignored.add(Issue(NAME, "not-supported", "unknown search parameter", ", ".join(names)))
            continue
        try:
            criteria(asker, type_, name, value)
        except Unknown as error:
            ignored.add(error.issue)
        else:
            kept.append((name, value))
    return urlencode(kept)


def ways(asker: Asker, type_: str, texts: Iterable[str]) -> tuple[tuple[Criterion, ...], ...]:
    """The criteria of each of the searches."""
    return tuple(
        tuple(criterion for name, value in parse_qsl(text, True) for criterion in criteria(asker, type_, name, value))
        for text in texts
    )
