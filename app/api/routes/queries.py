"""Data queries of a study, its sites and its subjects.

The contract at the doors, section Endpoints; docs/queries.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api import csv
from app.api.asked import AsOf, CutName, Cutoff
from app.api.dependencies import NumberPath, ServicesDep, StudyPath, known_parameters, read
from app.api.tables import listings
from app.services.asking import Axes
from app.services.queries.listing import Wanted, listing

router = APIRouter(tags=["queries"])
COLUMNS = (*listings.QUERIES, "kind", "endpoints")
Rule = Annotated[str | None, Query(max_length=64, description="only the queries of this rule")]
Endpoint = Annotated[str | None, Query(max_length=32, description="only those that can touch this endpoint")]
Site = Annotated[str | None, Query(max_length=64, description="only the subjects of this site")]
Number = Annotated[
    str | None, Query(max_length=128, pattern=r"^[!-~](?:[ -~]*[!-~])?$", description="only this subject")
]


@dataclass(frozen=True)
class Narrowed:
    """Which queries are asked for, and what they depend on, as the query string says it."""

    rule: Rule = None
    endpoint: Endpoint = None
    cutoff: Cutoff = None
    as_of: AsOf = None
    cut: CutName = None

    @property
    def axes(self) -> Axes:
        """What the answer depends on."""
        return Axes(self.cutoff, self.as_of, self.cut)


NarrowedDep = Annotated[Narrowed, Depends()]
_NAMES = tuple(Narrowed.__dataclass_fields__)


@router.get(
    "/studies/{study}/queries",
    summary="Data queries of a study",
    dependencies=[known_parameters("site", "subject", *_NAMES)],
    responses=csv.DOCUMENTED,
)
async def list_queries(
    request: Request,
    study: StudyPath,
    tools: ServicesDep,
    narrowed: NarrowedDep,
    site: Site = None,
    subject: Number = None,
) -> Response:
    """Contradictions and gaps, each with its rule, records and a plain sentence; counts; JSON, or CSV by Accept."""
    wanted = Wanted(site, subject, narrowed.rule, narrowed.endpoint)
    return await _answer(request, study, tools, wanted, narrowed.axes)


@router.get(
    "/studies/{study}/subjects/{subject:path}/queries",
    summary="Data queries of a subject",
    dependencies=[known_parameters(*_NAMES)],
    responses=csv.DOCUMENTED,
)
async def list_subject_queries(
    request: Request, study: StudyPath, subject: NumberPath, tools: ServicesDep, narrowed: NarrowedDep
) -> Response:
    """The same for one subject."""
    wanted = Wanted(None, subject, narrowed.rule, narrowed.endpoint)
    return await _answer(request, study, tools, wanted, narrowed.axes)


async def _answer(request: Request, study: str, tools: ServicesDep, wanted: Wanted, axes: Axes) -> Response:
    as_csv = csv.wants_csv(request)
    body = await read(tools, lambda connection: listing(connection, study, wanted, axes))
    return csv.answer(body, as_csv, COLUMNS, listings.queries(body))
