"""What must hold for the fields of a form: that the record has them, and that each is told once.

docs/profiles.md
"""

from __future__ import annotations

from app.domain.errors import shown_name
from app.endpoints.document import Document, Path, nearest
from app.interop.mapping.check_source import check_source
from app.interop.mapping.profile import AnyField, Fields, Group, Profile, Repeat, Source
from app.interop.mapping.target import NoSuchField, Step, Target, steps, target


def check_fields(document: Document, profile: Profile, record: str, path: Path, fields: Fields) -> None:
    """Add what is wrong to the document's findings."""
    _Checker(document, profile, record).fields(path, fields)


class _Checker:
    """Checks the fields of one form. told: paths that have a source."""

    def __init__(self, document: Document, profile: Profile, record: str) -> None:
        self._document = document
        self._profile = profile
        self._record = record
        self._told: set[tuple[Step, ...]] = set()

    def fields(self, path: Path, fields: Fields) -> None:
        """All fields of a form."""
        for name, found in fields.root.items():
            self._field((*path, name), name, found)

    def _field(self, path: Path, name: str, found: AnyField) -> None:
        if isinstance(found, Group):
            self._group(path, name, found)
        elif isinstance(found, Repeat):
            self._group((*path, "fields"), f"{name}[]", found.fields)
        elif isinstance(found, list):
            for position, group in enumerate(found):
                self._group((*path, position), f"{name}[{position}]", group)
        else:
            self._single(path, name, found)

    def _group(self, path: Path, name: str, group: Group) -> None:
        for inner, source in group.root.items():
            self._single((*path, inner), f"{name}.{inner}", source)

    def _single(self, path: Path, name: str, source: str | Source) -> None:
        found = self._target(path, name)
        if found is not None and isinstance(source, Source):
            check_source(self._document, self._profile, path, source, found)

    def _target(self, path: Path, name: str) -> Target | None:
        try:
            where = steps(name)
            found = target(self._record, where)
        except ValueError:
            self._document.note(path, "value", "not the path of a field", "such as dose.value or grade_history[0].date")
            return None
        except NoSuchField as error:
            self._unknown(path, name, error)
            return None
        if where in self._told:
            self._document.note(path, "duplicate", "this field has a source already", name=True)
        self._told.add(where)
        return found

    def _unknown(self, path: Path, name: str, error: NoSuchField) -> None:
        of = f"{self._record}.{error.parent}".rstrip(".")
        if not error.known:
            message = f"{of} is one value, or a list of them" if error.parent else f"{of} has no such field"
            self._document.note(path, "structure", message, "a column, or column: and how it is read", name=True)
            return
        if error.parent == name:
            self._document.note(path, "structure", f"{of} is made of parts", ", ".join(error.known), name=True)
            return
        word = str(path[-1])
        last = word.rpartition(".")[2].partition("[")[0]
        message = f"'{shown_name(last)}' is no field of {of}{nearest(last, error.known)}"
        self._document.note(path, "structure", message, ", ".join(error.known), name=True)
