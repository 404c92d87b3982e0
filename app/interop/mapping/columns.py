"""The columns that a profile reads: those that a file must have, and all of them.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.interop.mapping.leaf import Leaf
from app.interop.mapping.plan import FormPlan, plan
from app.interop.mapping.profile import Profile


@dataclass(frozen=True, slots=True)
class Wanted:
    """needed: columns without which a file or sheet cannot be read, in the order of the profile; known: all."""

    needed: tuple[str, ...]
    known: frozenset[str]


def wanted(profile: Profile, kind: str = "") -> Wanted:
    """The columns of a file, or of a sheet."""
    prepared = plan(profile)
    forms = [form for form in prepared.forms if form.kind in (None, kind)]
    general = [said for said in (prepared.site, prepared.source) if isinstance(said, Leaf)]
    allowed = profile.missing_columns == "allow"
    needed = [column for form in forms for column in _needed(form, allowed)]
    needed += [column for leaf in general if leaf.needed and not allowed for column in leaf.columns]
    leaves = [*general, *(leaf for form in forms for leaf in form.leaves())]
    asked = (condition.column for form in forms for condition in form.form.when or ())
    known = {*needed, *asked, *(column for leaf in leaves for column in leaf.columns)}
    return Wanted(tuple(dict.fromkeys(needed)), frozenset(known))


def _needed(form: FormPlan, allowed: bool) -> Iterator[str]:
    """What tells rows and records apart and whose they are; unless columns may lack, the fields as well."""
    yield from form.needed
    always = [*form.key, *form.patient.values(), *(leaf for name, leaf in form.envelope.items() if name == "subject")]
    for leaf in always if allowed else form.leaves():
        if leaf.needed:
            yield from leaf.columns
