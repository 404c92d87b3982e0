"""CapabilityStatement: what the FHIR door really does, and nothing else.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir import provenance
from app.interop.fhir.bulk import capability as bulk
from app.interop.fhir.definitions.capability import defined_resources, supported_profiles
from app.interop.fhir.definitions.operations import operations
from app.interop.fhir.encode import to_json
from app.interop.fhir.form import RELEASES
from app.interop.fhir.search.parameters import ANY, Parameter, parameters, types
from app.interop.fhir.structure import MODELS
from app.interop.fhir.subscriptions.capability import subscription_resources

FHIR_VERSIONS = {4: "4.0.1", 5: "5.0.0"}
# The id under which the statement can be read as a resource too.
STATEMENT = "engraft"
INTERACTIONS = (
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
)
SYSTEM_INTERACTIONS = ("transaction", "batch", "history-system")


def capability_statement(base_url: str, software_version: str, date: str, release: int = 4) -> bytes:
    """The statement of this instance. base_url: address of the FHIR door; date: a FHIR dateTime; release: of FHIR."""
    listed = [
        *(_resource(name, release) for name in sorted(MODELS)),
        bulk.group(),
        provenance.capability(),
        *defined_resources(),
        *subscription_resources(release),
    ]
    return to_json(
        {
            "resourceType": "CapabilityStatement",
            "id": STATEMENT,
            "url": f"{base_url}/metadata",
            "version": software_version,
            "name": "Engraft",
            "status": "active",
            "date": date,
            "kind": "instance",
            "instantiates": [bulk.INSTANTIATES],
            "software": {"name": "Engraft", "version": software_version},
            "implementation": {"description": "Records of a transplant trial, in R4 and in R5", "url": base_url},
            "fhirVersion": FHIR_VERSIONS[release],
            "format": ["json", *(f"application/fhir+json; fhirVersion={version}" for version in RELEASES.values())],
            "patchFormat": ["application/json-patch+json"],
            "rest": [
                {
                    "mode": "server",
                    "resource": [{**one, **_operations(*_named(one["type"]))} for one in listed],
                    "interaction": [{"code": code} for code in SYSTEM_INTERACTIONS],
                    **_operations(*_elsewhere({one["type"] for one in listed})),
                }
            ],
        }
    )


def _resource(name: str, release: int) -> dict[str, Any]:
    return {
        "type": name,
        **supported_profiles(name, release),
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        **_searched(name, release),
    }


def _operations(*resources: str) -> dict[str, Any]:
    """The operations of these types, out of the table that also has their definitions and parameters."""
    found = [{"name": item.code, "definition": item.definition} for item in operations() if item.resource in resources]
    return {"operation": found} if found else {}


def _named(name: str) -> tuple[str, ...]:
    """What the table calls a type: those of every type are of the types that are stored."""
    return (name, ANY) if name in MODELS else (name,)


def _elsewhere(listed: set[str]) -> set[str]:
    """What operations are of besides the types that are listed: the system, and types of which R4 does not know.

    Subscription is R4's alone.
    """
    return {item.resource for item in operations()} - {*listed, ANY, "Subscription"}


def _searched(name: str, release: int) -> dict[str, Any]:
    """What the search of a type offers, out of the table that it runs on."""
    offered = parameters(name, release)
    includes = [f"{name}:{code}" for code, item in offered.items() if item.kind == "reference"]
    reverse = [
        f"{other}:{code}"
        for other in types()
        for code, item in parameters(other, release).items()
        if name in item.targets
    ]
    reverse.append("Provenance:target")
    included = {"searchInclude": ["*", *includes]} if includes else {}
    return {**included, "searchRevInclude": reverse, "searchParam": [_parameter(item) for item in offered.values()]}


def _parameter(item: Parameter) -> dict[str, Any]:
    return {"name": item.code, "definition": item.reference, "type": item.kind}
