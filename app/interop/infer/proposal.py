"""A first profile for a file: what its headers and values tell, everything else as comments.

docs/profiles/infer.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import Category, Fault, Issue
from app.interop.infer.choose import Chosen, common, forms
from app.interop.infer.fields import ORDER, field_lines, panel_lines
from app.interop.infer.formats import Dates, Numbers, dates_of, numbers_of
from app.interop.infer.names import split_unit
from app.interop.infer.tables import INSTRUMENT, File, Table, read_file
from app.interop.infer.text import scalar, sequence, shown
from app.interop.infer.words import is_missing
from app.interop.mapping.target import NoSuchField, steps, target

_IDENTIFYING = frozenset({"mrn", "family_name", "given_name", "birth_date"})
_NO_MARK = "whether , or . marks decimals could not be told: both would read some of the numbers"
_NO_KEY = "no key of the source was recognised; with this one, a corrected date makes a second record"
_REDCAP = ("record_id", "redcap_event_name", "redcap_repeat_instance")


@dataclass(frozen=True, slots=True)
class _Part:
    """One form of one table."""

    table: Table
    chosen: Chosen
    envelope: dict[str, str]

    def values(self, column: str) -> list[str]:
        """What stands in a column."""
        return self.table.columns[column]


def propose(body: bytes, name: str) -> str:
    """The text of a profile. name: its id. Fault UNPROCESSABLE where no record can be made of the file."""
    file = read_file(body)
    parts = [part for table in file.tables for part in _parts(table)]
    if not parts:
        message = "no table of the file was recognised as records of a subject"
        expected = "a header that names the subject or patient, and fields such as onset, collected, response"
        raise Fault(Category.UNPROCESSABLE, message, (Issue("", "not-found", message, expected),))
    dates = dates_of(value for part in parts for value in _of_kind(part, ("date",)))
    numbers = numbers_of(value for part in parts for value in _of_kind(part, ("number", "measured", "whole")))
    lines = [*_head(file, name, parts, dates, numbers), "forms:"]
    for position, part in enumerate(parts, start=1):
        lines += _form(file, part, dates, position)
    return "\n".join([*lines, *_left(file, parts)]) + "\n"


def _parts(table: Table) -> Iterator[_Part]:
    envelope = common(table)
    if "subject" in envelope or "patient" in envelope:
        yield from (_Part(table, chosen, envelope) for chosen in forms(table))


def _of_kind(part: _Part, kinds: tuple[str, ...]) -> Iterator[str]:
    """The values of all columns that are dates, or numbers."""
    record = part.chosen.record
    columns = [column for name, column in part.chosen.columns.items() if _kind(record, name) in kinds]
    if "number" in kinds:
        columns += part.chosen.panel
    elif "recorded" in part.envelope:
        columns.append(part.envelope["recorded"])
    yield from (value for column in columns for value in part.values(column) if not is_missing(value))


def _kind(record: str, name: str) -> str:
    try:
        return target(record, steps(name)).kind
    except NoSuchField:
        return "number"  # a dose


def _head(file: File, name: str, parts: list[_Part], dates: Dates, numbers: Numbers) -> Iterator[str]:
    yield "# Proposed from the headers and values of a file. Read every line before it is used, the comments first."
    yield from (f"profile: {scalar(name)}", "title: Proposed from a file", f"format: {file.format}", "source: file")
    if file.delimiter:
        yield f"csv: {{delimiter: {scalar(file.delimiter)}, encoding: {scalar(file.encoding)}}}"
    if dates.open_shapes:
        yield f"# {ORDER}"
    if dates.formats:
        yield f"dates: {sequence(dates.formats)}"
    if numbers.open_:
        yield f"# {_NO_MARK}"
    yield f"decimal: {scalar(numbers.decimal)}"
    if numbers.thousands:
        yield f"thousands: {scalar(numbers.thousands)}"
    yield f"missing: {sequence(_missing(parts))}"
    yield "missing_columns: allow"


def _missing(parts: list[_Part]) -> list[str]:
    """The words of the file that say that nothing is recorded; not those of columns that name tests or people."""
    columns = [(part, name, column) for part in parts for name, column in part.chosen.columns.items()]
    values = [part.values(column) for part, name, column in columns if name != "test" and name not in _IDENTIFYING]
    values += [part.values(column) for part in parts for column in part.chosen.panel]
    return list(dict.fromkeys(value for column in values for value in column if is_missing(value)))


def _form(file: File, part: _Part, dates: Dates, position: int) -> Iterator[str]:
    table, chosen = part.table, part.chosen
    yield f"  - form: {scalar(f'{chosen.record} {position}')}"
    yield f"    record: {chosen.record}"
    if not file.delimiter:
        yield f"    sheet: {scalar(table.name)}"
    if table.instrument and table.name:
        yield f"    when: [{{column: {INSTRUMENT}, is: {sequence([table.name])}}}]"
    yield from (f"    {line}" for line in _key(part))
    yield from (f"    {line}" for line in _whose(part))
    for name in ("version", "recorded"):
        if name in part.envelope:
            yield f"    {name}: {scalar(part.envelope[name])}"
    yield from _fields(part, dates)
    if chosen.panel:
        yield "    spread:"
        yield from (f"      {line}" for column in chosen.panel for line in panel_lines(column))


def _fields(part: _Part, dates: Dates) -> Iterator[str]:
    chosen = part.chosen
    lines: list[str] = []
    for name, column in chosen.columns.items():
        sure = name not in chosen.unsure
        lines += field_lines(chosen.record, name, column, part.values(column), dates, sure)
    lines += [f"# {shown(column)} may be {name} too" for column, name in chosen.twice.items()]
    yield "    fields:" if any(not line.startswith("#") for line in lines) else "    fields: {}"
    yield from (f"      {line}" for line in lines)


def _whose(part: _Part) -> list[str]:
    if "subject" in part.envelope:
        return [f"subject: {scalar(part.envelope['subject'])}"]
    return [f"patient: {{number: {scalar(part.envelope['patient'])}}}"]


def _key(part: _Part) -> list[str]:
    """The source's key where a column has one value a row, else what tells the rows apart."""
    columns = part.table.columns
    if part.table.instrument:
        return [f"id: {sequence([column for column in _REDCAP if column in columns])}"]
    whose = part.envelope.get("subject") or part.envelope["patient"]
    once = part.chosen.record in ("subject", "disease", "death", "end_of_study")
    own = part.envelope.get("id")
    if own is not None and not once and len(set(columns[own])) == len(columns[own]):
        return [f"id: {scalar(own)}"]
    parts = [whose] if once else [*filter(None, (own, whose)), *_telling(part)]
    key = scalar(parts[0]) if len(parts) == 1 and whose == part.envelope.get("subject") else sequence(parts)
    notes = [] if once else [f"# {_NO_KEY}"]
    return [*notes, f"id: {key}" if whose == part.envelope.get("subject") else f"id: {{digest: {key}}}"]


def _telling(part: _Part) -> list[str]:
    """Columns that tell the records of one subject apart."""
    record, columns = part.chosen.record, part.chosen.columns
    names = [name for name in columns if _kind(record, name) == "date"][:1]
    names += [name for name in ("test", "term", "kind", "number") if name in columns]
    return [columns[name] for name in names]


def _left(file: File, parts: list[_Part]) -> Iterator[str]:
    """Columns that no form reads."""
    used = {column for part in parts for column in (*part.chosen.columns.values(), *part.chosen.panel)}
    used |= {column for part in parts for column in part.envelope.values()} | {INSTRUMENT, *_REDCAP}
    every = dict.fromkeys(column for table in file.tables for column in table.columns)
    left = [shown(split_unit(column)[0]) for column in every if column not in used]
    if left:
        yield f"# Columns that were not recognised: {', '.join(dict.fromkeys(left))}"
    if file.twice:
        yield "# Two columns have one name: rename one of them, or the file is refused where a form reads it."
