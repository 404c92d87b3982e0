"""What a hospital's system pushed, each resource by itself: checked, named, and told whose it is.

docs/fhir-intake.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.errors import Issue
from app.interop.fhir.arriving.entries import Sent
from app.interop.fhir.arriving.names import Names, identifiers, keys, ours
from app.interop.fhir.arriving.references import Directory
from app.interop.fhir.arriving.stamp import Stamp, deletion_stamp, stamp_of
from app.interop.fhir.check import check
from app.interop.fhir.own import R4, R5, Own
from app.interop.fhir.r5.back.convert import as_r4
from app.interop.fhir.r5.check import check_r5
from app.interop.fhir.read.elements import patient_of, study_of
from app.interop.jsontext import dump
from app.interop.reading import PatientNumber, Unused

Json = dict[str, Any]
Name = tuple[str, str]
Unconditional = Callable[[Json], Json]
_CHECKS = {R4: check, R5: check_r5}
DELETED = "deleted"
_PEOPLE = ("Patient", "ResearchSubject")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A resource, or the deletion of one (own is None).

    position: in the payload; name: (type, id), the id of the trial's own; patient: id of whom it is about, "" where
    it is not about a Patient, None where it does not say; study: id of the ResearchStudy that it refers to;
    digest: of what it says; issues: why it is refused.
    """

    position: int
    place: str
    name: Name
    own: Own | None
    stamp: Stamp
    text: bytes
    patient: str | None = None
    study: str | None = None
    digest: str = ""
    issues: tuple[Issue, ...] = ()


@dataclass(slots=True)
class Arrival:
    """A payload. numbers: (type, id) of Patients and studies -> the numbers that they are told to have.

    held: by its position, the item of quarantine of each resource that was held until now, which alone are taken
    again, None where all arrive for the first time; passed: those after which another version was taken, so that they
    count only where they say when they were made.
    """

    names: Names
    resources: list[Arrived] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    numbers: dict[Name, set[PatientNumber]] = field(default_factory=dict)
    held: dict[int, str] | None = None
    passed: frozenset[int] = frozenset()

    @property
    def wanted(self) -> list[Arrived]:
        """The resources that are to be taken now."""
        if self.held is None:
            return self.resources
        waited = [item for item in self.resources if item.position in self.held]
        return [item for item in waited if item.stamp.dated or item.position not in self.passed]


def read_arrival(entries: list[Sent], names: Names, release: int | None, unconditional: Unconditional) -> Arrival:
    """The resources of a payload. release: of FHIR, None where what they say has to show it."""
    found = keys(entries)
    directory = Directory.of(names, entries, found)
    reader = _Reader(Arrival(names), directory, release, unconditional)
    for position, (sent, key) in enumerate(zip(entries, found, strict=True)):
        reader.take(position, sent, key)
    reader.arrival.numbers = directory.numbers
    return reader.arrival


@dataclass(frozen=True, slots=True)
class _Reader:
    arrival: Arrival
    directory: Directory
    release: int | None
    unconditional: Unconditional

    def take(self, position: int, sent: Sent, key: str) -> None:
        """Sort one entry: used, refused, or left alone."""
        issue = sent.issue or _unreadable(sent)
        if issue is not None:
            self._refuse(position, sent, key, (issue,))
        elif sent.method in ("GET", "HEAD"):
            self.arrival.unused.append(Unused(sent.place, "it sends nothing: it asks to read, or has no resource"))
        elif sent.method == "DELETE":
            self._delete(position, sent)
        elif not ours(sent.resource["resourceType"]):
            self.arrival.unused.append(Unused(sent.place, "the trial makes no record of this type of resource"))
        else:
            self._resource(position, sent, key)

    def _refuse(self, position: int, sent: Sent, key: str, issues: tuple[Issue, ...]) -> None:
        type_ = sent.resource.get("resourceType") if isinstance(sent.resource, dict) else ""
        kind = type_ if isinstance(type_, str) and ours(type_) else "resource"
        name = (kind, self.arrival.names.of(kind, key))
        placed = tuple(replace(issue, path=f"records[{position}]", place=issue.place or issue.path) for issue in issues)
        item = Arrived(position, sent.place, name, None, Stamp(), sent.text, issues=placed)
        self.arrival.resources.append(item)

    def _delete(self, position: int, sent: Sent) -> None:
        named = sent.named
        if named is None:
            place = f"{sent.place.removesuffix('.resource')}.request.url"
            issue = Issue(place, "value", "not the address of what is deleted", "Type/id")
            self._refuse(position, sent, sent.url, (issue,))
        elif not ours(named[0]):
            self.arrival.unused.append(Unused(sent.place, "the trial makes no record of this type of resource"))
        elif named[0] in _PEOPLE:
            message = "a person is not deleted by FHIR; what is withdrawn is said by the ResearchSubject"
            self._refuse(position, sent, named[1], (Issue(sent.place, "business-rule", message),))
        else:
            name = (named[0], self.arrival.names.of(*named))
            stamp = deletion_stamp(sent.told, sent.moment)
            item = Arrived(position, sent.place, name, None, stamp, dump({"deleted": sent.url}), digest=DELETED)
            self.arrival.resources.append(item)

    def _resource(self, position: int, sent: Sent, key: str) -> None:
        release, issues = self._checked(sent.resource)
        if issues:
            self._refuse(position, sent, key, tuple(issue.under(sent.place) for issue in issues))
            return
        type_ = sent.resource["resourceType"]
        body = self._with_person(self.directory.rewritten(sent.resource))
        r4 = body if release == R4 else as_r4(body)
        own = Own(type_, self.arrival.names.of(type_, key), "", release, body, r4)
        about = patient_of(r4)
        patient = own.id if type_ == "Patient" else None
        if about is not None:
            patient = about[1] if about[0] == "Patient" else ""
        name, stamp = (type_, own.id), stamp_of(sent.resource, sent.moment)
        item = Arrived(position, sent.place, name, own, stamp, sent.text, patient, study_of(r4), _digest(own))
        self.arrival.resources.append(item)

    def _checked(self, resource: Json) -> tuple[int, list[Issue]]:
        """(release, issues). Where nothing says which it is: R4, unless that breaks rules of R4 and none of R5."""
        plain = self.unconditional(resource)
        first = self.release or R4
        issues = _CHECKS[first](plain)
        if issues and self.release is None and not check_r5(plain):
            return R5, []
        return first, issues

    def _with_person(self, body: Json) -> Json:
        """With a reference to the Patient in place of one to a contained Patient, who is told by an identifier."""
        contained = {f"#{item.get('id')}": item for item in body.get("contained", []) if isinstance(item, dict)}
        for element in ("subject", "individual"):
            literal = (body.get(element) or {}).get("reference")
            inner = contained.get(literal or "")
            if inner is not None and inner.get("resourceType") == "Patient" and identifiers(inner):
                reference = {"type": "Patient", "identifier": inner["identifier"][0]}
                local = self.directory.rewritten({element: reference})[element]["reference"]
                return {**body, element: {**body[element], "reference": local}}
        return body


def _unreadable(sent: Sent) -> Issue | None:
    """Why an entry cannot be taken at all."""
    if sent.method == "PATCH":
        return Issue(sent.place, "not-supported", "a patch is not taken here", "the whole resource")
    if sent.method in ("GET", "HEAD", "DELETE") and sent.resource is None:
        return None
    if not isinstance(sent.resource, dict) or not isinstance(sent.resource.get("resourceType"), str):
        return Issue(f"{sent.place}.resourceType", "required", "not a resource", "the type of the resource")
    return None


def _digest(own: Own) -> str:
    """Of what a resource says: all but its version and when that was made."""
    meta = {name: part for name, part in own.body.get("meta", {}).items() if name not in ("versionId", "lastUpdated")}
    return hashlib.sha256(dump([own.release, {**own.body, "id": own.id, "meta": meta}])).hexdigest()
