"""A store of many subjects with five laboratory results each, filled by the database itself: rows and index alone."""

from sqlalchemy import Connection, text

from app.interop.fhir.search.parameters import parameters
from app.storage import planner

RESULTS = 5
# One in this many results has a given code; one in this many days is a given day.
CODES, DAYS = 50, 1_000
FIRST_DAY = 1_600_000_000_000.0
DAY = 86_400_000.0
FOREVER = 9223372036854775807
_COUNTED = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {upto}) "
_RESOURCE = (
    "INSERT INTO resource (id, type, resource_id, version, role, updated, deleted, seq_from, seq_to, body, audience,"
    " release) {counted}"
    " SELECT i + {offset}, '{type}', '{letter}' || i, 1, '', '2026-06-30T12:00:00.000Z', 0, 1, {forever}, {empty}, 0, 4"
    " FROM n"
)
_INDEX = (
    "INSERT INTO search_index (resource, parameter, position, {columns}) {counted}"
    " SELECT i + {offset}, {number}, {number}, {values} FROM n"
)


def fill(connection: Connection, subjects: int) -> None:
    """Patients p1 …, their results o1 …, their adverse events e1 … and ResearchSubjects s1 …, all at seq 1."""
    results = RESULTS * subjects
    whose = f"'p' || ((i - 1) % {subjects} + 1)"
    day = f"{FIRST_DAY} + {DAY} * ((i / {CODES} * 7 + i) % {DAYS})"
    patient = "'p' || i"
    rows: dict[str, tuple[int, str, dict[str, tuple[str, str]]]] = {
        "Patient": (
            subjects,
            "p",
            {
                "gender": ("text", "CASE i % 2 WHEN 0 THEN 'male' ELSE 'female' END"),
                "family": ("text, display", "'family ' || i, 'family ' || i"),
                "birthdate": ("low, high, shift", f"-{DAY} * (i % 20000), -{DAY} * (i % 20000 - 1), 0"),
            },
        ),
        "AdverseEvent": (
            subjects,
            "e",
            {"subject": ("text, system", f"{patient}, 'Patient'"), "event": ("text", f"'t' || (i % {CODES})")},
        ),
        "ResearchSubject": (
            subjects,
            "s",
            {"individual": ("text, system", f"{patient}, 'Patient'"), "identifier": ("text", "'A-' || i")},
        ),
        "Observation": (
            results,
            "o",
            {
                "status": ("text", "'final'"),
                "code": ("text, system", f"'c' || (i % {CODES}), 'http://loinc.org'"),
                "subject": ("text, system", f"{whose}, 'Patient'"),
                "date": ("low, high, shift", f"{day}, {day} + {DAY}, 60"),
                "value-quantity": ("text, low, high", "'g/dL', i % 97, i % 97"),
                "component-code": ("text, part", f"'k' || (i % {CODES}), 1"),
                "component-value-quantity": ("low, high, part", "i % 97, i % 97, 1"),
            },
        ),
    }  # fmt: skip
    offset = 0
    empty = "x''" if connection.dialect.name == "sqlite" else "''::bytea"
    for type_, (number, letter, values) in rows.items():
        counted = _COUNTED.format(upto=number)
        place = {"counted": counted, "offset": offset, "type": type_, "letter": letter}
        _run(connection, _RESOURCE.format(**place, forever=FOREVER, empty=empty))
        for code, (columns, said) in values.items():
            [parameter] = parameters(type_)[code].numbers
            named = {"columns": columns, "values": said, "number": parameter}
            _run(connection, _INDEX.format(counted=counted, offset=offset, **named))
        offset += number
    if connection.dialect.name == "sqlite":
        planner.state(connection)


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement.replace(":", "\\:")))
