"""A store of invented subjects with ten results each, built in bulk: bodies, rows and index as the intake writes them.

Indexes are made when the rows are there, as for any bulk load.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from app.config import Settings
from app.endpoints.event import FOREVER
from app.interop.fhir.search.extract import extract
from app.main import close_services, create_app
from app.storage.tables import SEARCH_INDEX

STUDY = "gdt-relapse"
RESULTS = 10
CODES = ("718-7", "751-8", "777-3", "1742-6", "1920-8", "1975-2", "2160-0", "2276-4", "1751-7", "6690-2")
AT = "2026-06-30T12:00:00.000Z"
BATCH = 5_000
_RESOURCE = (
    "INSERT INTO resource (id, type, resource_id, version, study, subject, role, updated, deleted, seq_from, seq_to,"
    " body, audience, release) VALUES (?, ?, ?, 1, ?, ?, '', ?, 0, ?, ?, ?, 0, 4)"
)
_SUBJECT = (
    "INSERT INTO subject (id, study, number, site, patient, research_subject, seq) VALUES (?, ?, ?, 'A', ?, ?, 1)"
)
_VALUE = (
    "INSERT INTO search_index (resource, position, parameter, text, system, low, high, shift, display, part)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def build(folder: Path, subjects: int) -> int:
    """Fill the data folder of a service that does not run; the number of resources."""
    app = create_app(Settings(data=folder))
    close_services(app.state.services)
    store = sqlite3.connect(folder / "engraft.sqlite", isolation_level=None)
    store.execute("PRAGMA synchronous=OFF")
    made = store.execute("SELECT sql, name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    made = [(sql, name) for sql, name in made if name in {index.name for index in SEARCH_INDEX.indexes}]
    store.execute("BEGIN")
    for _, name in made:
        store.execute(f"DROP INDEX {name}")
    first = store.execute("SELECT max(id) FROM resource").fetchone()[0] + 1
    seq = store.execute("SELECT seq FROM counter").fetchone()[0]
    study = store.execute("SELECT resource FROM study WHERE name = ?", (STUDY,)).fetchone()[0]
    people = ((n, STUDY, f"A-{n:06}", f"p{n}", f"s{n}") for n in range(1, subjects + 1))
    store.executemany(_SUBJECT, people)
    row, resources = first, _resources(study, subjects)
    while batch := list(islice(resources, BATCH)):
        rows, values = [], []
        for number, (subject, resource) in enumerate(batch, row):
            place = (resource["resourceType"], resource["id"], STUDY, subject, AT)
            rows.append((number, *place, seq + number, FOREVER, json.dumps(resource, separators=(",", ":")).encode()))
            found = extract(resource["resourceType"], resource)
            values += [(number, position, *value) for position, value in enumerate(found)]
        store.executemany(_RESOURCE, rows)
        store.executemany(_VALUE, values)
        row += len(batch)
    for sql, _ in made:
        store.execute(sql)
    store.execute("UPDATE counter SET seq = ?, at = ?", (seq + row, AT))
    store.execute("COMMIT")
    store.close()
    return row - first


def _resources(study: str, subjects: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """(subject, resource) in the order in which they would have come."""
    for number in range(1, subjects + 1):
        patient = {"reference": f"Patient/p{number}"}
        sex, birth = ("female", "male")[number % 2], f"{1950 + number % 50}"
        yield number, _resource("Patient", f"p{number}", gender=sex, birthDate=birth)
        member = {"status": "on-study", "study": {"reference": f"ResearchStudy/{study}"}, "individual": patient}
        identifier = [{"system": "urn:engraft:subject", "value": f"A-{number:06}"}]
        yield number, _resource("ResearchSubject", f"s{number}", identifier=identifier, **member)
        for result in range(RESULTS):
            yield number, _result(number, result, patient)


def _result(number: int, result: int, patient: dict[str, str]) -> dict[str, Any]:
    month, day = 1 + (number + result) % 12, 1 + (number * 7 + result) % 28
    code = CODES[(number + result) % len(CODES)]
    value = {"value": (number * 13 + result) % 200 / 10, "unit": "g/dL", "system": "http://unitsofmeasure.org"}
    return _resource(
        "Observation",
        f"o{number}-{result}",
        status="final",
        category=[
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
        ],
        code={"coding": [{"system": "http://loinc.org", "code": code}], "text": "Laboratory result"},
        subject=patient,
        effectiveDateTime=f"{2020 + number % 6}-{month:02}-{day:02}",
        valueQuantity={**value, "code": "g/dL"},
    )


def _resource(type_: str, name: str, /, **elements: Any) -> dict[str, Any]:
    meta = {"versionId": "1", "lastUpdated": AT}
    return {"resourceType": type_, "id": name, "meta": meta, **elements}
