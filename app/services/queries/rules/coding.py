"""Terms of adverse events that no code stands for, and codes that the code table does not have.

docs/terminology.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.adverse_event import AdverseEvent
from app.services.queries.dossier import Dossier
from app.services.queries.query import Query, ask
from app.terminology.systems import MEDDRA, canonical


def coding(dossier: Dossier) -> Iterator[Query]:
    """Asked of systems only of which a table is loaded; a code of another system is left as it is."""
    for record in dossier.of(AdverseEvent):
        said = record.code
        if said is None or said.code is None:
            table = dossier.terms.named(MEDDRA)
            if table is not None and not dossier.terms.is_one(MEDDRA, record.term):
                yield ask("term-not-coded", record.key, table=table)
        elif said.system is not None:
            system = canonical(said.system)
            table = dossier.terms.named(system)
            if table is not None and not dossier.terms.knows(system, said.code):
                yield ask("code-not-known", record.key, table=table)


RECORD_RULES = (coding,)
