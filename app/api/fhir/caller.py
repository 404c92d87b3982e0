"""Whose request it is: the one place where the FHIR door learns what may be seen.

docs/fhir-search.md
"""

from __future__ import annotations

import re

from starlette.requests import Request

from app.storage.visibility import EVERYTHING, Caller

_CODED = Caller(coded=True)
# Whether exported files are given to a token alone. Nobody is asked for one yet.
TOKEN_NEEDED = False


def caller(request: Request) -> Caller:
    """What the caller may see. Nobody is asked who they are yet, so it is everything.

    `Prefer: view=coded` is a caller's own wish to see what a sponsor would.
    """
    preferences = request.headers.get("prefer")
    if preferences is not None and "view=coded" in re.split("[,;]", preferences.lower().replace(" ", "")):
        return _CODED
    return EVERYTHING


def client(request: Request) -> str:
    """Who asks, by name: exports are bound to it. Nobody is asked yet, so it is the same for all."""
    return "anybody"
