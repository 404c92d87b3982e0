"""The engine: rows of a source to records of the contract, by a profile.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.domain.errors import Category, Fault, Issue
from app.interop.mapping.expansion import table_names
from app.interop.mapping.group import join, same
from app.interop.mapping.plan import FormPlan, Plan, plan
from app.interop.mapping.profile import Profile
from app.interop.mapping.record import Draft, drafts
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused

APART = "rows of this record stand apart: only neighbouring rows are put together"
NO_FORM = "no form of the profile takes this row"
EMPTY = "none of the columns that the profile reads has a value in this row"
# Of rows that no form takes, so many are named one by one.
NAMED = 20


def apply(profile: Profile, rows: Iterable[Row], where: Where) -> Iterator[Item | Unused]:
    """Each record as soon as its last row has been read, and what was left alone.

    Fault MALFORMED where the profile names a code table that is not there.
    """
    _check_tables(profile, where)
    run = _Run(plan(profile), where)
    for row in rows:
        yield from run.take(row)
    yield from run.end()


def _check_tables(profile: Profile, where: Where) -> None:
    lacking = sorted(table_names(profile) - set(where.tables))
    if lacking:
        expected = ", ".join(sorted(where.tables)) or "a code table, loaded by `engraft terminology load`"
        issue = Issue("profile", "not-found", f"the profile needs code tables: {', '.join(lacking)}", expected)
        raise Fault(Category.MALFORMED, issue.message, (issue,))


@dataclass(slots=True)
class _Open:
    """A record whose rows may go on."""

    key: tuple[str, ...]
    draft: Draft


@dataclass(slots=True)
class _Run:
    """One pass over rows. seen: for each form what told its records apart, so that rows that stand apart are found."""

    plan: Plan
    where: Where
    count: int = 0
    left: int = 0
    opened: dict[int, _Open] = field(default_factory=dict)
    seen: dict[int, set[int]] = field(default_factory=dict)

    def take(self, row: Row) -> Iterator[Item | Unused]:
        """What one row completes."""
        if row.issues:
            index = self._next()
            yield Item(index, None, row.text, tuple(one.under(f"records[{index}]") for one in row.issues), row.place)
            return
        taken = asked = False
        for position, form in enumerate(self.plan.forms):
            if form.takes(row):
                asked = True
                for item in self._read(position, form, row):
                    taken = True
                    if item is not None:
                        yield item
        if taken:
            return
        if asked or self.plan.profile.other_rows == "leave":
            yield from self._leave(row, EMPTY if asked else NO_FORM)
        else:
            yield self._refuse(row)

    def end(self) -> Iterator[Item | Unused]:
        """What is still open, and how many rows were left alone without being named."""
        for one in self.opened.values():
            yield one.draft.item(self._next())
        if self.left > NAMED:
            yield Unused("", f"{self.left - NAMED} further rows were left alone, for the same reasons")

    def _next(self) -> int:
        self.count += 1
        return self.count - 1

    def _refuse(self, row: Row) -> Item:
        """A row of a table of which every row is a record."""
        index, chosen = self._next(), [one for form in self.plan.profile.forms for one in form.when or []]
        words = ", ".join(dict.fromkeys(word for one in chosen for word in one.is_ or []))
        columns = " or ".join(dict.fromkeys(one.column for one in chosen))
        expected = f"in column {columns}: {words}" if words else None
        issue = Issue(f"records[{index}]", "code-invalid", NO_FORM, expected, row.place)
        return Item(index, None, row.text, (issue,), row.place)

    def _leave(self, row: Row, reason: str) -> Iterator[Unused]:
        self.left += 1
        if self.left <= NAMED:
            yield Unused(row.place, reason)

    def _read(self, position: int, form: FormPlan, row: Row) -> Iterator[Item | None]:
        """The records of a row; None where the row was taken and its record goes on."""
        for draft in drafts(self.plan, form, row, self.where):
            if not (draft.told or form.chosen):
                continue
            if form.form.group is None:
                yield draft.item(self._next())
            else:
                yield self._grouped(position, same(form.form.group, row), draft)

    def _grouped(self, position: int, key: tuple[str, ...], draft: Draft) -> Item | None:
        current = self.opened.get(position)
        if current is not None and current.key == key:
            join(current.draft, draft)
            return None
        seen = self.seen.setdefault(position, set())
        if hash(key) in seen:
            place = draft.filling.row.place
            draft.filling.issues.append(Issue("", "structure", APART, "rows sorted by the record's key", place))
        seen.add(hash(key))
        self.opened[position] = _Open(key, draft)
        return None if current is None else current.draft.item(self._next())
