"""Taking out of a resource what R4 could say by extension alone.

https://hl7.org/fhir/R5/extensibility.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.elements import Json


class Taken:
    """The extensions of a resource; those that are taken do not stay in it."""

    def __init__(self, body: Json, name: str = "extension") -> None:
        """body: the resource in the names of R5, which is changed; name: extension or modifierExtension."""
        self._body, self._name = body, name

    def take(self, url: str) -> list[Json]:
        """The extensions of this address, which are then gone."""
        every: list[Json] = self._body.get(self._name) or []
        found = [item for item in every if item.get("url") == url]
        if found:
            self._keep([item for item in every if item.get("url") != url])
        return found

    def value(self, url: str) -> Any:
        """The value of the one extension of this address, which is then gone; None where there is none."""
        return next((value(item) for item in self.take(url)), None)

    def rename(self, old: str, new: str) -> None:
        """Another address for the same meaning."""
        every: list[Json] = self._body.get(self._name) or []
        self._keep([{**item, "url": new} if item.get("url") == old else item for item in every])

    def add(self, extensions: list[Json]) -> None:
        """Further extensions, behind those that are there."""
        self._keep([*(self._body.get(self._name) or []), *extensions])

    def _keep(self, extensions: list[Json]) -> None:
        if extensions:
            self._body[self._name] = extensions
        else:
            self._body.pop(self._name, None)


def value(extension: Json) -> Any:
    """The value[x] of an extension; None where it has none."""
    return next((content for name, content in extension.items() if name.startswith("value")), None)


def parts(extension: Json) -> Json:
    """The values of a complex extension by the names of its parts; of a repeated part the first."""
    found: Json = {}
    for part in extension.get("extension") or []:
        found.setdefault(str(part.get("url")), parts(part) if "extension" in part else value(part))
    return found
