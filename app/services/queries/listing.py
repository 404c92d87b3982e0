"""The errand: the queries of a study, of its sites and subjects, with counts.

docs/queries.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import bad_parameter
from app.domain.records import RECORD_TYPES
from app.endpoints.definition import Definition, Toxicity
from app.services.asking import Axes, Frame, frame, subject_of
from app.services.derivation import window
from app.services.derivation.question import day_of
from app.services.queries.dossier import Dossier
from app.services.queries.history import History
from app.services.queries.query import Query, rules
from app.services.queries.subject import queries_of_subject
from app.services.queries.terms import LoadedTerms
from app.services.stored import stored_record
from app.storage import events
from app.storage import studies as stored_studies
from app.storage.records import KnownSubject, chunks, current_contents


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which queries are wanted; None leaves a filter out."""

    site: str | None = None
    subject: str | None = None
    rule: str | None = None
    endpoint: str | None = None


def listing(connection: Connection, study: str, wanted: Wanted, axes: Axes) -> dict[str, Any]:
    """The wanted queries by subject, as known at `as_of`. Faults name the parameter.

    The rules read all that is known; a cut-off keeps the queries of which at least one record is dated up to it, or is
    not dated at all.
    """
    asked = frame(connection, study, axes)
    subjects = _subjects(connection, asked, wanted)
    _check(wanted, asked.definition)
    found = [
        {"subject": subject.number, "site": subject.site, **_entry(query)}
        for subject, dossier, findings in _dossiers(connection, asked, subjects)
        for query in queries_of_subject(dossier, findings)
        if _is_wanted(query, wanted) and _up_to(query, dossier, asked.cutoff)
    ]
    return {"study": study, **asked.header(), "counts": _counts(found), "queries": found}


def _entry(query: Query) -> dict[str, Any]:
    rule = rules()[query.rule]
    return {**query.as_json(), "kind": rule.kind, "endpoints": list(rule.endpoints)}


def _counts(found: list[dict[str, Any]]) -> dict[str, Any]:
    named = {name: Counter(entry[name] for entry in found) for name in ("rule", "site")}
    by = {f"by_{name}": dict(sorted(counter.items())) for name, counter in named.items()}
    return {"queries": len(found), "subjects": len({entry["subject"] for entry in found}), **by}


def _check(wanted: Wanted, definition: Definition) -> None:
    if wanted.rule is not None and wanted.rule not in rules():
        raise bad_parameter("rule", ", ".join(rules()))
    if wanted.endpoint is not None and wanted.endpoint not in definition.endpoints:
        raise bad_parameter("endpoint", ", ".join(definition.endpoints))


def _is_wanted(query: Query, wanted: Wanted) -> bool:
    right_rule = wanted.rule in (None, query.rule)
    return right_rule and (wanted.endpoint is None or rules()[query.rule].touches(wanted.endpoint))


def _up_to(query: Query, dossier: Dossier, cutoff: int | None) -> bool:
    if cutoff is None:
        return True
    dates = {record.key: dossier.when(record) for record in dossier.records if record.key in query.records}
    return any(days is None or days.first <= cutoff for days in dates.values())


def _subjects(connection: Connection, asked: Frame, wanted: Wanted) -> dict[int, KnownSubject]:
    """The subjects that are asked for, in order of their numbers."""
    if wanted.subject is not None:
        subject = subject_of(connection, asked.study.name, wanted.subject, asked.as_of)
        found = {subject.id: subject}
    else:
        found = stored_studies.subjects(connection, asked.study.name, asked.as_of.seq)
    sites = {*asked.study.zones, *(subject.site for subject in found.values())}
    if wanted.site is not None and wanted.site not in sites:
        raise bad_parameter("site", ", ".join(sorted(sites)) or "a site of the study")
    return {key: subject for key, subject in found.items() if wanted.site in (None, subject.site)}


def _dossiers(
    connection: Connection, asked: Frame, subjects: Mapping[int, KnownSubject]
) -> Iterator[tuple[KnownSubject, Dossier, list[Any] | None]]:
    """Each subject with its records and the findings of its toxicity window; a few hundred subjects at a time."""
    seq, definition = asked.as_of.seq, asked.definition
    only = next(iter(subjects)) if len(subjects) == 1 else None
    rows = events.of_subjects(connection, asked.study.name, seq, only)
    findings, terms = _findings(connection, asked, only), LoadedTerms(connection)
    for part in chunks(subjects):
        contents = current_contents(connection, part, RECORD_TYPES, seq)
        for key in part:
            subject = subjects[key]
            dossier = Dossier(
                _counted(contents.get(key, [])),
                History(rows.get(key, [])),
                asked.study.zones.get(subject.site),
                day_of(asked.as_of),
                definition.window_days,
                definition.ctcae_version,
                terms,
            )
            yield subject, dossier, findings.get(key)


def _counted(rows: Iterable[Any]) -> list[Any]:
    records = [stored_record(row.content) for row in rows]
    return [record for record in records if record.status != "entered-in-error"]


def _findings(connection: Connection, asked: Frame, subject: int | None) -> dict[int, list[Any]]:
    """Findings in the window of every toxicity endpoint, by subject; without a cut-off, as the rules read them."""
    found: dict[int, list[Any]] = {}
    for name, rule in asked.definition.endpoints.items():
        if isinstance(rule, Toxicity):
            question = replace(asked.question(name, subject=subject), cutoff=None)
            for row in window.derive(connection, question)[0]:
                found.setdefault(row.subject, []).extend(row.findings)
    return found
