"""What is asked of an endpoint, and the header that every answer carries.

docs/adr/0003-as-of-and-cutoff.md
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, RowMapping

from app.domain.dates import EPOCH, iso_day
from app.domain.errors import Category, Fault, bad_parameter
from app.endpoints.compile.statement import PARAMETERS, Kind, statement
from app.endpoints.definition import AnyEndpoint, Definition, TimeToEvent
from app.endpoints.definitions import newest, shipped
from app.endpoints.event import LAST_DAY
from app.storage.counter import Moment
from app.storage.prepared import Prepared, prepare


@dataclass(frozen=True)
class Question:
    """One endpoint of one study, under one analysis, at one cut-off, as known at one moment.

    cut: the name of the data cut that fixed the moment, the cut-off and the definition, where one did.
    """

    study: str
    definition: Definition
    endpoint: str
    analysis: str
    cutoff: int | None
    as_of: Moment
    subject: int | None = None
    cut: str | None = None

    @property
    def rule(self) -> AnyEndpoint:
        """The endpoint with its analysis applied."""
        return self.definition.rule(self.endpoint, self.analysis)

    @property
    def parameters(self) -> dict[str, Any]:
        """Values for the compiled statements."""
        cutoff = LAST_DAY if self.cutoff is None else self.cutoff
        return {"study": self.study, "as_of": self.as_of.seq, "cutoff": cutoff, "subject": self.subject}

    @property
    def today(self) -> int:
        """The last day on which anything can be known: the cut-off, else the day of `as_of`."""
        return self.cutoff if self.cutoff is not None else day_of(self.as_of)

    def run(self, connection: Connection, kind: Kind = "rows") -> list[RowMapping]:
        """Rows of the compiled statement: `rows`, or `candidates` of a time-to-event endpoint."""
        if self.subject is None and connection.dialect.name == "postgresql":
            # Its guesses for nested parts are too low by a factor of the cohort; hash joins cost the same either way.
            connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
            # Sorts of a whole study spill to disk at the default of 4 MB, which takes a third of the time.
            connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
        one_subject = self.subject is not None
        found = _prepared(connection.dialect, self.definition, self.endpoint, self.analysis, kind, one_subject)
        return found.run(connection, self.parameters)

    def header(self) -> dict[str, Any]:
        """What the answer depends on."""
        return {
            "endpoint": self.endpoint,
            "study": self.study,
            "definition": self.definition.id,
            "definition_version": self.definition.version,
            "analysis": self.analysis,
            "cutoff": iso_day(self.cutoff),
            "as_of": {"seq": self.as_of.seq, "time": self.as_of.time},
            "cut": self.cut,
        }


def day_of(moment: Moment) -> int:
    """The UTC day of a moment."""
    return date.fromisoformat(moment.time[:10]).toordinal() - EPOCH


@lru_cache(maxsize=512)
def _prepared(
    dialect: Dialect, definition: Definition, endpoint: str, analysis: str, kind: Kind, one_subject: bool
) -> Prepared:
    rule = definition.rule(endpoint, analysis)
    return prepare(statement(definition, rule, kind, one_subject), dialect, PARAMETERS)


def find_definition(name: str, version: int | None = None) -> Definition:
    """A shipped definition by id, the newest where no version is named. KeyError when there is none.

    What a study runs on is found in its store: app.services.definitions.
    """
    return newest(name) if version is None else shipped()[name, version]


def check_analysis(definition: Definition, endpoint: str, analysis: str) -> None:
    """Fault when the endpoint or its analysis does not exist, naming those that do."""
    rule = definition.endpoints.get(endpoint)
    if rule is None:
        raise Fault(Category.NOT_FOUND, f"no such endpoint; known are {', '.join(definition.endpoints)}")
    known = ["primary", *(rule.analyses if isinstance(rule, TimeToEvent) else ())]
    if analysis not in known:
        raise bad_parameter("analysis", ", ".join(known))
