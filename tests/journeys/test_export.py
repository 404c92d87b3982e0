"""A client that keeps a copy of the store by exports, while hospitals go on sending.

Each export is a snapshot: the first one and then one `_since` the last `transactionTime`, merged, are the store; what
is new comes once, what is gone is said, and no line is half of a resource.
"""

import asyncio
import json
import random
from typing import Any

import httpx
from sqlalchemy import text

from tests.journeys.door import STUDY, Door, Raw, record, subject

ROUNDS = 4
SUBJECTS = 30


class Copy:
    """What a client has by its exports: resources by place."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.resources: dict[str, Raw] = {}
        self.time: str | None = None

    async def bring_up_to_date(self) -> None:
        since = "" if self.time is None else f"?_since={self.time}"
        answer = await self._http.get(f"/fhir/$export{since}", headers={"prefer": "respond-async"})
        manifest = await self._finished(answer.headers["content-location"])
        changed = [line for item in manifest["output"] for line in await self._lines(item)]
        gone = [
            entry["request"]["url"]
            for item in manifest.get("deleted", [])
            for line in await self._lines(item)
            for entry in line["entry"]
        ]
        places = [f"{one['resourceType']}/{one['id']}" for one in changed]
        assert len(set(places)) == len(places)  # nothing twice
        assert set(places).isdisjoint(gone)
        if self.time is not None:
            assert all(one["meta"]["lastUpdated"] > self.time for one in changed)
        assert all(one["meta"]["lastUpdated"] <= manifest["transactionTime"] for one in changed)
        self.resources |= dict(zip(places, changed, strict=True))
        for place in gone:
            self.resources.pop(place, None)
        self.time = manifest["transactionTime"]

    async def _finished(self, location: str) -> Raw:
        while (answer := await self._http.get(location)).status_code != 200:
            assert answer.status_code in (202, 429), answer.text
            await asyncio.sleep(0.05)
        found: Raw = answer.json()
        return found

    async def _lines(self, item: Raw) -> list[Raw]:
        text = (await self._http.get(item["url"])).text
        lines: list[Raw] = [json.loads(line) for line in text.splitlines()]
        assert len(lines) == item["count"]
        return lines


def course(dice: random.Random, version: int) -> list[Raw]:
    """New subjects, corrections, and records that move to somebody who is not there (yet): their resources go."""
    number = f"A-{dice.randrange(SUBJECTS):03d}"
    other = f"A-{dice.randrange(2 * SUBJECTS):03d}"
    found = [subject(number, version=version, sex=dice.choice(["female", "male"]))]
    found.append(record("infusion", f"I-{number}", number, version=version, start=f"2024-03-{dice.randint(1, 28):02d}"))
    name = f"L-{dice.randrange(SUBJECTS)}"
    values: dict[str, Any] = {"test": "anc", "value": dice.random(), "unit": "10*9/L", "collected": "2024-04-01"}
    found.append(record("lab", name, other, version=version, **values))
    return found


async def write(door: Door, http: httpx.AsyncClient, dice: random.Random, done: asyncio.Event) -> int:
    sent = 0
    while not done.is_set():
        sent += 1
        door.clock.move(milliseconds=dice.choice([0, 0, 1, 500]))  # several changes may share an instant of the clock
        answer = await http.post(f"/studies/{STUDY}/records", json=course(dice, sent))
        assert answer.status_code in (200, 201), answer.text
        await asyncio.sleep(0)
    return sent


async def follow(door: Door) -> tuple[Copy, int]:
    transport = httpx.ASGITransport(door.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://engraft.test") as http:
        copy, done = Copy(http), asyncio.Event()
        writing = asyncio.create_task(write(door, http, random.Random(4), done))
        for _ in range(ROUNDS):
            await asyncio.sleep(0.5)
            await copy.bring_up_to_date()
        done.set()
        sent = await writing
        await copy.bring_up_to_date()
        return copy, sent


def stored(door: Door) -> dict[str, Raw]:
    """What a plain reading of the store says in the end."""
    with door.services.database.read.connect() as connection:
        rows = connection.execute(text("SELECT body FROM resource WHERE seq_to > 1000000000 AND deleted = 0"))
        found = [json.loads(bytes(row.body)) for row in rows]
    return {f"{one['resourceType']}/{one['id']}": one for one in found}


def test_exports_that_follow_each_other_are_the_store(door: Door) -> None:
    copy, sent = asyncio.run(follow(door))
    assert sent > 20
    expected = stored(door)
    assert len(expected) > 50
    assert copy.resources == expected
