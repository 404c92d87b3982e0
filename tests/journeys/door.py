"""The service behind its HTTP door, inside the test's own process: fixed clock, counted ids, a store of its own."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from app.config import Settings
from app.main import close_services, create_app
from app.services.context import Services
from app.services.rebuild import Rebuilt, rebuild

STUDY = "gdt-relapse"
START = datetime(2026, 6, 30, 12, tzinfo=UTC)
Raw = dict[str, Any]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


class Door:
    """One client of one service. Errors of the service come back as answers, as they would over the wire."""

    def __init__(self, folder: Path, database_url: str | None = None, first_id: int = 1, **settings: Any) -> None:
        self.clock = Clock()
        numbers = itertools.count(first_id)
        self.app = create_app(
            Settings(data=folder, database_url=database_url, **settings), self.clock, lambda: f"{next(numbers):032x}"
        )
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://engraft.test")

    @property
    def services(self) -> Services:
        found: Services = self.app.state.services
        return found

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()
        close_services(self.services)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._http.request(method, path, **options))

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.request("GET", path, params=params or None)

    def put_study(self, name: str, *sites: str, zone: str = "Europe/Berlin") -> httpx.Response:
        listed = [{"id": site, "time_zone": zone} for site in sites]
        return self.request("PUT", f"/studies/{name}", json={"definition": "gdt-relapse", "sites": listed})

    def post(
        self, body: bytes, media_type: str = "application/json", study: str = STUDY, **params: Any
    ) -> httpx.Response:
        headers = {"content-type": media_type}
        return self.request("POST", f"/studies/{study}/records", content=body, headers=headers, params=params)

    def send(self, *records: Raw, study: str = STUDY, **params: Any) -> httpx.Response:
        """One record as it is, several as an array."""
        body = records[0] if len(records) == 1 else list(records)
        return self.post(json.dumps(body).encode(), study=study, **params)

    def receipt(self, *records: Raw, study: str = STUDY, **params: Any) -> Raw:
        found: Raw = self.send(*records, study=study, **params).json()
        return found

    def seq(self) -> int:
        return int(self.get("/health/ready").json()["seq"])

    def status(self, subject: str, study: str = STUDY, **params: Any) -> Raw:
        found: Raw = self.get(f"/studies/{study}/subjects/{subject}/status", **params).json()
        return found

    def endpoint(self, name: str, study: str = STUDY, **params: Any) -> Raw:
        found: Raw = self.get(f"/studies/{study}/endpoints/{name}", **params).json()
        return found

    def rows(self, name: str, study: str = STUDY, **params: Any) -> Raw:
        found: Raw = self.get(f"/studies/{study}/endpoints/{name}/subjects", **params).json()
        return found

    def quarantine(self, study: str = STUDY, **params: Any) -> list[Raw]:
        found: list[Raw] = self.get(f"/studies/{study}/quarantine", **params).json()["items"]
        return found

    def everything(self, reference: str, **params: Any) -> list[Raw]:
        """The resources of an `$everything`, page after page."""
        found: list[Raw] = []
        url: str | None = str(httpx.URL(f"/fhir/{reference}/$everything", params=params))
        while url is not None:
            bundle = self.request("GET", url).json()
            found += [entry["resource"] for entry in bundle.get("entry", [])]
            url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
        return found

    def study_reference(self, study: str = STUDY) -> str:
        return str(self.get(f"/studies/{study}").json()["resource"])

    def rebuilt(self) -> Rebuilt:
        """The store held against what its records give; `different` must be 0."""
        with self.services.database.read.connect() as connection:
            return rebuild(connection, write_back=False)


@contextmanager
def open_door(folder: Path, database_url: str | None = None, **settings: Any) -> Iterator[Door]:
    door = Door(folder, database_url, **settings)
    try:
        yield door
    finally:
        door.close()


def record(kind: str, identifier: str, subject: str = "A-001", site: str = "A", /, **fields: Any) -> Raw:
    """A record with its envelope; `fields` may say version, recorded, status, source and site too."""
    return {"type": kind, "site": site, "source": "ehr", "id": identifier, "subject": subject, **fields}


def subject(number: str = "A-001", **fields: Any) -> Raw:
    return record("subject", f"S-{number}", number, **fields)
