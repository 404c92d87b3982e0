"""One page of a search: the row ids of the versions that fit, from where the last page ended.

https://hl7.org/fhir/R4/search.html#paging
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, false, func, or_, select, union

from app.storage.documents import DOCUMENT_COLUMNS, Document, document
from app.storage.records import chunks
from app.storage.search.conditions import View, matches
from app.storage.search.criteria import Chain, Criterion, Match, Values
from app.storage.tables import RESOURCE, SEARCH_INDEX
from app.storage.visibility import Caller

# Each value that a search may begin with is looked up by itself; of more the resources are looked through.
MOST_BRANCHES = 20


@dataclass(frozen=True, slots=True)
class Key:
    """What to sort by: the smallest (descending: the largest) value of a parameter. No numbers: when it was written.

    column: text, low or high of the index, or resource_id.
    """

    column: str
    numbers: tuple[int, ...] = ()
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A search of one type on a snapshot."""

    type: str
    seq: int
    caller: Caller
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Row ids of one page in their order, and whether more follow."""

    ids: list[int]
    more: bool


def page(connection: Connection, question: Question, after: int | None, size: int) -> Found:
    """The page that follows the row id `after`, or the first one; one row more is asked for, to know of a next page."""
    ids = list(connection.execute(statement(connection, question, after, size + 1)).scalars())
    return Found(ids[:size], len(ids) > size)


def statement(connection: Connection, question: Question, after: int | None, limit: int) -> Any:
    """The statement of a page: row ids in order."""
    question = narrowed(connection, question)
    if question.sort:
        return _sorted(connection, question, after, limit)
    parts = [branch.order_by(branch.selected_columns[0]).limit(limit) for branch in branches(question, after)]
    if len(parts) == 1:
        return parts[0]
    merged = union(*(select(part.subquery().c[0]) for part in parts)).subquery()
    return select(merged.c[0]).order_by(merged.c[0]).limit(limit)


def total(connection: Connection, question: Question) -> int:
    """How many resources fit in all."""
    found = union(*branches(narrowed(connection, question), None)).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def narrowed(connection: Connection, question: Question) -> Question:
    """Where few resources meet a chain, the search begins with them; else each resource's own reference is followed."""
    return replace(question, criteria=tuple(_few(connection, question, item) for item in question.criteria))


def _few(connection: Connection, question: Question, criterion: Criterion) -> Criterion:
    if not isinstance(criterion, Chain) or len(criterion.types) != 1:
        return criterion
    [type_] = criterion.types
    targets = page(connection, Question(type_, question.seq, question.caller, criterion.criteria), None, MOST_BRANCHES)
    if targets.more:
        return criterion
    found = tuple(Match(text=document.id, system=type_) for document in read(connection, targets.ids))
    return Values(criterion.numbers, found, rank=0)


def branches(question: Question, after: int | None) -> list[Select[Any]]:
    """Statements that together find all: one for each value of the narrowest criterion, else one for the type."""
    view = View(question.seq, question.caller)
    leading = _leading(question.criteria)
    if leading is None:
        begun = (RESOURCE.c.id > after,) if after is not None else ()
        fits = (view.shows(RESOURCE, question.type), view.fits(RESOURCE, question.criteria), *begun)
        return [select(RESOURCE.c.id).where(*fits)]
    others = tuple(criterion for criterion in question.criteria if criterion is not leading)
    return [
        _led(view, question, number, match, others, after) for number in leading.numbers for match in leading.matches
    ]


def _led(
    view: View, question: Question, number: int, match: Match, others: tuple[Criterion, ...], after: int | None
) -> Select[Any]:
    """The resources that have one value, in the order of the index."""
    led = SEARCH_INDEX.alias("led")
    conditions = [led.c.parameter == number, matches(led, match), *_narrowed(led, match)]
    if after is not None:
        conditions.append(led.c.resource > after)
    conditions += [view.shows(RESOURCE, question.type), view.fits(RESOURCE, others)]
    joined = led.join(RESOURCE, RESOURCE.c.id == led.c.resource)
    return select(led.c.resource).distinct().select_from(joined).where(*conditions)


def _narrowed(index: Any, match: Match) -> list[ColumnElement[bool]]:
    """An interval that ends by a time begins before it: the index is ordered by its beginning."""
    return [index.c.low <= bound.value for bound in match.bounds if bound.side == "high" and bound.sign[0] == "<"]


def _leading(criteria: tuple[Criterion, ...]) -> Values | None:
    """The criterion that begins the search; None where none can."""
    able = [item for item in criteria if isinstance(item, Values) and not item.negated and _can_lead(item)]
    return min(able, key=lambda item: item.rank, default=None)


def _can_lead(values: Values) -> bool:
    few = 0 < len(values.matches) * len(values.numbers) <= MOST_BRANCHES
    return few and all(match.text is not None or _is_span(match) or _is_prefix(match) for match in values.matches)


def _is_prefix(match: Match) -> bool:
    """Whether a match is of what begins with a text."""
    return match.words is not None and match.words[:2] == ("text", "begins") and match.words[2] != ""


def _is_span(match: Match) -> bool:
    """Whether a match is of a limited time: an open one may hold most of the resources."""
    below = any(bound.side == "low" and bound.sign[0] == ">" for bound in match.bounds)
    return below and not match.utc and any(bound.sign[0] == "<" for bound in match.bounds)


def _sorted(connection: Connection, question: Question, after: int | None, limit: int) -> Any:
    """In the order of the keys, resources without a value last, equals in the order of writing."""
    inside = union(*branches(question, None)).subquery()
    keys = [_key(key).label(f"key{place}") for place, key in enumerate(question.sort)]
    rows = select(RESOURCE.c.id, *keys).where(RESOURCE.c.id.in_(select(inside.c[0]))).subquery()
    columns = [rows.c[f"key{place}"] for place in range(len(keys))]
    ordered = select(rows.c.id)
    if after is not None:
        last = connection.execute(select(*keys).where(RESOURCE.c.id == after)).one_or_none()
        ordered = ordered.where(false() if last is None else _beyond(question.sort, columns, tuple(last), rows, after))
    order: list[Any] = []
    for key, column in zip(question.sort, columns, strict=True):
        order += [column.is_(None), column.desc() if key.descending else column]
    return ordered.order_by(*order, rows.c.id).limit(limit)


def _key(key: Key) -> Any:
    if not key.numbers:
        return RESOURCE.c[key.column]
    value = SEARCH_INDEX.c[key.column]
    best = select(func.max(value) if key.descending else func.min(value))
    own = (SEARCH_INDEX.c.resource == RESOURCE.c.id, SEARCH_INDEX.c.parameter.in_(key.numbers))
    return best.where(*own).correlate(RESOURCE).scalar_subquery()


def _beyond(sort: tuple[Key, ...], columns: list[Any], last: tuple[Any, ...], rows: Any, after: int) -> Any:
    """The condition that a row comes after the last one, key by key."""
    ways: list[Any] = []
    same: list[Any] = []
    for key, column, value in zip(sort, columns, last, strict=True):
        if value is None:
            same.append(column.is_(None))
            continue
        farther = column < value if key.descending else column > value
        ways.append(and_(*same, or_(farther, column.is_(None))))
        same.append(column == value)
    return or_(*ways, and_(*same, rows.c.id > after))


def documents(engine: Engine, ids: list[int]) -> Iterator[list[Document]]:
    """The versions behind row ids, in that order, some hundreds at a time, each in a short read of its own."""
    for part in chunks(ids):
        with engine.connect() as connection:
            yield read(connection, part)


def read(connection: Connection, ids: list[int]) -> list[Document]:
    """The versions behind some hundred row ids, in that order."""
    columns = (*DOCUMENT_COLUMNS, RESOURCE.c.id)
    found = {row.id: row for row in connection.execute(select(*columns).where(RESOURCE.c.id.in_(ids)))}
    return [document(found[identifier]) for identifier in ids]


def by_type(connection: Connection, ids: list[int]) -> dict[str, list[int]]:
    """Row ids by the type of their resource."""
    found: dict[str, list[int]] = {}
    for part in chunks(ids):
        for row in connection.execute(select(RESOURCE.c.id, RESOURCE.c.type).where(RESOURCE.c.id.in_(part))):
            found.setdefault(row.type, []).append(row.id)
    return found
