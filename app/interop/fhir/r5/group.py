"""Group of R5: whether it lists its members is a code.

https://hl7.org/fhir/R5/group.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, present


def group(body: Json) -> Json:
    """Actual members are listed, others described."""
    actual = body.pop("actual", None)
    membership = None if actual is None else "enumerated" if actual else "definitional"
    return {**body, **present(membership=membership)}
