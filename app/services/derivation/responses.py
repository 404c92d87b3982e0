"""A response rate, counted: responders among the population, with what they reached.

docs/endpoints.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.services.derivation.estimate import Settings, proportion
from app.services.derivation.response_rate import ResponseRow


def responses(rows: Sequence[ResponseRow], settings: Settings) -> dict[str, Any]:
    """Responders in the population; who was not assessed again counts as no responder, and is counted apart."""
    reached = Counter(row.response for row in rows if row.response is not None)
    responders = reached.total()
    return {
        "n": len(rows),
        "responders": responders,
        "not_assessed": sum(not row.assessed for row in rows),
        "responses": dict(sorted(reached.items())),
        "reasons": dict(sorted(Counter(row.reason for row in rows if row.reason is not None).items())),
        "proportion": proportion(responders, len(rows), settings),
    }
