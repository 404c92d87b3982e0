"""Large statements rendered once: SQLAlchemy walks a whole statement to find its cache key at every execution.

https://docs.sqlalchemy.org/en/21/core/connections.html#sql-caching
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, RowMapping, Select


@dataclass(frozen=True)
class Prepared:
    """The text of a statement for one dialect, its constants, and the places of what is given at each run.

    parameters: constants by position or by name, as the driver takes them; places: parameter name -> its positions.
    """

    text: str
    parameters: list[Any] | dict[str, Any]
    places: dict[str, list[int]]

    def run(self, connection: Connection, values: dict[str, Any]) -> list[RowMapping]:
        """Every row, by column name."""
        return list(connection.exec_driver_sql(self.text, self._given(values)).mappings())

    def _given(self, values: dict[str, Any]) -> Any:
        if isinstance(self.parameters, dict):
            return {**self.parameters, **{name: values[name] for name in self.places}}
        given = list(self.parameters)
        for name, places in self.places.items():
            for place in places:
                given[place] = values[name]
        return tuple(given)


def prepare(statement: Select[Any], dialect: Dialect, names: Collection[str]) -> Prepared:
    """Render a statement; `names` are the parameters that are given at each run."""
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    constants, order = dict(compiled.params), compiled.positiontup
    used = [name for name in names if name in constants]
    if order is None:
        return Prepared(str(compiled), constants, {name: [] for name in used})
    places = {name: [place for place, own in enumerate(order) if own == name] for name in used}
    return Prepared(str(compiled), [constants[name] for name in order], places)
