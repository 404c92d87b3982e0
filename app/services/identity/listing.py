"""The errand: what a hospital's patients' numbers mean now, what waits for one, and what a person must decide.

docs/identity.md
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from app.interop.reading import PatientNumber
from app.services import studies
from app.services.identity.numbers import Numbers
from app.services.identity.resolve import Facts, Number, linked
from app.storage import patients


def listing(connection: Connection, study: str, site: str | None) -> dict[str, Any]:
    """Links, merges, what is held and what is at odds, of one site or of all. Fault NOT_FOUND for an unknown study."""
    found = studies.find(connection, study)
    numbers = Numbers(connection, found)
    rows = [row for row in patients.facts(connection, study) if site in (None, row.site)]
    subjects = [row for row in patients.numbered_subjects(connection, study) if site in (None, row.site)]
    facts = Facts()
    for row in rows:
        numbers.add(facts, row)
    for row in subjects:
        facts.links.setdefault(numbers.normal(row.site, PatientNumber(row.mrn)), set()).add(row.subject)
    held = [row for row in patients.waiting(connection, study) if site in (None, row.site)]
    return {
        "study": study,
        "held": [{**_shown(row), "records": row.records, "since": row.since} for row in held],
        "links": [{**_shown(row), "subject": row.subject, "record": row.key} for row in rows if row.into_number is None]
        + [{"site": row.site, "number": row.mrn, "subject": row.subject, "record": row.key} for row in subjects],
        "merges": [_merge(row) for row in rows if row.into_number is not None],
        "conflicts": _conflicts(facts),
    }


_SENTENCE = "The hospital says that {} are one patient; a person must decide."


def _shown(row: Any) -> dict[str, Any]:
    named = {"site": row.site, "number": row.number, "authority": row.authority, "kind": row.kind}
    return {name: value for name, value in named.items() if value is not None}


def _merge(row: Any) -> dict[str, Any]:
    into = {"into": row.into_number, "into_authority": row.into_authority, "into_kind": row.into_kind}
    return {**_shown(row), **{name: value for name, value in into.items() if value is not None}, "record": row.key}


def _conflicts(facts: Facts) -> list[dict[str, Any]]:
    """Numbers of one patient that are linked to several subjects, each set once."""
    found: dict[frozenset[Number], set[str]] = defaultdict(set)
    for number in facts.links:
        cluster = frozenset(facts.cluster(number))
        found[cluster] = linked(facts.links, cluster)
    return [
        {
            "site": min(cluster).site,
            "numbers": [_of(number) for number in sorted(cluster)],
            "subjects": sorted(subjects),
            "sentence": _SENTENCE.format(" and ".join(sorted(subjects))),
        }
        for cluster, subjects in sorted(found.items(), key=lambda pair: min(pair[0]))
        if len(subjects) > 1
    ]


def _of(number: Number) -> dict[str, str]:
    return {"number": number.number, **({"authority": number.authority} if number.authority else {})}
