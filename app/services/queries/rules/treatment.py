"""Transplant and infusion: doses, order, possible duplicates.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from app.domain.dates import iso_day
from app.domain.follow_up import Death, Therapy
from app.domain.infusion import Infusion
from app.domain.record import Record
from app.domain.transplant import Transplant
from app.services.queries.dossier import Dossier
from app.services.queries.query import Query, ask


def infusions(dossier: Dossier) -> Iterator[Query]:
    """What an infusion lacks, or says twice."""
    for item in dossier.of(Infusion):
        if item.exposed and item.dose is None:
            yield ask("infusion-dose-missing", item.key)
        if item.outcome is None:
            yield ask("infusion-outcome-missing", item.key)
        if item.outcome == "not-done" and item.dose is not None and item.dose.value > 0:
            yield ask("not-done-with-dose", item.key)
        start, end = dossier.days(item.start), dossier.days(item.end)
        if start is not None and end is not None and end.last < start.first:
            yield ask("infusion-end-before-start", item.key)


def dose_level(dossier: Dossier) -> Iterator[Query]:
    """The level at which the patient counts."""
    if dossier.given and dossier.given[0].dose_level is None:
        yield ask("infusion-dose-level-missing", dossier.given[0].key)


def transplant(dossier: Dossier) -> Iterator[Query]:
    """The transplant before the infusion."""
    zero, found = dossier.day_zero, dossier.of(Transplant)
    if zero is None or not dossier.given:
        return
    if not found:
        yield ask("transplant-missing", dossier.given[0].key)
    elif all(dossier.first(item)[0] > zero for item in found):
        yield ask("infusion-before-transplant", dossier.given[0].key, *(item.key for item in found))


def duplicates(dossier: Dossier) -> Iterator[Query]:
    """Two records of one day that may tell of one thing."""
    kinds: dict[str, Sequence[Record]] = {
        "death": dossier.of(Death),
        "infusion": dossier.given,
        "transplant": dossier.of(Transplant),
        "therapy": dossier.of(Therapy),
    }
    for noun, records in kinds.items():
        for one, other in combinations(sorted(records, key=lambda item: item.key), 2):
            days, same = dossier.when(one), dossier.when(other)
            if days is None or same is None or not days.exact or days.first != same.first or not same.exact:
                continue
            if not isinstance(one, Therapy) or one.kind == getattr(other, "kind", None):
                yield ask("possible-duplicate-record", one.key, other.key, noun=noun, day=iso_day(days.first))


RECORD_RULES = (infusions, dose_level, transplant, duplicates)
