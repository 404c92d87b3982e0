"""The FHIR application of a service, with the routes of the views before its own."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx

from app.api.fhir import views
from app.api.fhir.app import fhir_app
from tests.journeys.door import Door

FHIR_JSON = "application/fhir+json"


class FhirDoor:
    """One client of the views."""

    def __init__(self, door: Door) -> None:
        app = fhir_app(door.services)
        app.router.routes[:0] = views.ROUTES
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://engraft.test")
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self._runner.run(self._http.get(path, params=params))

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": FHIR_JSON, **options.pop("headers", {})}
        return self._runner.run(self._http.post(path, content=content, headers=headers, params=options))

    def rows(self, view: str, **params: Any) -> list[dict[str, Any]]:
        answer = self.get(f"/ViewDefinition/{view}/$run", _format="json", **params)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found
