"""Exports under way and finished: status, cancellation, files.

https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-status-request
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from app.api.fhir.answers import base, http_date, only, tools
from app.api.fhir.caller import TOKEN_NEEDED, client
from app.api.fhir.head import with_head
from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.bulk import formats
from app.interop.fhir.bulk.manifest import Item, manifest
from app.services.export import asking
from app.services.export.question import stored
from app.storage.exports import jobs
from app.storage.exports.jobs import File, Job

_NOT_KEPT = {"Cache-Control": "no-store"}
_PIECE = 256 * 1024
_FASTEST, _GZIP = 1, 31  # level, and the window that stands for gzip's own header


async def status(request: Request) -> Response:
    """202 while the export is under way; then its manifest."""
    only(request)
    job, files = await run_in_threadpool(asking.status, tools(request), client(request), request.path_params["job"])
    if job.state == jobs.FAILED:
        # Not one of the transient codes: asking again would not help.
        issue = Issue("", "processing", "the export failed; start it again")
        raise Fault(Category.INTERNAL, issue.message, (issue,))
    if job.state != jobs.COMPLETED:
        words = f"{job.written} resources written, {len(files)} files done"
        return Response(status_code=202, headers={"X-Progress": words, "Retry-After": str(asking.RETRY_AFTER)})
    return _manifest(request, job, files)


def _manifest(request: Request, job: Job, files: list[File]) -> Response:
    address = f"{base(request)}/exports/{job.id}"
    items = [Item(file.kind, file.type, f"{address}/{file.name}", file.count) for file in files]
    body = manifest(job.time, job.request, TOKEN_NEEDED, items, stored(job.question).deletions)
    return Response(body, 200, {**_NOT_KEPT, **_expires(job)}, "application/json")


def _expires(job: Job) -> dict[str, str]:
    return {} if job.expires is None else {"Expires": http_date(job.expires)}


async def cancel(request: Request) -> Response:
    """Call an export off, or let its files go."""
    only(request)
    await run_in_threadpool(asking.cancel, tools(request), client(request), request.path_params["job"])
    return Response(status_code=202)


async def file(request: Request) -> Response:
    """One exported file: whole, in part (Range), or compressed on the way."""
    only(request)
    asked = (client(request), request.path_params["job"], request.path_params["file"])
    path, job = await run_in_threadpool(asking.file, tools(request), *asked)
    format_ = stored(job.question).format
    headers = {**_NOT_KEPT, **_expires(job), "Vary": "Accept-Encoding"}
    # Parquet is compressed already; a part is of the bytes as they lie.
    if format_ == formats.NDJSON and "range" not in request.headers and _takes_gzip(request):
        encoded = {**headers, "Content-Encoding": "gzip"}
        return StreamingResponse(_compressed(path), 200, encoded, formats.MEDIA_TYPES[format_])
    # The name was drawn for these bytes alone.
    return FileResponse(path, 200, {**headers, "ETag": f'"{path.name}"'}, formats.MEDIA_TYPES[format_])


def _takes_gzip(request: Request) -> bool:
    accepted = request.headers.get("accept-encoding", "").lower().replace(" ", "")
    kinds = [kind.partition(";") for kind in accepted.split(",")]
    return any(name in ("gzip", "*") and quality not in ("q=0", "q=0.0", "q=0.00") for name, _, quality in kinds)


def _compressed(path: Path) -> Iterator[bytes]:
    packer = zlib.compressobj(_FASTEST, wbits=_GZIP)
    with path.open("rb") as plain:
        while piece := plain.read(_PIECE):
            yield packer.compress(piece)
    yield packer.flush()


ROUTES = [
    Route("/exports/{job}", with_head(status), methods=["GET"]),
    Route("/exports/{job}", cancel, methods=["DELETE"]),
    Route("/exports/{job}/{file}", with_head(file), methods=["GET"]),
]
