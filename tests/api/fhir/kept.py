"""Resources put straight into the store as if a client had written them: bytes, row and index values."""

import json
from typing import Any

from sqlalchemy import insert

from app.endpoints.event import FOREVER
from app.interop.fhir.search.extract import extract
from app.storage import counter, held
from app.storage.counter import Moment
from app.storage.search.index import index_rows
from app.storage.tables import RESOURCE, SEARCH_INDEX
from app.storage.visibility import EVERYBODY
from tests.journeys.door import Door


def keep(door: Door, *resources: dict[str, Any], audience: int = EVERYBODY, study: str | None = None) -> None:
    """Version 1 of each, in one transaction. Each has a resourceType and an id."""
    with door.services.database.write.begin() as connection:
        before = counter.lock(connection, door.clock())
        moment = Moment(before.seq + 1, before.time)
        for row, resource in zip(held.reserve(connection, len(resources)), resources, strict=True):
            body = {**resource, "meta": {**resource.get("meta", {}), "versionId": "1", "lastUpdated": moment.time}}
            place = {"type": body["resourceType"], "resource_id": body["id"], "version": 1, "audience": audience}
            spans = {"seq_from": moment.seq, "seq_to": FOREVER, "updated": moment.time, "deleted": 0}
            values = {"id": row, "study": study, "role": "", "body": json.dumps(body).encode(), **place, **spans}
            connection.execute(insert(RESOURCE).values(values))
            if rows := index_rows(row, extract(body["resourceType"], body)):
                connection.execute(insert(SEARCH_INDEX), rows)
        counter.advance(connection, moment)
