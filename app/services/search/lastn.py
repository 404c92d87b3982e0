"""`$lastn`: the newest Observations of every code, of every subject.

https://hl7.org/fhir/R4/observation-operation-lastn.html

Codes are the same where system and code are, and what shares a code with a third one is the same as that. Observations
of one moment count as one: more than were asked for come where the last ones are of the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from app.interop.fhir.search.parameters import parameters
from app.services.context import Services
from app.services.search.answer import Answer, link
from app.services.search.faults import refused, too_costly
from app.services.search.includes import changes, included
from app.services.search.query import LOOKS, Query
from app.services.search.token import Place, page_key, read_token, write_token
from app.storage import counter
from app.storage.search import latest
from app.storage.search.conditions import View
from app.storage.search.latest import Coded, Numbers
from app.storage.search.pages import Question
from app.storage.visibility import Caller

MOST_CODES = 50_000
PATH = "Observation/$lastn"
_OF_WHOM, _OF_WHAT = ("patient", "subject"), ("code", "category", "combo-code", "code-value-")
Code = tuple[str | None, str | None]


def check(query: Query) -> None:
    """Fault where the search does not say of whom and of what, or wants another order."""
    names = [name.partition(":")[0].partition(".")[0] for name, _ in query.asked]
    for needed, expected in ((_OF_WHOM, "patient or subject"), (_OF_WHAT, "code or category")):
        if not any(name.startswith(needed) for name in names):
            raise refused(needed[0], "this operation needs it", expected, "required")
    if query.sort:
        raise refused("_sort", "the order is that of the operation", "the newest of each code first")


def lastn(services: Services, query: Query, most: int, caller: Caller, base: str) -> Answer:
    """One page. most: how many of each code."""
    with services.database.read.connect() as connection:
        kept = [pair for pair in query.asked if pair[0] not in LOOKS]
        key, text = page_key(connection), f"{PATH}?{urlencode([*kept, ('max', str(most))])}"
        place = None if query.page is None else read_token(key, text, query.page)
        view = View(counter.latest(connection).seq if place is None else place.seq, caller)
        question = Question(query.type, view.seq, caller, tuple(query.criteria))
        found = latest.coded(connection, question, _numbers(), MOST_CODES + 1)
        if len(found) > MOST_CODES:
            raise too_costly("", "too many Observations to choose from", f"at most {MOST_CODES} codes of them")
        ids = newest(found, most)
        start = 0 if place is None else ids.index(place.last) + 1
        page = [] if query.only_count else ids[start : start + query.count]
        address, asked = f"{base}/{PATH}", [*query.asked, ("max", str(most))]
        links = [("self", link(address, asked))]
        if page and start + query.count < len(ids):
            links.append(("next", link(address, asked, write_token(key, text, Place(view.seq, page[-1])))))
        others, cut = included(connection, view, query.type, page, query.includes)
        made, more = changes(connection, view, page) if query.provenance else ([], [])
    return Answer(query, page, others, len(ids), links, [*query.ignored, *cut, *more], made)


def _numbers() -> Numbers:
    known = parameters("Observation")
    return Numbers(*(known[code].numbers for code in ("code", "date", "subject")))


def newest(found: list[Coded], most: int) -> list[int]:
    """Row ids: subject by subject, code by code, the newest first; what has no time comes last."""
    groups: dict[tuple[str, str], dict[int, float | None]] = {}
    names = same(found)
    for item in found:
        group = groups.setdefault((item.subject or "", names[item.code]), {})
        group[item.row] = item.when
    chosen = [row for key in sorted(groups) for row in _chosen(groups[key], most)]
    return list(dict.fromkeys(chosen))


def _chosen(group: dict[int, float | None], most: int) -> Iterable[int]:
    """The rows that fewer than `most` are newer than."""
    ordered = sorted(group.items(), key=lambda item: (item[1] is None, -(item[1] or 0.0), item[0]))
    for place, (row, when) in enumerate(ordered):
        if place >= most and when != ordered[most - 1][1]:
            return
        yield row


def same(found: Iterable[Coded]) -> dict[Code, str]:
    """A name for every code, the same for codes that stand together on a resource, or with a third one."""
    leads: dict[Code, Code] = {}

    def first(code: Code) -> Code:
        while leads[code] != code:
            code = leads[code]
        return code

    held: dict[int, Code] = {}
    for item in found:
        leads.setdefault(item.code, item.code)
        other = held.setdefault(item.row, item.code)
        leads[first(item.code)] = first(other)
    return {code: "|".join(part or "" for part in first(code)) for code in leads}
