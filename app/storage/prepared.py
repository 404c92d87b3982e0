"""Large statements rendered once: SQLAlchemy walks a whole statement to find its cache key at every execution.

https://docs.sqlalchemy.org/en/21/core/connections.html#sql-caching
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, RowMapping, Select


@dataclass(frozen=True)
class Prepared:
    """The text of a statement for one dialect, and how its parameters are passed."""

    text: str
    constants: dict[str, Any]
    order: tuple[str, ...] | None

    def run(self, connection: Connection, values: dict[str, Any]) -> list[RowMapping]:
        """Every row, by column name."""
        named = {**self.constants, **{name: value for name, value in values.items() if name in self.constants}}
        parameters: Any = named if self.order is None else tuple(named[name] for name in self.order)
        return list(connection.exec_driver_sql(self.text, parameters).mappings())


def prepare(statement: Select[Any], dialect: Dialect) -> Prepared:
    """Render a statement; parameters that are to be given later have null for now."""
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    order = None if compiled.positiontup is None else tuple(compiled.positiontup)
    return Prepared(str(compiled), dict(compiled.params), order)
