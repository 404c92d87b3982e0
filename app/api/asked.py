"""The parameters that every question about endpoints takes, in one place for all its routes.

docs/adr/0003-as-of-and-cutoff.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import Connection

from app.api.dependencies import known_parameters
from app.services import asking
from app.services.derivation.question import Question

Analysis = Annotated[str, Query(max_length=64, description="`primary` or a named alternative")]
Cutoff = Annotated[str | None, Query(description="last day that counts, YYYY-MM-DD; inclusive")]
AsOf = Annotated[str | None, Query(description="what had been received by then: date-time with offset, or seq")]


@dataclass(frozen=True)
class Asked:
    """What is asked of an endpoint, as the query string says it."""

    cutoff: Cutoff = None
    as_of: AsOf = None
    analysis: Analysis = "primary"

    def question(self, connection: Connection, study: str, endpoint: str, subject: int | None = None) -> Question:
        """The question in its checked form. Faults name the parameter."""
        return asking.ask(
            connection,
            study,
            endpoint,
            analysis=self.analysis,
            cutoff=self.cutoff,
            as_of=self.as_of,
            subject=subject,
        )


AskedDep = Annotated[Asked, Depends()]


def asked_parameters(*more: str) -> Any:
    """A dependency that refuses query parameters other than those of `Asked` and `more`."""
    return known_parameters(*Asked.__dataclass_fields__, *more)
