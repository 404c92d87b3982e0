"""batch and transaction Bundles.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, form, negotiate, only, reply, tools
from app.api.fhir.bodies import parsed
from app.api.fhir.media_type import written_in
from app.api.fhir_writes.entries import Entry, read_entries
from app.api.fhir_writes.incoming import checked, if_match, if_none_match
from app.api.fhir_writes.inner import ask
from app.api.fhir_writes.patching import JSON_PATCH, patch_of, patched
from app.api.fhir_writes.preferred import location, outcome_of, wish
from app.api.fhir_writes.writing import done, existing
from app.domain.errors import Category, Fault, Issue
from app.interop.fhir import bundle
from app.interop.fhir.encode import to_json
from app.interop.fhir.outcome import from_fault
from app.interop.fhir.response_entry import response_entry
from app.services.writing.request import Write, Written
from app.storage.counter import utc_text

READS = ("GET", "HEAD")


async def bundle_of_interactions(request: Request) -> Response:
    """Each entry of a batch by itself; the entries of a transaction all together or none."""
    negotiate(request)
    only(request)
    of = written_in(request)
    body, payload = await parsed(request), await request.body()
    kind, entries = read_entries(body, base(request), tools(request).settings.max_records)
    parts = await (_batch(request, entries) if kind == "batch" else _transaction(request, entries, payload, of))
    head = bundle.head(None, [], f"{kind}-response")
    whole = head + bundle.FIRST + bundle.NEXT.join(parts) + bundle.TAIL if parts else head + bundle.EMPTY_TAIL
    return reply(request, whole)


async def _batch(request: Request, entries: list[Entry]) -> list[bytes]:
    return [await _alone(request, entry) for entry in entries]


async def _alone(request: Request, entry: Entry) -> bytes:
    """What is wrong with an entry is told in its place; the others are done all the same."""
    try:
        return await _asked(request, entry)
    except Fault as fault:
        return response_entry(fault.category.status, {}, from_fault(fault), None)


async def _asked(request: Request, entry: Entry) -> bytes:
    """An entry, asked for as a request of its own."""
    headers, body = dict(entry.headers), b""
    if not entry.url.partition("?")[0]:
        issue = Issue(f"{entry.place}.request.url", "value", "a batch holds no Bundles", "an interaction")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    if entry.method == "PATCH":
        headers["content-type"], body = JSON_PATCH, to_json(patch_of(entry.resource, entry.place))
    elif entry.resource is not None:
        headers["content-type"] = request.headers.get("content-type", "")
        body = to_json(entry.resource)
    found = await ask(request, entry.method, entry.url, headers, body)
    modified = found.headers.get("last-modified")
    instant = utc_text(parsedate_to_datetime(modified)) if modified else None
    return response_entry(found.status, found.headers, found.body or None, instant)


async def _transaction(request: Request, entries: list[Entry], payload: bytes, of: int) -> list[bytes]:
    """Writes together, then reads, which see what was written."""
    writing = [entry for entry in entries if entry.method not in READS]
    writes = await run_in_threadpool(lambda: [_write(request, entry, of) for entry in writing])
    written = iter(await done(request, writes, payload) if writes else [])
    return [
        await _asked(request, entry) if entry.method in READS else _told(request, next(written)) for entry in entries
    ]


def _write(request: Request, entry: Entry, of: int) -> Write:
    type_, identifier, query = entry.target()
    place, headers = entry.place, entry.headers
    known = if_match(headers.get("if-match"), f"{place}.request.ifMatch")
    match entry.method:
        case "DELETE":
            return Write("DELETE", type_, identifier, None, of, query, known, place=place)
        case "PATCH":
            return _patch(request, entry, (type_, identifier), known)
        case "POST":
            condition = headers.get("if-none-exist")
            body = checked(entry.resource, type_, of, f"{place}.resource")
            return Write("POST", type_, None, body, of, condition, full_url=entry.full_url, place=place)
    body = checked(entry.resource, type_, of, f"{place}.resource")
    if identifier is not None and body.get("id") != identifier:
        raise _fault(f"{place}.resource.id", "the id is not that of the url")
    fresh = if_none_match(headers.get("if-none-match"), f"{place}.request.ifNoneMatch")
    return Write("PUT", type_, identifier, body, of, query, known, fresh, entry.full_url, place)


def _patch(request: Request, entry: Entry, name: tuple[str, str | None], known: tuple[int, ...] | None) -> Write:
    type_, identifier = name
    if identifier is None:
        raise _fault(f"{entry.place}.request.url", "a patch in a transaction names its resource by id")
    found = existing(request, type_, identifier)
    operations = patch_of(entry.resource, entry.place)
    body = patched(found, operations, f"{entry.place}.resource")
    return Write("PUT", type_, identifier, body, found.release, None, known or (found.version,), place=entry.place)


def _fault(place: str, message: str) -> Fault:
    return Fault(Category.MALFORMED, message, (Issue(place, "value", message),))


def _told(request: Request, written: Written) -> bytes:
    found = written.document
    if found is None:
        return response_entry(204, {}, None, None)
    headers = {"etag": f'W/"{found.version}"', "location": location(request, found)}
    wanted = wish(request)
    resource: bytes | None = None
    if wanted == "representation":
        resource = form(request, found.type).of(found.type, found.release, found.body)
    elif wanted == "operationoutcome":
        resource = outcome_of(written)
    return response_entry(written.status, headers, resource, found.updated)


ROUTES = [Route("/", bundle_of_interactions, methods=["POST"])]
