"""What is remembered of each resource that arrived, and what is told of one that says nothing new.

docs/fhir-intake.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from app.interop.fhir.arriving.arrived import DELETED, Arrived
from app.interop.fhir.arriving.names import Names
from app.services.arriving.settled import unchanged
from app.services.arriving.versions import Sorted, latest
from app.services.intake.prepare import Prepared, Settled
from app.services.intake.receipt import Line
from app.services.writing.plan import Plan
from app.storage import arrivals
from app.storage.arrivals import Known, Name
from app.storage.records import KnownRecord, load_records


def entries_of(
    connection: Connection, study: str, sorted_: Sorted, known: dict[Name, Known], planned: Plan | None
) -> list[Known]:
    """What is known of each name after an arrival."""
    records = _records(study, planned)
    fresh = [_fresh(study, item, records.get(name, []), planned) for name, item in sorted_.fresh.items()]
    newer = {item.name: item for item in sorted_.unchanged if item.name in known and item.name not in sorted_.fresh}
    others = arrivals.load(connection, records.keys() - sorted_.fresh.keys())
    again = {name: _seen_again(item, known[name]) for name, item in newer.items()}
    joined = {name: _joined(again.get(name, item), records[name]) for name, item in others.items()}
    return fresh + list((again | joined).values())


def _joined(standing: Known, records: list[str]) -> Known:
    """A resource that takes part in further records, though it was not sent now."""
    said = filter(None, standing.records.split("\n"))
    return replace(standing, records="\n".join(dict.fromkeys([*said, *records])), reason="")


def _records(study: str, planned: Plan | None) -> dict[Name, list[str]]:
    found: dict[Name, list[str]] = {}
    for item in planned.items.get(study, ()) if planned is not None else ():
        if isinstance(item, Prepared) and planned is not None:
            for name in planned.members[study, item.index]:
                found.setdefault(name, []).append(item.record.key)
    return found


def _fresh(study: str, item: Arrived, records: list[str], planned: Plan | None) -> Known:
    stamp, reason = item.stamp, ""
    if not records and item.digest != DELETED and planned is not None:
        reason = planned.reasons.get(item.name, "") or "its subject is known from elsewhere; it is kept as it is"
    where = (*item.name, study, item.name[1])
    return Known(*where, stamp.updated, stamp.version, stamp.rank, item.digest, "\n".join(records), reason)


def _seen_again(item: Arrived, standing: Known) -> Known:
    stamp = latest(item, standing)
    return replace(standing, updated=stamp.updated, version=stamp.version, rank=stamp.rank)


def unchanged_lines(
    connection: Connection, study: str, names: Names, sorted_: Sorted, known: dict[Name, Known]
) -> Iterator[Settled]:
    """A line for each record of which nothing new was said; what is told by an older version is superseded."""
    fresh = sorted_.fresh.keys()
    old = {id(item) for item in sorted_.superseded}
    told: dict[str, list[Arrived]] = {}
    for item in sorted([*sorted_.unchanged, *sorted_.superseded], key=lambda item: item.position):
        standing = known.get(item.name)
        keys = standing.records.split("\n") if standing is not None and standing.records else []
        if item.name in fresh or (not keys and id(item) in old):
            yield unchanged(item, names, Line(item.position, "unchanged", superseded=id(item) in old))
            continue
        for key in keys:
            told.setdefault(key, []).append(item)
    records = load_records(connection, study, told)
    taken: set[int] = set()
    for key, items in told.items():
        if key in records:
            lead = next((item for item in items if key.endswith(_reference(item))), items[0])
            index = lead.position
            while index in taken:
                index += sorted_.size
            taken.add(index)
            yield unchanged(lead, names, _line(index, records[key], items, old))


def _reference(item: Arrived) -> str:
    return f"{item.name[0]}/{item.name[1]}"


def _line(index: int, record: KnownRecord, items: list[Arrived], old: set[int]) -> Line:
    label = record.current.label if record.current is not None else None
    line = Line(index, "unchanged", record.key.split("/", 3)[3], label)
    line.resources = [_reference(item) for item in items]
    line.superseded = all(id(item) in old for item in items)
    return line
