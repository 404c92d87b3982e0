"""One page of a search: the row ids of the versions that fit, from where the last page ended.

https://hl7.org/fhir/R4/search.html#paging
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Select, Subquery, and_, false, func, or_, select, union

from app.storage.documents import DOCUMENT_COLUMNS, Document, document
from app.storage.planner import in_order
from app.storage.records import chunks
from app.storage.search.conditions import View
from app.storage.search.criteria import Chain, Criterion, Match, Missing, Values
from app.storage.search.leading import MOST_BRANCHES, Beyond, branches, hopeless, leading, through, without
from app.storage.search.stretch import Stretch, first_value, stretch, walked
from app.storage.tables import RESOURCE, SEARCH_INDEX
from app.storage.visibility import Caller

# So many matches are put in order at once; of more the index is walked.
MOST_ORDERED = 1_000


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
    ids: list[int] = []
    for statement in statements(connection, question, after, size + 1):
        ids += connection.execute(statement.limit(size + 1 - len(ids))).scalars()
        if len(ids) > size:
            break
    return Found(ids[:size], len(ids) > size)


def statements(connection: Connection, question: Question, after: int | None, limit: int) -> Iterator[Select[Any]]:
    """The statements of a page, row ids in order: each goes on where the one before it has no more."""
    in_order(connection)
    question = narrowed(connection, question)
    if hopeless(question.criteria):
        return
    view = View(question.seq, question.caller)
    led = leading(question.criteria)
    whole = None if led is None else stretch(led)
    if question.sort:
        yield from _sorted(connection, view, question, after, limit)
    elif whole is not None:
        place = None if after is None else _place(connection, whole, after)
        yield walked(view, question.type, whole, without(question.criteria, led), place)
    else:
        yield _merged(branches(view, question.type, question.criteria, _beyond_id(after)), limit)


def _place(connection: Connection, whole: Stretch, after: int) -> tuple[float, int] | None:
    found = first_value(connection, whole, after)
    return None if found is None else (found, after)


def _beyond_id(after: int | None, descending: bool = False) -> Beyond | None:
    if after is None:
        return None
    return lambda column: column < after if descending else column > after


def _merged(found: list[Select[Any]], limit: int, descending: bool = False) -> Select[Any]:
    """All of them in the order of row ids."""
    ordered = [branch.order_by(_ordered(branch.selected_columns[0], descending)).limit(limit) for branch in found]
    if len(ordered) == 1:
        return ordered[0]
    merged = union(*(select(branch.subquery().c[0]) for branch in ordered)).subquery()
    return select(merged.c[0]).order_by(_ordered(merged.c[0], descending)).limit(limit)


def _ordered(column: Any, descending: bool) -> Any:
    return column.desc() if descending else column


def total(connection: Connection, question: Question) -> int:
    """How many resources fit in all."""
    found = every(narrowed(connection, question))
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def every(question: Question) -> Subquery:
    """The row ids of all that fit, in no order."""
    if hopeless(question.criteria):
        return select(RESOURCE.c.id).where(false()).subquery()
    return union(*branches(View(question.seq, question.caller), question.type, question.criteria)).subquery()


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


def _sorted(
    connection: Connection, view: View, question: Question, after: int | None, limit: int
) -> Iterator[Select[Any]]:
    """Few matches are put in order; of many the index is walked in the order asked for, where it has that order."""
    key = question.sort[0]
    walkable = len(question.sort) == 1 and (key.column == "low" and len(key.numbers) == 1 or key.column == "updated")
    if not walkable or not _many(connection, view, question):
        yield _in_order(connection, question, after, limit)
    elif key.column == "updated":
        # Row ids rise with time.
        beyond = _beyond_id(after, key.descending)
        yield _merged([through(view, question.type, question.criteria, beyond)], limit, key.descending)
    else:
        whole = Stretch(key.numbers[0], key.column, descending=key.descending)
        place = None if after is None else _place(connection, whole, after)
        if after is None or place is not None:
            yield walked(view, question.type, whole, question.criteria, place)
        without_value = (*question.criteria, Missing(key.numbers, True))
        beyond = _beyond_id(after if place is None else None)
        yield _merged([through(view, question.type, without_value, beyond)], limit)


def _many(connection: Connection, view: View, question: Question) -> bool:
    """Whether more resources fit than are put in order at once. On one snapshot the answer is always the same."""
    found = [branch.limit(MOST_ORDERED + 1) for branch in branches(view, question.type, question.criteria)]
    together = union(*(select(branch.subquery().c[0]) for branch in found)).limit(MOST_ORDERED + 1).subquery()
    return connection.execute(select(func.count()).select_from(together)).scalar_one() > MOST_ORDERED


def _in_order(connection: Connection, question: Question, after: int | None, limit: int) -> Any:
    """In the order of the keys, resources without a value last, equals in the order of writing."""
    inside = every(question)
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
