"""Running a view: the rows that it makes of a resource.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html#processing-algorithm
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.evaluate import Constants, Evaluate, Frame, compile_path
from app.interop.viewdefinition.model import Column, Select, View

Row = tuple[Any, ...]
Rows = Callable[[Any, Frame], list[Row]]
# Selects that iterate side by side multiply: a view of a few lines could ask for more rows than there is memory.
MAX_ROWS = 100_000
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Table:
    """A view that is ready to run. rows: the rows of one resource of its type, [] where it does not count."""

    view: View
    columns: tuple[Column, ...]
    rows: Callable[[Mapping[str, Any]], list[Row]]


def compile_view(view: View) -> Table:
    """The view with all of its paths read. ViewError for a path, a constant or columns that cannot be."""
    parts = [_select(select, view.constants) for select in view.selects]
    columns = _of_all(view.selects)
    twice = [name for name, number in Counter(column.name for column in columns).items() if number > 1]
    if twice or not columns:
        raise ViewError(f"two columns are named {twice[0]}" if twice else "there is no column", "select")
    criteria = [
        _compiled(path, view.constants, f"where[{index}].path", _criterion) for index, path in enumerate(view.where)
    ]

    def rows(resource: Mapping[str, Any]) -> list[Row]:
        frame = Frame(resource)
        if resource.get("resourceType") != view.resource or not all(test(resource, frame) for test in criteria):
            return []
        return _product([part(resource, frame) for part in parts])

    return Table(view, columns, rows)


def _compiled(path: str, constants: Constants, place: str, use: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """What `use` makes of a path's result; errors name the place of the path."""
    try:
        evaluate = compile_path(path, constants)
    except ViewError as error:
        raise error.at(place) from None

    def value(item: Any, frame: Frame) -> Any:
        try:
            return use(evaluate(item, frame))
        except ViewError as error:
            raise error.at(place) from None

    return value


def _criterion(found: list[Any]) -> bool:
    if not found:
        return False
    if len(found) > 1 or not isinstance(found[0], bool):
        raise ViewError("the path of a where must give true or false")
    return found[0]


def _single(found: list[Any]) -> Any:
    if len(found) > 1:
        raise ViewError("several values in a column that is no collection")
    return found[0] if found else None


def _cell(column: Column) -> Callable[[list[Any]], Any]:
    return _whole if column.collection else _single


def _whole(found: list[Any]) -> list[Any]:
    return found


def _columns(select: Select) -> tuple[Column, ...]:
    """Columns in their order: its own, those of its selects, those that its union shares."""
    branches = [_columns(branch) for branch in select.union]
    if any(_shape(branch) != _shape(branches[0]) for branch in branches):
        raise ViewError("the branches must have the same columns in the same order", f"{select.place}.unionAll")
    return (*select.columns, *_of_all(select.selects), *(branches[0] if branches else ()))


def _of_all(selects: tuple[Select, ...]) -> tuple[Column, ...]:
    return tuple(column for select in selects for column in _columns(select))


def _shape(columns: tuple[Column, ...]) -> list[tuple[str, str | None, bool]]:
    return [(column.name, column.type, column.collection) for column in columns]


def _select(select: Select, constants: Constants) -> Rows:
    """The rows of a select: for each item the product of its columns, its selects and its union."""
    cells = [
        _compiled(column.path, constants, f"{select.place}.column[{index}].path", _cell(column))
        for index, column in enumerate(select.columns)
    ]
    parts = [_select(inner, constants) for inner in select.selects]
    branches = [_select(branch, constants) for branch in select.union]

    def rows(item: Any, frame: Frame) -> list[Row]:
        row = tuple([cell(item, frame) for cell in cells])
        if not parts and not branches:
            return [row]
        factors = [[row], *(part(item, frame) for part in parts)]
        if branches:
            factors.append([row for branch in branches for row in branch(item, frame)])
        return _product(factors)

    return _iterated(select, constants, rows)


def _product(factors: list[list[Row]]) -> list[Row]:
    """Every combination of one row of each, the first turning slowest."""
    if len(factors) == 1:
        return factors[0]
    if prod(map(len, factors)) > MAX_ROWS:
        raise ViewError(f"the view makes more than {MAX_ROWS} rows of one resource", "select")
    return [sum(rows, ()) for rows in product(*factors)]


def _iterated(select: Select, constants: Constants, rows: Rows) -> Rows:
    if select.each is None and not select.repeat:
        return rows
    items = _descent(select, constants) if select.repeat else _each(select, constants)
    or_null = select.or_null

    def iterated(item: Any, frame: Frame) -> list[Row]:
        found = items(item, frame)
        if not found and or_null:
            return rows(None, Frame(frame.resource))
        resource = frame.resource
        return [row for index, each in enumerate(found) for row in rows(each, Frame(resource, index))]

    return iterated


def _each(select: Select, constants: Constants) -> Evaluate:
    way = "forEachOrNull" if select.or_null else "forEach"
    return _compiled(select.each or "", constants, f"{select.place}.{way}", _whole)


def _descent(select: Select, constants: Constants) -> Evaluate:
    """The items that the paths lead to, those below them, and so on, each before those below it."""
    paths = [
        _compiled(path, constants, f"{select.place}.repeat[{index}]", _whole)
        for index, path in enumerate(select.repeat)
    ]

    def below(item: Any, frame: Frame, depth: int) -> Iterator[Any]:
        if depth > MAX_DEPTH:
            raise ViewError(f"repeat goes deeper than {MAX_DEPTH} levels", select.place)
        for path in paths:
            for child in path(item, frame):
                yield child
                yield from below(child, frame, depth + 1)

    return lambda item, frame: list(below(item, frame, 1))
