"""Whose request it is: the one place where the FHIR door learns what may be seen.

docs/fhir-search.md
"""

from __future__ import annotations

from starlette.requests import Request

from app.storage.visibility import EVERYTHING, Caller


def caller(request: Request) -> Caller:
    """What the caller may see. Nobody is asked who they are yet, so it is everything."""
    return EVERYTHING
