"""Clients that others wrote, doing their work on a running server: they notice nothing special.

https://github.com/beda-software/fhir-py ; https://github.com/smart-on-fhir/client-py
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from .judges import NPM, unavailable

pytestmark = pytest.mark.conformance
ANC = "http://loinc.org|751-8"


@pytest.fixture(scope="module")
def kit(address: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What fhir-kit-client saw. First of all, so that its export holds the example alone."""
    if shutil.which("node") is None or not (NPM / "node_modules").is_dir():
        unavailable("node or the npm packages (`make conformance` installs them)")
    folder = tmp_path_factory.mktemp("export")
    command = ["node", str(NPM / "kit.mjs"), address, str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return {**told, "folder": folder}


def needed(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        unavailable(f"{module} (`make conformance` installs it)")


def total(address: str, question: str) -> int:
    found: int = httpx.get(f"{address}/{question}").json()["total"]
    return found


def test_the_kit_reads_every_page_once(address: str, kit: dict[str, Any]) -> None:
    read = kit["reading"]
    assert read["fhirVersion"] == "4.0.1"
    assert len(set(read["counts"])) == len(read["counts"]) == total(address, f"Observation?code={ANC}&_summary=count")
    assert sorted(read["posted"]) == sorted(read["counts"])
    assert set(read["counts"]) < set(read["everything"])
    assert len(set(read["everything"])) == len(read["everything"])
    assert read["nobody"] == {"status": 404, "type": "OperationOutcome"}
    assert read["unknown"] == {"status": 400, "type": "OperationOutcome"}


def test_the_kit_writes(kit: dict[str, Any]) -> None:
    wrote = kit["writing"]
    assert (wrote["created"], wrote["again"], wrote["same"]) == (201, 200, True)
    assert (wrote["versions"], wrote["gender"]) == (["1", "2", "3", "1"], "other")
    assert wrote["lost"] == {"status": 412, "type": "OperationOutcome"}
    assert wrote["gone"] == {"status": 410, "type": "OperationOutcome"}
    assert wrote["history"] == ["DELETE", "PUT", "PUT", "POST"]
    assert kit["transaction"] == {"type": "transaction-response", "refers": True}


def test_the_kit_exports_to_files(kit: dict[str, Any]) -> None:
    exported = kit["exporting"]
    assert (exported["status"], exported["errors"]) == (200, [])
    assert {file["type"] for file in exported["files"]} == {"Patient", "Observation"}
    for file in exported["files"]:
        assert (file["lines"], file["types"]) == (file["count"], [file["type"]])
    lines = [line for path in Path(kit["folder"]).iterdir() for line in path.read_text(encoding="utf-8").splitlines()]
    names = {f"{one['resourceType']}/{one['id']}" for one in map(json.loads, lines)}
    of_study = {name for name in kit["reading"]["everything"] if name.partition("/")[0] in ("Patient", "Observation")}
    assert names == of_study


@pytest.fixture(scope="module")
def fhirpy(address: str) -> Any:
    found = needed("fhirpy")
    # Its count() sends `_totalMethod`, which is no parameter of FHIR.
    return found.SyncFHIRClient(address, extra_headers={"Prefer": "handling=lenient"})


def test_fhirpy_reads(address: str, fhirpy: Any) -> None:
    counts = fhirpy.resources("Observation").search(code=ANC)
    assert counts.count() == total(address, f"Observation?code={ANC}&_summary=count")
    assert len({one["id"] for one in counts.limit(100).fetch_all()}) == counts.count()
    subject = fhirpy.resources("ResearchSubject").sort("_id").first()
    assert subject["individual"].to_resource()["resourceType"] == "Patient"
    both = fhirpy.resources("ResearchSubject").search(_id=subject["id"]).include("ResearchSubject", "individual")
    assert [one.resource.resourceType for one in both.fetch_raw().entry] == ["ResearchSubject", "Patient"]
    everything = fhirpy.execute(f"ResearchSubject/{subject['id']}/$everything", method="get")
    assert everything["total"] > 50


def test_fhirpy_writes(address: str, fhirpy: Any) -> None:
    """Its get_or_create() is no interaction of FHIR (a POST with a search in its address), so the header says it."""
    key = {"system": "urn:example:fhirpy", "value": "1"}
    name = f"{key['system']}|{key['value']}"
    search = fhirpy.resources("Patient").search(identifier=name)
    careful = type(fhirpy)(address, extra_headers={"If-None-Exist": f"identifier={name}"})
    made = [careful.resource("Patient", identifier=[key], gender="male").create() for _ in range(2)]
    assert made[0]["id"] == made[1]["id"]
    patient = fhirpy.resources("Patient").search(identifier=name).get()
    patient["birthDate"] = "1980-05-02"
    patient.save()
    assert fhirpy.get("Patient", patient["id"])["birthDate"] == "1980-05-02"
    updated, fresh = search.update(fhirpy.resource("Patient", identifier=[key], gender="other"))
    assert (fresh, updated["id"], updated["meta"]["versionId"]) == (False, patient["id"], "3")
    patient.delete()
    assert search.count() == 0


def test_fhirpy_sends_a_transaction(fhirpy: Any) -> None:
    patient = "urn:uuid:3f1a3c1e-0000-4000-8000-000000000002"
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "a"},
        "subject": {"reference": patient},
    }
    entries = [
        {"fullUrl": patient, "resource": {"resourceType": "Patient"}, "request": {"method": "POST", "url": "Patient"}},
        {"resource": observation, "request": {"method": "POST", "url": "Observation"}},
    ]
    bundle = fhirpy.resource("Bundle", type="transaction", entry=entries)
    answer = fhirpy.execute("", data=bundle.serialize())
    assert [entry["response"]["status"] for entry in answer["entry"]] == ["201 Created"] * 2


@pytest.mark.filterwarnings("default")  # its own models use what Python has deprecated
def test_fhirclient_reads_every_type_into_its_models(address: str) -> None:
    """Its models refuse what is not R4."""
    client = needed("fhirclient.client")
    smart = client.FHIRClient(settings={"app_id": "engraft", "api_base": address})
    assert smart.prepare() and smart.server.capabilityStatement.fhirVersion == "4.0.1"
    for name in ("AdverseEvent", "Condition", "MedicationAdministration", "Patient", "Procedure", "ResearchSubject"):
        module = needed(f"fhirclient.models.{name.lower()}")
        search = getattr(module, name).where(struct={"_count": "50"})
        found = [one.id for one in search.perform_resources_iter(smart.server)]
        assert len(set(found)) == len(found) == total(address, f"{name}?_summary=count")


@pytest.mark.filterwarnings("default")
def test_fhirclient_writes(address: str) -> None:
    client = needed("fhirclient.client")
    smart = client.FHIRClient(settings={"app_id": "engraft", "api_base": address})
    assert smart.prepare()
    server = smart.server
    model = needed("fhirclient.models.patient").Patient
    patient = model({"gender": "female", "identifier": [{"system": "urn:example:smart", "value": "1"}]})
    read = model.read(patient.create(server)["id"], server)
    read.gender = "other"
    assert read.update(server)["meta"]["versionId"] == "2"
    assert model.read(read.id, server).gender == "other"
    read.delete()
    assert httpx.get(f"{address}/Patient/{read.id}").status_code == 410
