"""`Observation/$lastn`: the newest of every code.

https://hl7.org/fhir/R4/observation-operation-lastn.html
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, lenient, streamed, tools
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.api.fhir.media_type import release
from app.domain.errors import bad_parameter
from app.services.search import answer
from app.services.search.criteria import Asker
from app.services.search.lastn import check, lastn
from app.services.search.query import MOST_COUNT, read_query


async def get_lastn(request: Request) -> Response:
    """The search parameters of Observation say among which; `max` how many of each code."""
    services, address = tools(request), base(request)
    asker = Asker(address, services.clock(), release(request))
    pairs = request.query_params.multi_items()
    most = _most([text for name, text in pairs if name == "max"])
    query = read_query(asker, "Observation", [pair for pair in pairs if pair[0] != "max"], lenient(request))
    check(query)
    who = caller(request)
    found = await run_in_threadpool(lastn, services, query, most, who, address)
    return streamed(request, answer.stream(services, found, who, address, asker.release))


def _most(texts: list[str]) -> int:
    text = texts[0] if texts else "1"
    if len(texts) > 1 or not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0):
        raise bad_parameter("max", f"one whole number from 1; more than {MOST_COUNT} is read as {MOST_COUNT}")
    return min(int(text), MOST_COUNT)


ROUTES = [Route("/Observation/$lastn", with_head(get_lastn), methods=["GET"])]
