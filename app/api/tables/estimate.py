"""An estimate as one table: one line for every number, with what it depends on.

docs/endpoints.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.api.tables.header import HEADER, header
from app.services.derivation.figures import NUMBERS, Line, figures

COLUMNS = (*HEADER, "group_by", "group", "measure", "category", *NUMBERS, "method", "conf_type", "level", "reason")


def lines(body: Mapping[str, Any]) -> Iterator[Line]:
    """Every number of the answer, in the order of its figures."""
    common = {**header(body), "conf_type": body.get("conf_type"), "level": body["level"]}
    for line in figures(body):
        yield {**line, **common}
