"""Fields as they are meant: groups, repetitions and lists of groups written out, one value at a time.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.interop.mapping.leaf import with_number
from app.interop.mapping.profile import (
    AnyField,
    Fields,
    Form,
    Group,
    Key,
    Map,
    Profile,
    Repeat,
    RepeatedFields,
    Source,
    Spread,
    Words,
)
from app.interop.mapping.target import Step, steps


def variants(form: Form) -> Iterator[tuple[str, Fields]]:
    """(end of the id, fields) of each record that one row is spread to."""
    if isinstance(form.spread, RepeatedFields):
        for number in numbers(form.spread.repeat):
            yield number, Fields({name: _numbered(found, number) for name, found in form.spread.fields.root.items()})
    elif isinstance(form.spread, Spread):
        yield from form.spread.root.items()


def single(fields: Fields) -> Iterator[tuple[tuple[Step, ...], str | Source]]:
    """Every value with its whole path: groups and repetitions written out."""
    for name, found in fields.root.items():
        path = steps(name)
        if isinstance(found, Group):
            yield from _members(path, found)
        elif isinstance(found, Repeat):
            for position, number in enumerate(numbers(found.repeat)):
                yield from _members((*path, position), _numbered_group(found.fields, number))
        elif isinstance(found, list):
            for position, group in enumerate(found):
                yield from _members((*path, position), group)
        else:
            yield path, found


def _members(path: tuple[Step, ...], group: Group) -> Iterator[tuple[tuple[Step, ...], str | Source]]:
    for name, source in group.root.items():
        yield (*path, *steps(name)), source


def numbers(repeat: int | list[str]) -> list[str]:
    """What `{n}` stands for, one after the other."""
    return repeat if isinstance(repeat, list) else [str(number) for number in range(1, repeat + 1)]


def _numbered(found: AnyField, number: str) -> AnyField:
    if isinstance(found, Group):
        return _numbered_group(found, number)
    if isinstance(found, list):
        return [_numbered_group(group, number) for group in found]
    return found if isinstance(found, Repeat) else with_number(found, number)


def _numbered_group(group: Group, number: str) -> Group:
    return Group({name: with_number(spec, number) for name, spec in group.root.items()})


def key_parts(form: Form) -> list[str | Source]:
    """What makes the source's key."""
    if isinstance(form.id, Key):
        return form.id.digest
    return form.id if isinstance(form.id, list) else [form.id]


def every_source(profile: Profile) -> Iterator[Source]:
    """All sources that say more than the name of a column."""
    yield from (said for said in (profile.site, profile.source, profile.subject) if isinstance(said, Source))
    for form in profile.forms:
        envelope = [form.subject, form.version, form.recorded, form.status, *key_parts(form)]
        for patient in (profile.patient, form.patient):
            envelope += [patient.number, patient.authority, patient.kind] if patient else []
        fields = [form.fields, *(fields for _, fields in variants(form))]
        envelope += [source for one in fields for _, source in single(one)]
        yield from (source for source in envelope if isinstance(source, Source))


def table_names(profile: Profile) -> frozenset[str]:
    """Code tables that the maps of a profile need."""
    return frozenset(found.table for found in every_map(profile) if isinstance(found, Map) and found.table)


def every_map(profile: Profile) -> Iterator[Map | Words]:
    """The maps of a profile: those with a name, and those that stand at a field."""
    yield from profile.maps.values()
    for source in every_source(profile):
        if source.map is not None and not isinstance(source.map, str):
            yield source.map
