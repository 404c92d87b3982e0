"""An export as a client does it: kicked off, waited for, fetched."""

import json
import time
from typing import Any

import httpx

from tests.journeys.door import Door, Raw

ASYNC = {"prefer": "respond-async"}


class Exports:
    def __init__(self, door: Door) -> None:
        self.door = door

    def kick_off(self, question: str, prefer: str = "respond-async", **options: Any) -> httpx.Response:
        method = "POST" if "json" in options else "GET"
        headers = {"prefer": prefer, **options.pop("headers", {})}
        return self.door.request(method, f"/fhir/{question}", headers=headers, **options)

    def started(self, question: str, **options: Any) -> str:
        """The address to ask for the job at."""
        answer = self.kick_off(question, **options)
        assert answer.status_code == 202, answer.text
        return answer.headers["content-location"]

    def finished(self, location: str) -> httpx.Response:
        """The last answer of a job, waited for; the clock moves, so that asking again is never too soon."""
        for _ in range(1000):
            answer = self.door.request("GET", location)
            if answer.status_code != 202:
                return answer
            assert int(answer.headers["retry-after"]) > 0
            assert len(answer.headers["x-progress"]) < 100
            self.door.clock.move(seconds=1)
            time.sleep(0.01)
        raise AssertionError("the export did not come to its end")

    def manifest(self, question: str, **options: Any) -> Raw:
        answer = self.finished(self.started(question, **options))
        assert answer.status_code == 200, answer.text
        found: Raw = answer.json()
        return found

    def lines(self, manifest: Raw, kind: str = "output") -> list[Raw]:
        """Every line of every file of a kind; each file holds what the manifest says of it."""
        found = []
        for item in manifest.get(kind, []):
            answer = self.door.request("GET", item["url"])
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+ndjson")
            lines = [json.loads(line) for line in answer.text.splitlines()]
            assert ({line["resourceType"] for line in lines}, len(lines)) == ({item["type"]}, item["count"])
            found += lines
        return found

    def exported(self, question: str, **options: Any) -> list[Raw]:
        return self.lines(self.manifest(question, **options))


def places(resources: list[Raw]) -> list[str]:
    return sorted(f"{one['resourceType']}/{one['id']}" for one in resources)
