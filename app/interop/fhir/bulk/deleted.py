"""What was deleted since: transaction Bundles of DELETE.

https://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status
"""

from __future__ import annotations

from collections.abc import Iterable

from app.interop.fhir.encode import to_json


def deleted(places: Iterable[str]) -> bytes:
    """One Bundle. places: Type/id of each resource."""
    entries = [{"request": {"method": "DELETE", "url": place}} for place in places]
    return to_json({"resourceType": "Bundle", "type": "transaction", "entry": entries})
