"""Every query on one subject: those of the events, of whole records, of the laboratory, of derived values.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.services.queries.dossier import Dossier
from app.services.queries.events import EVENT_RULES
from app.services.queries.query import Query, rules
from app.services.queries.rules import (
    adverse_event,
    cells,
    coding,
    death,
    discrepancy,
    disease,
    gvhd,
    laboratory,
    participation,
    timing,
    toxicity,
    treatment,
)

RecordRule = Callable[[Dossier], Iterator[Query]]
RECORD_RULES: tuple[RecordRule, ...] = (
    *death.RECORD_RULES,
    *adverse_event.RECORD_RULES,
    *gvhd.RECORD_RULES,
    *disease.RECORD_RULES,
    *treatment.RECORD_RULES,
    *cells.RECORD_RULES,
    *coding.RECORD_RULES,
    *participation.RECORD_RULES,
    *timing.RECORD_RULES,
    *discrepancy.RECORD_RULES,
    *laboratory.LABORATORY_RULES,
)


def queries_of_subject(dossier: Dossier, findings: Iterable[Any] | None) -> list[Query]:
    """One query a rule and set of records, in the order of the table.

    findings: of the subject's toxicity window; None where there is no window, as the subject was not infused.
    """
    history = dossier.history
    found = [query for event_rule in EVENT_RULES for query in event_rule(history)]
    found += [query for record_rule in RECORD_RULES for query in record_rule(dossier)]
    if findings is not None:
        found += toxicity.investigator(history, findings)
    order = {name: position for position, name in enumerate(rules())}
    return sorted(dict.fromkeys(found), key=lambda query: (order[query.rule], query.records))
