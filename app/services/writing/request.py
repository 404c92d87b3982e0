"""One interaction of a client that writes, and its outcome.

https://hl7.org/fhir/R4/http.html#general
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from app.storage.documents import Document

Method = Literal["POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class Write:
    """What is asked for.

    id: of the resource, None where it is to be made or found by a search; body: checked JSON, None for a deletion;
    release: of FHIR that it is written in; condition: search parameters (`If-None-Exist`, or those of a conditional
    update or delete); if_match: versions that may be replaced, () for whichever there is; if_none_match: whether there
    may be none yet;
    full_url: under which a transaction's other entries refer to it; place: in the request, for issues.
    """

    method: Method
    type: str
    id: str | None = None
    body: dict[str, Any] | None = None
    release: int = 4
    condition: str | None = None
    if_match: tuple[int, ...] | None = None
    if_none_match: bool = False
    full_url: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of it. status: of HTTP; document: the resource now, None where nothing is left to show."""

    status: int
    type: str
    id: str | None
    document: Document | None
