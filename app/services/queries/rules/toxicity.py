"""The investigator's word on dose-limiting toxicity beside the derived one.

docs/dlt.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.services.queries.history import History
from app.services.queries.query import Query, ask


def investigator(history: History, findings: Iterable[Any]) -> Iterator[Query]:
    """Events of an infused patient of which both are known and differ; one outside the window is derived to be none.

    findings: rows of the compiled statement (record, rule, unresolved). A record of which the derivation is unresolved
    raises its own queries.
    """
    found = list(findings)
    derived = {item["record"] for item in found if item["rule"] is not None}
    unresolved = {item["record"] for item in found if item["unresolved"] is not None} - derived
    said = {row.record: bool(row.flag) for row in history.kind("ae_grade") if row.flag is not None}
    for record, word in sorted(said.items()):
        limiting = record in derived
        if word != limiting and record not in unresolved:
            yield ask("investigator-dlt-differs", record, said=_word(word), derived=_word(limiting))


def _word(limiting: bool) -> str:
    return "a dose-limiting toxicity" if limiting else "no dose-limiting toxicity"
