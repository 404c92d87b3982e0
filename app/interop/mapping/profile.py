"""The language of mapping profiles: which rows become which records, and which column which field.

docs/profiles.md explains each word.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, RootModel, StringConstraints, Tag

from app.domain.study import StudyName, ZoneName
from app.domain.terms import CodeRef, Frozen, SourceName, Text

RecordType = Literal[
    "subject", "disease", "transplant", "infusion", "adverse_event", "gvhd", "disease_assessment", "lab", "follow_up",
    "death", "therapy", "end_of_study",
]  # fmt: skip
Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = bool | int | float | str | None
Value = Word | CodeRef
Mark = Literal[".", ",", " ", "'"]


def _kind(value: Any) -> str:
    """Which of the forms of a field, of a map, or of a list of fields a value is written in."""
    if isinstance(value, str):
        return "Column"
    if isinstance(value, list):
        return "Groups"
    words = value if isinstance(value, dict) else value.__dict__ if hasattr(value, "__dict__") else {}
    if "repeat" in words:
        return "Repeat"
    if "words" in words or "table" in words:
        return "Map"
    return "Source" if SOURCE_WORDS & set(words) else "Group"


class Map(Frozen):
    """Local words and what they mean: written here, or in a code table of the study."""

    words: dict[str, Value] = Field({}, description="local word -> ours, or {system, code, text}; null: not recorded")
    table: StudyName | None = Field(None, description="name of a code table of `engraft terminology load`")
    else_: Literal["keep", "drop"] | None = Field(
        None, alias="else", description="what becomes of another word: kept as it is, or not recorded; absent: refused"
    )


Words = dict[str, Value]
AnyMap = Annotated[Annotated[Map, Tag("Map")] | Annotated[Words, Tag("Group")], Discriminator(_kind)]


class Condition(Frozen):
    """A condition on one column; all that are given must hold."""

    column: Column = Field(description="the column that is looked at")
    is_: list[str] | None = Field(None, alias="is", description="one of these words")
    is_not: list[str] | None = Field(None, description="none of these words")
    empty: bool | None = Field(None, description="true: nothing is recorded; false: something is")
    matches: str | None = Field(None, description="a pattern: * for any text, ? for any character")
    optional: bool = Field(False, description="true: the file may lack the column, which then says nothing")


class Precision(Frozen):
    """How much of a date is known, as another column says it: what is not known is left out of the date."""

    column: Column = Field(description="the column that says it, such as one for an estimated date")
    words: dict[str, Literal["day", "month", "year"]] = Field(
        min_length=1, description="its words -> the least part that is known; another word, or none: all of it"
    )


class Source(Frozen):
    """Where the value of a field comes from, and how it is read."""

    column: Column | None = Field(None, description="the column")
    columns: list[Column] | None = Field(None, description="several: their values as a list, or joined by `join`")
    join: str | None = Field(None, description="what stands between the values of `columns`")
    const: Value = Field(None, description="always this value")
    checkboxes: dict[Column, str] | None = Field(None, description="column of a check box -> what it adds to the list")
    checked: list[str] = Field(
        ["1", "X", "x", "true", "TRUE", "True", "Checked", "checked"], description="what a box says that is checked"
    )
    default: Value = Field(None, description="the value where nothing is recorded")
    map: str | AnyMap | None = Field(None, description="local words -> ours: the name of one of `maps`, or the words")
    split: str | None = Field(None, min_length=1, description="a list in one cell: what stands between its values")
    dates: list[str] | None = Field(None, description="formats of this column, in place of the profile's")
    pivot: Annotated[int, Field(ge=0, le=99)] | None = Field(None, description="last two-digit year of this century")
    precision: Precision | None = Field(None, description="how much of a date is known")
    decimal: Literal[".", ","] | None = Field(None, description="decimal mark, in place of the profile's")
    thousands: Mark | None = Field(None, description="mark between thousands, in place of the profile's")
    missing: list[str] | None = Field(None, description="what means not recorded, in place of the profile's")
    when: list[Condition] | None = Field(None, description="only in rows for which all of these hold")
    optional: bool = Field(False, description="true: the file may lack the column")


# No field of a record has such a name.
SOURCE_WORDS = frozenset(Source.model_fields)
Spec = Annotated[Annotated[Column, Tag("Column")] | Annotated[Source, Tag("Source")], Discriminator(_kind)]


class Group(RootModel[dict[str, Spec]]):
    """Fields of a part of a record, such as `dose`; it is there where one of its columns has a value."""

    model_config = {"frozen": True}


class Repeat(Frozen):
    """The same fields again and again, from columns that differ by a number or a word."""

    repeat: Annotated[int, Field(ge=1, le=200)] | list[str] = Field(
        description="how often, counted from 1, or the words; {n} stands for each in the names of columns and in texts"
    )
    fields: Group = Field(description="the fields of one")


AnyField = Annotated[
    Annotated[Column, Tag("Column")]
    | Annotated[Source, Tag("Source")]
    | Annotated[Repeat, Tag("Repeat")]
    | Annotated[list[Group], Tag("Groups")]
    | Annotated[Group, Tag("Group")],
    Discriminator(_kind),
]


class Fields(RootModel[dict[str, AnyField]]):
    """Fields of a record by name or path, such as `dose.value`, `grade_history[0].date` or `grade_history[].date`."""

    model_config = {"frozen": True}


class RepeatedFields(Frozen):
    """Records that differ by a number or a word in the names of their columns."""

    repeat: Annotated[int, Field(ge=1, le=1000)] | list[str] = Field(
        description="how often, counted from 1, or the words; {n} stands for each in the names of columns and in texts"
    )
    fields: Fields = Field(description="the fields of one record")


class Spread(RootModel[dict[str, Fields]]):
    """One record for each name, which also ends its id; there where one of its columns has a value."""

    model_config = {"frozen": True}


AnySpread = Annotated[
    Annotated[RepeatedFields, Tag("Repeat")]
    | Annotated[Spread, Tag("Group")]
    | Annotated[Spread, Tag("Map")]
    | Annotated[Spread, Tag("Source")],
    Discriminator(_kind),
]


class Patient(Frozen):
    """The hospital's number of the patient, where the source does not know the trial's subject number."""

    number: Spec = Field(description="the number")
    authority: Spec | None = Field(None, description="who assigned it")
    kind: Spec | None = Field(None, description="its kind, as in HL7 table 0203, such as MR")


class Key(Frozen):
    """The source's key, made unreadable: for keys that would tell the patient's number."""

    digest: list[Spec] = Field(min_length=1, description="columns whose values make the key together")


def _key(value: Any) -> str:
    if isinstance(value, list):
        return "Parts"
    return "Key" if isinstance(value, Key) or (isinstance(value, dict) and "digest" in value) else _kind(value)


AnyKey = Annotated[
    Annotated[Column, Tag("Column")]
    | Annotated[Source, Tag("Source")]
    | Annotated[Source, Tag("Group")]
    | Annotated[Key, Tag("Key")]
    | Annotated[list[Spec], Field(min_length=1), Tag("Parts")],
    Discriminator(_key),
]


class Form(Frozen):
    """Rows of one kind and the records that they become."""

    form: Text = Field(description="what the hospital calls it")
    record: RecordType = Field(description="the type of record")
    sheet: Text | None = Field(None, description="Excel: the sheet whose rows these are")
    rows: Annotated[str, StringConstraints(pattern="^(message|[A-Z][A-Z0-9]{2})$")] | None = Field(
        None, description="HL7 v2: `message`, or the segment that is a row"
    )
    when: list[Condition] | None = Field(None, description="only rows for which all of these hold")
    group: list[Column] | None = Field(
        None, min_length=1, description="neighbouring rows with the same values in these columns make one record"
    )
    id: AnyKey = Field(description="the source's key: a column, or several that make it together")
    subject: Spec | None = Field(None, description="the trial's subject number, in place of the profile's")
    patient: Patient | None = Field(None, description="the hospital's number of the patient, in place of the profile's")
    version: Spec | None = Field(None, description="number of the version")
    recorded: Spec | None = Field(None, description="when the source recorded it")
    status: Spec | None = Field(None, description="final, amended or entered-in-error; absent: final")
    fields: Fields = Field(Fields({}), description="the fields of the record")
    spread: AnySpread | None = Field(None, description="several records out of one row, such as one a test of a panel")


class Csv(Frozen):
    """How a CSV file is written."""

    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = Field(",", description="between cells")
    quote: Annotated[str, StringConstraints(min_length=1, max_length=1)] = Field('"', description="around a cell")
    encoding: str = Field("utf-8", description="where neither a byte order mark nor the sender says it")
    header: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="line of the header; absent: the first that has the columns of the profile"
    )


class Xlsx(Frozen):
    """How a workbook is laid out."""

    header: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="row of the header; absent: the first that has the columns of the profile"
    )


class Hl7v2(Frozen):
    """How messages are written."""

    encoding: str = Field("utf-8", description="where MSH-18 does not say it")


class Profile(Frozen):
    """A mapping profile: how the files or messages of one source are read."""

    profile: StudyName = Field(description="id of the profile")
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(1, description="a stored version never changes")
    title: Text = Field(description="what it is for")
    format: Literal["csv", "xlsx", "hl7v2"] = Field(description="the format that it reads")
    site: SourceName | Source | None = Field(
        None, description="the site, where the sender does not name it; {column: …}: the row does"
    )
    source: SourceName | Source | None = Field(
        None, description="the source system, where the sender does not name it; {column: …}: the row does"
    )
    subject: Spec | None = Field(None, description="the trial's subject number")
    patient: Patient | None = Field(None, description="the hospital's number of the patient, where it is not known")
    time_zone: ZoneName | None = Field(None, description="zone of times without offset; absent: that of the site")
    dates: list[str] = Field([], description="formats of dates, tried in order; ISO is always read")
    pivot: Annotated[int, Field(ge=0, le=99)] | None = Field(None, description="last two-digit year of this century")
    unknown_parts: list[str] = Field([], description="what stands for an unknown day or month, such as UN or 00")
    decimal: Literal[".", ","] = Field(".", description="decimal mark")
    thousands: Mark | None = Field(None, description="mark between thousands")
    missing: list[str] = Field([], description="what means not recorded, beside an empty cell")
    missing_columns: Literal["refuse", "allow"] = Field(
        "refuse", description="allow: a file may lack any column but those that keys and conditions need"
    )
    other_rows: Literal["leave", "refuse"] = Field(
        "leave", description="refuse: a row that no form takes is a mistake; leave: it is of no interest"
    )
    csv: Csv = Field(Csv(), description="how a CSV file is written")
    xlsx: Xlsx = Field(Xlsx(), description="how a workbook is laid out")
    hl7v2: Hl7v2 = Field(Hl7v2(), description="how messages are written")
    maps: dict[str, AnyMap] = Field({}, description="maps by name, for the fields that use them")
    forms: list[Form] = Field(min_length=1, description="the forms")

    def __hash__(self) -> int:
        """By identity: what is prepared for a profile is kept beside it."""
        return id(self)
