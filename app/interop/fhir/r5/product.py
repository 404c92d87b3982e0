"""BiologicallyDerivedProduct of R5, which has properties.

https://hl7.org/fhir/R5/biologicallyderivedproduct.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, present
from app.interop.fhir.r5.extensions import Taken, parts
from app.interop.fhir.urls import project


def product(body: Json) -> Json:
    """What was measured of the cells, as properties."""
    found = (parts(item) for item in Taken(body).take(project("product-property")))
    properties = [present(type=item.get("type"), valueQuantity=item.get("value")) for item in found]
    return {**body, **present(property=[*body.get("property", []), *properties])}
