"""A compiled statement as text: DuckDB's, and Spark's out of that by SQLGlot.

https://duckdb.org/docs/stable/sql/introduction ; https://sqlglot.com/sqlglot.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.base import PGDialect

from app.endpoints.compile.statement import Kind, statement
from app.endpoints.definition import Definition
from app.engines.extra import package


class DuckDBDialect(PGDialect):
    """What PostgreSQL reads DuckDB reads too; under a name of its own, so that hints to PostgreSQL are left out."""

    name = "duckdb"
    supports_statement_cache = True


@dataclass(frozen=True)
class Text:
    """A statement with its parameters $1, $2 ... names: of the parameters in order; constants: those already known."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]

    def values(self, given: dict[str, Any]) -> list[Any]:
        """The value of each parameter, in order."""
        return [given[name] if name in given else self.constants[name] for name in self.names]


@lru_cache(maxsize=512)
def duckdb_text(definition: Definition, endpoint: str, analysis: str, kind: Kind) -> Text:
    """The statement of an endpoint, rendered once."""
    return render(statement(definition, definition.rule(endpoint, analysis), kind))


def render(statement: Select[Any]) -> Text:
    """Any statement over the event table as DuckDB's text."""
    dialect = DuckDBDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return Text(str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params))


@lru_cache(maxsize=512)
def spark_steps(sql: str) -> tuple[tuple[str, str], ...]:
    """DuckDB's text as Spark's, one (name, query) a named part in their order, and last ("", the query itself).

    The parameter $1 becomes :p1. Apart, because Spark would work a named part out again wherever it is mentioned.
    """
    sqlglot = package("sqlglot", "spark")
    (tree,) = sqlglot.parse(sql, read="duckdb")
    exp = sqlglot.exp

    def named(node: Any) -> Any:
        return exp.Placeholder(this=f"p{node.name}") if isinstance(node, exp.Placeholder) else node

    tree = tree.transform(named)
    parts = [(part.alias, part.this) for part in tree.ctes]
    tree.set("with_", None)
    return tuple((name, part.sql(dialect="spark")) for name, part in [*parts, ("", tree)])


def spark_arguments(values: list[Any]) -> dict[str, Any]:
    """The values by the names that `spark_steps` gave them."""
    return {f"p{number}": value for number, value in enumerate(values, start=1)}
