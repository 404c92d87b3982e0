"""A profile made ready: for each form the test of its rows, the readers of its keys and the tree of its fields.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from app.interop.mapping.condition import Test
from app.interop.mapping.expansion import key_parts, single, variants
from app.interop.mapping.leaf import Leaf, Leaves
from app.interop.mapping.profile import Fields, Form, Key, Patient, Profile, Source
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Where
from app.interop.mapping.target import Step, Target, target
from app.interop.mapping.tree import Node

TEXT, WHOLE, DATE, WORD = Target("text"), Target("whole"), Target("date"), Target("word")


@dataclass(frozen=True, slots=True)
class FormPlan:
    """chosen: whether the profile says which rows are the form's, so that each of them is a record; digest: whether
    the key is made unreadable; envelope: leaves by the field of the envelope; variants: (end of the id, fields) of the
    records that one row is spread to.
    """

    form: Form
    kind: str | None
    test: Test | None
    chosen: bool
    key: tuple[Leaf, ...]
    digest: bool
    envelope: dict[str, Leaf]
    patient: dict[str, Leaf]
    fields: Node
    variants: tuple[tuple[str, Node], ...] = ()
    needed: tuple[str, ...] = field(default=())

    def takes(self, row: Row) -> bool:
        """Whether the row is of this form."""
        return (self.kind is None or self.kind == row.kind) and (self.test is None or self.test(row.cells))

    def leaves(self) -> Iterator[Leaf]:
        """All leaves."""
        yield from (*self.key, *self.envelope.values(), *self.patient.values())
        for node in (self.fields, *(node for _, node in self.variants)):
            yield from (leaf for _, leaf in node.every_leaf())


@dataclass(frozen=True, slots=True)
class Plan:
    """site, source: leaves where the rows say it, else what the profile says."""

    profile: Profile
    site: Leaf | str | None
    source: Leaf | str | None
    forms: tuple[FormPlan, ...]

    def zone(self, site: Any, where: Where) -> tzinfo | None:
        """The clock of times that say no offset: the profile's, else that of the row's site."""
        name = self.profile.time_zone
        return where.zones.get(site) if name is None else ZoneInfo(name)


@lru_cache(maxsize=64)
def plan(profile: Profile) -> Plan:
    """What a profile comes to; prepared once for each that is read."""
    leaves = Leaves(profile)
    site, source = (
        leaves.leaf(said, TEXT) if isinstance(said, Source) else said for said in (profile.site, profile.source)
    )
    return Plan(profile, site, source, tuple(_form(form, profile, leaves) for form in profile.forms))


def _form(form: Form, profile: Profile, leaves: Leaves) -> FormPlan:
    kind = form.sheet or form.rows
    subject, patient = _whose(form, profile)
    envelope = {} if subject is None else {"subject": leaves.leaf(subject, TEXT)}
    for name, spec, kind_of in (("version", form.version, WHOLE), ("status", form.status, WORD)):
        if spec is not None:
            envelope[name] = leaves.leaf(spec, kind_of)
    if form.recorded is not None:
        envelope["recorded"] = leaves.leaf(form.recorded, DATE, ordering=True)
    needed = [*(form.group or ()), *(condition.column for condition in form.when or () if not condition.optional)]
    return FormPlan(
        form,
        kind,
        leaves.condition(form.when),
        bool(kind or form.when),
        tuple(leaves.leaf(part, TEXT) for part in key_parts(form)),
        isinstance(form.id, Key),
        envelope,
        {} if patient is None else _patient(patient, leaves),
        _node(form, form.fields, leaves),
        tuple((name, _node(form, fields, leaves)) for name, fields in variants(form)),
        tuple(needed),
    )


def _whose(form: Form, profile: Profile) -> tuple[str | Source | None, Patient | None]:
    """Subject and patient of a form: its own, else the profile's."""
    if form.subject is not None or form.patient is not None:
        return form.subject, form.patient
    return profile.subject, profile.patient


def _patient(patient: Patient, leaves: Leaves) -> dict[str, Leaf]:
    said = {"number": patient.number, "authority": patient.authority, "kind": patient.kind}
    return {name: leaves.leaf(spec, TEXT) for name, spec in said.items() if spec is not None}


def _node(form: Form, fields: Fields, leaves: Leaves) -> Node:
    root = Node()
    for path, source in single(fields):
        parent, last = _parent(root, path)
        leaf = leaves.leaf(source, target(form.record, path))
        if last == "unit":
            leaf = replace(leaf, own=False)
        if isinstance(last, str):
            parent.leaves[last] = leaf
        else:
            name = str(path[-2])
            _slot(parent.arrays.setdefault(name, []), last, leaf)
    return root


def _parent(root: Node, path: tuple[Step, ...]) -> tuple[Node, Step]:
    """The node that holds the last step of a path; made where it is missing."""
    node = root
    position = 0
    while position < len(path) - 1:
        name, following = str(path[position]), path[position + 1]
        if isinstance(following, str):
            node = node.parts.setdefault(name, Node())
            position += 1
        elif position + 2 == len(path):
            return node, following
        else:
            node = _element(node.arrays.setdefault(name, []), following)
            position += 2
    return node, path[-1]


def _element(elements: list[Node | Leaf], step: Step) -> Node:
    position = step if isinstance(step, int) else 0
    while len(elements) <= position:
        elements.append(Node())
    found = elements[position]
    assert isinstance(found, Node)  # the check saw to it that a path is one thing
    return found


def _slot(elements: list[Node | Leaf], step: Step, leaf: Leaf) -> None:
    position = step if isinstance(step, int) else 0
    while len(elements) <= position:
        elements.append(Node())
    elements[position] = leaf
