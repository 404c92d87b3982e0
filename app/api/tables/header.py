"""What every line of a table depends on.

docs/adr/0003-as-of-and-cutoff.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEADER = ("study", "endpoint", "analysis", "definition", "definition_version", "cut", "cutoff", "as_of")


def header(body: Mapping[str, Any]) -> dict[str, Any]:
    """The header of an answer about an endpoint; as_of is the sequence number."""
    return {**{name: body.get(name) for name in HEADER}, "as_of": body["as_of"]["seq"]}
