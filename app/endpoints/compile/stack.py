"""One row a subject out of several such tables, without joining them.

Outer joins of tables that an engine knows nothing about end as loops within loops: on 2,279 patients they took most of
the statement. A union that is grouped by subject takes one sort on every engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, cast, func, null, select, union_all
from sqlalchemy.sql.selectable import FromClause

from app.endpoints.compile.visible import named

Part = tuple[FromClause, Sequence[ColumnElement[Any]]]


def stack(parts: Sequence[Part], name: str) -> CTE:
    """(subject, every labelled column of every part): null where a subject has no row in the part.

    Each part is (table with at most one row a subject, its labelled columns); labels are distinct.
    """
    union = union_all(*wide(parts)).subquery()
    columns = [func.max(column).label(column.name) for column in union.c if column.name != "subject"]
    return named(select(union.c.subject, *columns).group_by(union.c.subject), name)


def wide(parts: Sequence[Part]) -> list[Select[Any]]:
    """One select a part with the columns of all; those of other parts are null, of the same type."""
    labels = [column for _, columns in parts for column in columns]
    return [select(table.c.subject, *[_own(column, columns) for column in labels]) for table, columns in parts]


def _own(column: ColumnElement[Any], columns: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    if any(column is mine for mine in columns):
        return column
    # A cast can name no collation; that of the other part is kept.
    type_ = String() if isinstance(column.type, String) else column.type
    return cast(null(), type_).label(column.name)
