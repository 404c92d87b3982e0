"""What we define ourselves, served like any other resource: read, vread, history and search.

https://hl7.org/fhir/R4/conformance-module.html
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import PARTS, base, document, negotiate, only, reply
from app.api.fhir.head import with_head
from app.api.fhir.listing import searchset
from app.api.fhir.media_type import release
from app.api.fhir.searching import posted
from app.domain.errors import Category, Fault
from app.interop.fhir.definitions.published import TYPES, UPDATED, VERSION_ID, published
from app.interop.fhir.encode import to_json
from app.services.release import history as history_bundle
from app.services.search.query import Pairs
from app.storage.documents import Document


async def read(request: Request) -> Response:
    """One definition."""
    negotiate(request)
    only(request, *PARTS)
    return document(_document(request), request)


async def vread(request: Request) -> Response:
    """The one version of a definition."""
    negotiate(request)
    only(request, *PARTS)
    definition = _document(request)
    if request.path_params["version"] != str(VERSION_ID):
        raise Fault(Category.NOT_FOUND, "no such version")
    return document(definition, request)


async def history(request: Request) -> Response:
    """The history of a definition, which has one version."""
    negotiate(request)
    only(request)
    found_ = _document(request)
    links = [("self", f"{base(request)}/{found_.type}/{found_.id}/_history")]
    return reply(request, history_bundle([found_], base(request), links, 1, release(request)))


def _type(request: Request) -> str:
    """The first part of the address below our own."""
    name: str = request.url.path.removeprefix(request.scope["root_path"]).split("/")[1]
    return name


def _document(request: Request) -> Document:
    type_, written = _type(request), release(request)
    definition = published(written)[type_].get(request.path_params["id"])
    if definition is None:
        raise Fault(Category.NOT_FOUND, "no such resource")
    return Document(type_, definition["id"], VERSION_ID, UPDATED, False, to_json(definition), written)


async def search(request: Request) -> Response:
    """The definitions that meet the parameters of the address."""
    negotiate(request)
    return _search(request, request.query_params.multi_items())


async def search_by_post(request: Request) -> Response:
    """The definitions that meet the parameters of the body and the address."""
    negotiate(request)
    return _search(request, await posted(request))


def _search(request: Request, pairs: Pairs) -> Response:
    type_ = _type(request)
    return searchset(request, type_, pairs, published(release(request))[type_].values())


# Before the routes of all types: there these are unknown.
ROUTES = [
    route
    for name in TYPES
    for route in (
        Route(f"/{name}/_search", search_by_post, methods=["POST"]),
        Route(f"/{name}/_search", with_head(search), methods=["GET"]),
        Route(f"/{name}/{{id}}/_history/{{version}}", with_head(vread), methods=["GET"]),
        Route(f"/{name}/{{id}}/_history", with_head(history), methods=["GET"]),
        Route(f"/{name}/{{id}}", with_head(read), methods=["GET"]),
        Route(f"/{name}", with_head(search), methods=["GET"]),
    )
]
