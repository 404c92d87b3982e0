"""Why a search cannot be answered as it was asked.

https://hl7.org/fhir/R4/search.html#errors
"""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.errors import Category, Fault, Issue, shown_name


class Unknown(Exception):
    """A parameter that there is not: refused, or under `Prefer: handling=lenient` left out. known: those there are.

    Its name is not repeated: what was typed there by mistake could identify a patient.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.issue = Issue("", "not-supported", "unknown search parameter", ", ".join(sorted(known)))

    def fault(self) -> Fault:
        """The refusal."""
        return Fault(Category.MALFORMED, self.issue.message, (self.issue,))


def refused(name: str, message: str, expected: str | None = None, code: str = "value") -> Fault:
    """The fault of a parameter that is known but cannot be used so."""
    return Fault(Category.MALFORMED, message, (Issue(shown_name(name), code, message, expected),))


def too_costly(name: str, message: str, expected: str) -> Fault:
    """The fault of a question beyond the limits."""
    return refused(name, message, expected, "too-costly")
