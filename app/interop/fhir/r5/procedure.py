"""Procedure of R5, which may use a cell product.

https://hl7.org/fhir/R5/procedure.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, present
from app.interop.fhir.r5.extensions import Taken
from app.interop.fhir.urls import project


def procedure(body: Json) -> Json:
    """R4 names the product by an extension, since its usedReference allows none."""
    product = Taken(body).value(project("used-product"))
    used = [*body.get("used", []), *([{"reference": product}] if product else [])]
    return {**body, **present(used=used)}
