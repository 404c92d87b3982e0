"""Why a cell has no value that its field could take; never the cell's text, which could identify a patient.

docs/profiles.md
"""

from __future__ import annotations

from app.domain.errors import Issue


class Unreadable(ValueError):
    """code: a FHIR issue type; expected: what would be read; suggestion: the nearest word that is known."""

    def __init__(
        self, message: str, expected: str | None = None, code: str = "value", suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.code = code
        self.suggestion = suggestion

    def at(self, path: str, place: str) -> Issue:
        """The issue about a field, seen from the record."""
        return Issue(path, self.code, self.message, self.expected, place, self.suggestion)
