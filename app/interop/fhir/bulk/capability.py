"""The guide and Group in the CapabilityStatement.

https://hl7.org/fhir/uv/bulkdata/CapabilityStatement-bulk-data.html
"""

from __future__ import annotations

from typing import Any

INSTANTIATES = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"
# What a search of Groups knows: kind and definition.
GROUP_PARAMETERS = {
    "_id": ("token", "Resource-id"),
    "actual": ("token", "Group-actual"),
    "identifier": ("token", "Group-identifier"),
    "member": ("reference", "Group-member"),
    "name": ("string", "Group-name"),
    "type": ("token", "Group-type"),
}


def group() -> dict[str, Any]:
    """The resource Group, which is computed on reading."""
    return {
        "type": "Group",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [
            {"name": name, "definition": f"http://hl7.org/fhir/SearchParameter/{definition}", "type": kind}
            for name, (kind, definition) in GROUP_PARAMETERS.items()
        ],
    }
