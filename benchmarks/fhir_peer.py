"""Questions to any FHIR server, timed: what they are made of is found by asking the server first.

https://hl7.org/fhir/R4/http.html ; https://hl7.org/fhir/uv/bulkdata/export.html
"""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

FHIR_JSON = "application/fhir+json"
LOINC = "http://loinc.org"
ENTRIES = 20
SECONDS_TO_EXPORT = 1800


@dataclass(frozen=True)
class Figure:
    """What one kind of question took. seconds: of one, the median; answer: one of them; resources: how many it held."""

    name: str
    seconds: float
    answer: bytes
    resources: int = 0


class Peer:
    """One kept connection to a FHIR server. base: its address, such as http://127.0.0.1:8000/fhir."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base.rstrip("/"))
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.netloc, timeout=SECONDS_TO_EXPORT)
        self._path = parts.path

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers in lower case, body). path: below the base, or a whole address on the same host."""
        where = urlsplit(path)._replace(scheme="", netloc="").geturl() if "://" in path else f"{self._path}/{path}"
        sent = {"Accept": FHIR_JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self._connection.request(method, where, body, sent | ({"Content-Type": FHIR_JSON} if body else {}))
        answer = self._connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def get(self, path: str) -> bytes:
        """The body of a good answer."""
        status, _, body = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path.partition('?')[0]}: {status}")
        return body


def median(work: Callable[[Any], bytes], items: list[Any]) -> tuple[float, bytes]:
    """(seconds of one, the last answer), one after another; the first goes unmeasured."""
    answer, times = work(items[0]), []
    for item in items[1:]:
        begin = time.perf_counter()
        answer = work(item)
        times.append(time.perf_counter() - begin)
    return statistics.median(times), answer


@dataclass(frozen=True)
class Known:
    """What the server was found to hold. observations: some ids; code: one that they have; day: of one of them."""

    observations: list[str]
    code: str
    day: str

    @property
    def searches(self) -> dict[str, str]:
        """The searches that are measured, by name."""
        code = quote(self.code, safe="")
        return {
            "search by code and date": f"Observation?code={code}&date=ge{self.day}&_count=50",
            "chained search": f"Observation?code={code}&subject:Patient.gender=female&_count=50",
        }


def known(peer: Peer) -> Known:
    """Look at the first results of the server."""
    found = [entry["resource"] for entry in json.loads(peer.get("Observation?_count=200"))["entry"]]
    coded = next(one for one in found if "effectiveDateTime" in one and one["code"].get("coding"))
    coding = coded["code"]["coding"][0]
    code = "|".join(filter(None, (coding.get("system"), coding["code"])))
    return Known([one["id"] for one in found], code, coded["effectiveDateTime"][:10])


def figures(peer: Peer, times: int = 200) -> Iterator[Figure]:
    """Read, searches, a transaction and an export, each as often as it takes to tell."""
    held = known(peer)
    seconds, answer = median(lambda name: peer.get(f"Observation/{name}"), (held.observations * times)[:times])
    yield Figure("read", seconds, answer, 1)
    for name, question in held.searches.items():
        seconds, answer = median(peer.get, [question] * (times // 4))
        yield Figure(name, seconds, answer, len(json.loads(answer).get("entry", [])))
    seconds, answer = median(lambda body: _transact(peer, body), [transaction() for _ in range(times // 8)])
    yield Figure(f"transaction of {ENTRIES} entries", seconds, answer, ENTRIES)
    yield export(peer)


def transaction() -> bytes:
    """A new Patient and its results, which refer to it by the name that only the Bundle knows."""
    patient = f"urn:uuid:{uuid.uuid4()}"
    resources = [{"resourceType": "Patient", "gender": "female", "birthDate": "1970-01-01"}]
    resources += [_result(patient, number) for number in range(ENTRIES - 1)]
    entries = [
        {
            "fullUrl": patient if number == 0 else f"urn:uuid:{uuid.uuid4()}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for number, resource in enumerate(resources)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def _result(patient: str, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "718-7"}]},
        "subject": {"reference": patient},
        "effectiveDateTime": f"2024-01-{number + 1:02}T08:00:00Z",
        "valueQuantity": {"value": 10.5, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
    }


def _transact(peer: Peer, body: bytes) -> bytes:
    status, _, answer = peer.ask("POST", "", body)
    if status != 200:
        raise RuntimeError(f"transaction: {status}")
    return answer


def export(peer: Peer) -> Figure:
    """Everything, from the first request to the last byte of the last file."""
    begin = time.perf_counter()
    status, headers, _ = peer.ask("GET", "$export", Prefer="respond-async")
    if status != 202:
        raise RuntimeError(f"$export: {status}")
    manifest = _finished(peer, headers["content-location"])
    lines = sum(peer.get(output["url"]).count(b"\n") for output in manifest["output"])
    return Figure("$export", time.perf_counter() - begin, b"", lines)


def _finished(peer: Peer, job: str) -> dict[str, Any]:
    for _ in range(SECONDS_TO_EXPORT * 10):
        status, _, body = peer.ask("GET", job)
        if status == 200:
            manifest: dict[str, Any] = json.loads(body)
            return manifest
        if status not in (202, 429):
            raise RuntimeError(f"$export: {status}")
        time.sleep(0.1)
    raise RuntimeError("$export: not finished in time")
