"""Which records the rows of a table are: the types whose fields its columns name.

docs/profiles/infer.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.records import RECORD_TYPES
from app.interop.infer.formats import is_number
from app.interop.infer.names import EVERY, Match, fold, match, panel_test, record_types
from app.interop.infer.tables import Table
from app.interop.infer.words import is_missing
from app.interop.mapping.profile import RecordType
from app.interop.mapping.target import ENVELOPE

# A panel has at least so many tests.
_PANEL = 2
# REDCap has it in every row, of whatever instrument.
_REDCAP = "record_id"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One form. columns: field -> column; unsure: fields of which only a part of the name says so; panel: columns of
    laboratory results.
    """

    record: RecordType
    columns: dict[str, str]
    unsure: frozenset[str]
    panel: tuple[str, ...] = ()
    twice: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """How much the columns speak for this type."""
        return 2 * len(self.columns) - len(self.unsure) + 2 * len(self.panel)


def common(table: Table) -> dict[str, str]:
    """Columns of the envelope: key, subject, patient, version, time of recording."""
    if table.instrument and _REDCAP in table.columns:
        return {"subject": _REDCAP}
    found: dict[str, str] = {}
    for sure in (True, False):
        for column, values in table.columns.items():
            matched = match(EVERY, column)
            if matched is None or matched.sure is not sure or column in found.values():
                continue
            if sure or matched.field != "id" or len({*values}) == len(values) > 0:
                found.setdefault(matched.field, column)
    return found


def forms(table: Table) -> list[Chosen]:
    """The forms of a table, the likeliest first; none where no type has what it requires."""
    taken = set(common(table).values())
    every = [one for record in record_types() if (one := _chosen(record, table, taken)) is not None]
    every.sort(key=lambda one: -(one.score + 4 * _named(table.name, one.record)))
    found: list[Chosen] = []
    for one in every:
        used = {column for other in found for column in (*other.columns.values(), *other.panel)}
        if not found or (not one.unsure and not used & {*one.columns.values(), *one.panel}):
            found.append(one)
    return found


def _named(name: str, record: str) -> bool:
    return bool(name) and fold(name).rstrip("s") == fold(record)


def _chosen(record: RecordType, table: Table, taken: set[str]) -> Chosen | None:
    matches = [(column, found) for column, found in _matches(record, table, taken)]
    columns: dict[str, str] = {}
    twice: dict[str, str] = {}
    for sure in (True, False):
        for column, found in matches:
            if found.sure is sure and columns.setdefault(found.field, column) != column:
                twice[column] = found.field
    unsure = frozenset(found.field for column, found in matches if not found.sure and columns[found.field] == column)
    panel = tuple(_panel(table, taken)) if record == "lab" and "test" not in columns else ()
    lacking = {name for name in _required(record) if name not in columns} - ({"test"} if panel else set())
    enough = bool(columns) if record in ("death", "end_of_study", "transplant", "follow_up") else len(columns) > 1
    return None if lacking or not (enough or panel) else Chosen(record, columns, unsure, panel, twice)


def _matches(record: str, table: Table, taken: set[str]) -> Iterator[tuple[str, Match]]:
    for column in table.columns:
        found = match(record, column)
        if found is not None and (column not in taken or (record, found.field) == ("subject", "mrn")):
            yield column, found


def _required(record: str) -> list[str]:
    fields = RECORD_TYPES[record].model_fields.items()
    return [name for name, one in fields if one.is_required() and name not in ENVELOPE]


def _panel(table: Table, taken: set[str]) -> list[str]:
    """Columns of results, the first of each test."""
    found: dict[str, str] = {}
    for column, values in table.columns.items():
        test = panel_test(column) if column not in taken else None
        told = [value for value in values if not is_missing(value)]
        if test is not None and told and 2 * sum(map(is_number, told)) > len(told):
            found.setdefault(test.id, column)
    return [*found.values()] if len(found) >= _PANEL else []
