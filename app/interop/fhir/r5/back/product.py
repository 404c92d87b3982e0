"""BiologicallyDerivedProduct of R4, which has no properties.

https://hl7.org/fhir/R4/biologicallyderivedproduct.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, complex_extension, extension
from app.interop.fhir.r5.extensions import Taken
from app.interop.fhir.urls import project


def product(body: Json, left: Json) -> None:
    """What was measured as a quantity, by our extension."""
    measured = [item for item in body.pop("property", []) if "valueQuantity" in item]
    Taken(body).add([outer for item in measured for outer in _property(item)])


def _property(item: Json) -> list[Json]:
    return complex_extension(
        project("product-property"),
        extension("type", "valueCodeableConcept", item.get("type")),
        extension("value", "valueQuantity", item["valueQuantity"]),
    )
