"""How a client wants each resource: in which release of FHIR, whole or in part.

https://hl7.org/fhir/R5/versioning.html#mt-version
"""

from __future__ import annotations

from dataclasses import dataclass

from app.interop.fhir.r5.back.encode import bytes_as_r4
from app.interop.fhir.r5.encode import bytes_as_r5
from app.interop.fhir.r5.moves import TABLES
from app.interop.fhir.rules import R4_TABLES
from app.interop.fhir.search.subset import Subset

RELEASES = {4: "4.0", 5: "5.0"}


@dataclass(frozen=True, slots=True)
class Form:
    """release: one of RELEASES; subset: which elements. The whole in the release that is stored is the stored bytes."""

    release: int = 4
    subset: Subset = Subset()

    def of(self, resource_type: str, stored: int, body: bytes) -> bytes:
        """The resource in this form. stored: the release that `body` is written in."""
        return self.subset.of(in_release(self.release, resource_type, stored, body), self.tables)

    @property
    def tables(self) -> str:
        """The package of the release's tables."""
        return R4_TABLES if self.release == 4 else TABLES


def in_release(wanted: int, resource_type: str, stored: int, body: bytes) -> bytes:
    """One whole resource, written in the release `stored`, in the release `wanted`."""
    if wanted == stored:
        return body
    return bytes_as_r5(resource_type, body) if wanted == 5 else bytes_as_r4(body)
