"""What the service sends of the example extract: every kind of answer, and a version of each shape of resource.

https://hl7.org/fhir/R4/http.html

Two resources have the same shape when they differ in nothing but dates, numbers, ids and how often an item of an array
is repeated: of each shape one is judged.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from app.interop.fhir.definitions import definitions
from app.interop.fhir.encode import to_json
from tests.journeys.door import STUDY, Door

EXAMPLES = Path(__file__).parents[2] / "examples"
ANSWERS = Path(__file__).with_name("answers.csv")
ACCEPT = {"R4": "application/fhir+json; fhirVersion=4.0", "R5": "application/fhir+json; fhirVersion=5.0"}
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
# Elements whose text tells one resource from another in kind; all other texts are dates, ids and the like.
_TELLING = {"code", "system", "display", "unit", "url", "status", "resourceType", "profile", "use", "type", "mode"}


def load(door: Door) -> None:
    """The example extract, as `make demo` sends it."""
    door.request("PUT", f"/studies/{STUDY}", content=(EXAMPLES / "study.json").read_bytes())
    for path in sorted(EXAMPLES.glob("*.ndjson")):
        assert door.post(path.read_bytes(), "application/x-ndjson").status_code in (200, 201), path.name


def versions(door: Door, release: str) -> list[str]:
    """A version of each shape, of all that the service holds."""
    found: dict[str, str] = {}
    for resource in every_version(door, release):
        found.setdefault(shape(resource), to_json(resource).decode())
    return list(found.values())


def every_version(door: Door, release: str) -> Iterator[dict[str, Any]]:
    """Every version of every resource, newest first."""
    url = "/fhir/_history?_count=1000"
    while url:
        bundle = _DECODER.decode(door.request("GET", url, headers={"accept": ACCEPT[release]}).content)
        yield from (entry["resource"] for entry in bundle["entry"] if "resource" in entry)
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")


def shape(node: Any, name: str = "") -> str:
    """A resource without what makes it this one."""
    if isinstance(node, dict):
        return "{" + ",".join(f"{key}:{shape(value, key)}" for key, value in sorted(node.items())) + "}"
    if isinstance(node, list):
        return "[" + ",".join(sorted({shape(item, name) for item in node})) + "]"
    if name in _TELLING or name.startswith("valueCode") or isinstance(node, bool):
        return str(node)
    return str(node).partition("/")[0] if name == "reference" else type(node).__name__


def answers(door: Door, release: str) -> dict[str, str]:
    """Each request of answers.csv with what comes back, which must have the status that stands there."""
    places = _places(door)
    rows = csv.DictReader(ANSWERS.read_text(encoding="utf-8").splitlines())
    found = {}
    for row in rows:
        if release in row["releases"].split():
            answer = door.request(row["method"], row["request"].format(**places), headers={"accept": ACCEPT[release]})
            assert answer.status_code == int(row["status"]), (row["request"], answer.status_code, answer.text[:500])
            found[row["request"]] = answer.text
    return found


def _places(door: Door) -> dict[str, str]:
    """Names for resources that the requests ask for."""
    bundle = door.get("/fhir/ResearchSubject", _count=1).json()
    subject = bundle["entry"][0]["resource"]
    [measure] = door.get("/fhir/Measure", identifier="OS").json()["entry"]
    return {
        "study": door.study_reference(),
        "measure": f"Measure/{measure['resource']['id']}",
        "subject": f"ResearchSubject/{subject['id']}",
        "patient": subject["individual"]["reference"],
        "observation": f"Observation/{door.get('/fhir/Observation', _count=1).json()['entry'][0]['resource']['id']}",
    }


def own_definitions(release: str) -> list[str]:
    """What this project defines in FHIR."""
    return [json.dumps(one) for one in definitions("R5" if release == "R5" else "R4")]


@cache
def sent(door: Door, release: str) -> list[str]:
    """All that is judged."""
    return [*versions(door, release), *answers(door, release).values(), *own_definitions(release)]
