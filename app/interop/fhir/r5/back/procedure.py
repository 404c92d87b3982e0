"""Procedure of R4, which may use no cell product.

https://hl7.org/fhir/R4/procedure.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, extension
from app.interop.fhir.r5.extensions import Taken
from app.interop.fhir.rules import target_type
from app.interop.fhir.urls import project


def procedure(body: Json, left: Json) -> None:
    """The first product that was used, by our extension."""
    references = [item["reference"] for item in left.pop("used", []) if "reference" in item]
    products = [one for one in references if target_type(one) == "BiologicallyDerivedProduct"]
    Taken(body).add(extension(project("used-product"), "valueReference", next(iter(products), None)))
