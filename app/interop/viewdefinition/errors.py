"""What can be wrong with a ViewDefinition, or with running one.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

from __future__ import annotations


class ViewError(ValueError):
    """A view that cannot be read or run.

    message: what is wrong, never a value of a resource; place: the place in the ViewDefinition.
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def at(self, place: str) -> ViewError:
        """The same error, with its place where it has none yet."""
        return self if self.place else ViewError(self.message, place)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message
