"""The subjects of hospitals' numbers, as the store knows them.

docs/identity.md
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from app.interop.reading import PatientNumber
from app.services.identity.resolve import Facts, Number, Whose, normal, whose
from app.storage import patients
from app.storage.studies import StoredStudy


class Numbers:
    """Answers whose a number is; what it has answered it keeps until `forget`."""

    def __init__(self, connection: Connection, study: StoredStudy) -> None:
        self._connection = connection
        self._study = study.name
        self._sites = {site.id: site for site in study.study.sites}
        self._known: dict[Number, Whose] = {}

    def forget(self) -> None:
        """What was said of numbers has changed."""
        self._known.clear()

    def normal(self, site: str, patient: PatientNumber) -> Number:
        """The number as it counts."""
        return normal(self._sites.get(site), site, patient.number, patient.authority, patient.kind)

    def whose(self, site: str, patient: PatientNumber) -> Whose:
        """The subject of a number of a site. A number that the study itself has given is the subject's."""
        if patient.authority == self._study:
            return Whose(patient.number)
        number = self.normal(site, patient)
        if number not in self._known:
            self._known[number] = whose(self.facts(site, {number.number}), number)
        return self._known[number]

    def facts(self, site: str, numbers: Iterable[str]) -> Facts:
        """What counts now about these numbers and all that were merged with them."""
        found, seen, new = Facts(), set[str](), set(numbers)
        while new:
            seen |= new
            for row in patients.facts_about(self._connection, self._study, site, new):
                self.add(found, row)
            for row in patients.subjects_with(self._connection, self._study, site, new):
                own = self.normal(site, PatientNumber(row.mrn))
                found.links.setdefault(own, set()).add(row.subject)
            new = {number.number for pair in found.merges for number in pair} - seen
        return found

    def named(self, row: Any) -> tuple[Number, ...]:
        """The numbers that a fact is about."""
        first = self.normal(row.site, PatientNumber(row.number, row.authority, row.kind))
        if row.into_number is None:
            return (first,)
        return first, self.normal(row.site, PatientNumber(row.into_number, row.into_authority, row.into_kind))

    def add(self, facts: Facts, row: Any) -> None:
        """Add a stored link or merge."""
        first, *others = self.named(row)
        if others:
            facts.merges.add((first, others[0]))
        else:
            facts.links.setdefault(first, set()).add(row.subject)
