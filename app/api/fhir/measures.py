"""Measure: read, search, and `$evaluate-measure`.

https://hl7.org/fhir/R4/measure.html
"""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.dependencies import read
from app.api.fhir.answers import PARTS, document, only, reply, tools
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.api.fhir.inputs import Given, given
from app.api.fhir.listing import searchset
from app.api.fhir.media_type import only_r4
from app.api.fhir.reporting import asked
from app.api.fhir.searching import posted
from app.domain.dates import PartialDate, iso_day, parse_date
from app.domain.errors import bad_parameter
from app.interop.fhir.elements import Json
from app.interop.fhir.encode import to_json
from app.interop.fhir.measure import write_measure
from app.services import measure_reports, measures
from app.services.asking import Axes
from app.services.measure_reports import REPORT_TYPES
from app.services.search.query import Pairs


async def read_measure(request: Request) -> Response:
    """One endpoint of one study, under the version of the definition that the study runs on."""
    only_r4(request)
    only(request, *PARTS)
    who, identifier = caller(request), request.path_params["id"]
    known = await read(tools(request), lambda store: measures.find(store, who, identifier))
    return document(known.document, request)


async def search(request: Request) -> Response:
    """The endpoints that meet the parameters of the address."""
    return await _search(request, request.query_params.multi_items())


async def search_by_post(request: Request) -> Response:
    """The endpoints that meet the parameters of the body and the address."""
    return await _search(request, await posted(request))


async def _search(request: Request, pairs: Pairs) -> Response:
    only_r4(request)
    who = caller(request)
    known = await read(tools(request), lambda store: measures.every(store, who))
    return searchset(request, "Measure", pairs, [write_measure(one.measured, one.updated) for one in known])


async def evaluate(request: Request) -> Response:
    """One endpoint as a MeasureReport. The end of the period is the cut-off; its start leaves nobody out."""
    only_r4(request)
    told, services, who = await given(request, "Measure-evaluate-measure"), tools(request), caller(request)
    start, end = _day(told, "periodStart").first, _day(told, "periodEnd").last
    axes = Axes(iso_day(end), told.one("as_of"), None, told.axes.definition_version)
    question = asked(told, axes, services.clock(), iso_day(start))
    report, identifier = _report(told), request.path_params["id"]

    def ask(store: Connection) -> Json:
        known = measures.find(store, who, identifier).measured
        return measure_reports.evaluate(store, known.study, known.endpoint, who, question, report, told.one("subject"))

    return reply(request, to_json(await read(services, ask)))


def _day(told: Given, name: str) -> PartialDate:
    """A date that may be known in part: a period begins on its first day and ends on its last."""
    try:
        return parse_date((told.one(name) or "").replace(" ", "+"))
    except ValueError:
        raise bad_parameter(name, "a date, YYYY-MM-DD") from None


def _report(told: Given) -> str:
    """The kind of report; of a subject where one is named."""
    usual = "population" if told.one("subject") is None else "subject"
    report = told.one("reportType") or usual
    if report not in REPORT_TYPES:
        raise bad_parameter("reportType", ", ".join(REPORT_TYPES))
    if (report == "subject") != (told.one("subject") is not None):
        raise bad_parameter("subject", "given with the reportType subject, and with no other")
    return report


# Before the routes of all types: there a Measure is unknown.
ROUTES = [
    Route("/Measure/{id}/$evaluate-measure", with_head(evaluate), methods=["GET", "POST"]),
    Route("/Measure/_search", search_by_post, methods=["POST"]),
    Route("/Measure/_search", with_head(search), methods=["GET"]),
    Route("/Measure/{id}", with_head(read_measure), methods=["GET"]),
    Route("/Measure", with_head(search), methods=["GET"]),
]
