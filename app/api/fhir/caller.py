"""Whose request it is: the one place where the FHIR door learns what may be seen.

docs/fhir-search.md
"""

from __future__ import annotations

import re

from starlette.requests import Request

from app.storage.visibility import EVERYTHING, Caller

_CODED = Caller(coded=True)


def caller(request: Request) -> Caller:
    """What the caller may see. Nobody is asked who they are yet, so it is everything.

    `Prefer: view=coded` is a caller's own wish to see what a sponsor would.
    """
    preferences = request.headers.get("prefer")
    if preferences is not None and "view=coded" in re.split("[,;]", preferences.lower().replace(" ", "")):
        return _CODED
    return EVERYTHING
