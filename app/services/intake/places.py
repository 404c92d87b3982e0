"""Next versions of an owner's resources, place by place: what our writers make, and what a client wrote itself.

docs/adr/0011-what-a-client-wrote.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.endpoints.event import FOREVER
from app.interop.fhir.draft import Draft
from app.interop.fhir.encode import encode
from app.interop.fhir.own import R4, Own
from app.interop.fhir.search.extract import Value, values
from app.services.intake.rows import Rows
from app.storage.held import Held
from app.storage.tables import RESOURCE
from app.storage.visibility import AS_WRITTEN, CODED, EVERYBODY

Identify = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose resources are written: of a record, or of a subject where record is None.

    audience: who sees what our writers make where nothing stood before. Beside a client's own resources it is for
    those who may see the coded form alone: the client finds what it wrote, and nothing that it did not.
    """

    study: str | None
    subject: int | None
    record: int | None
    seq: int
    audience: int = EVERYBODY


@dataclass(frozen=True, slots=True)
class _Content:
    """What one audience is to see at a place. encode: (version, updated) -> bytes."""

    release: int
    encode: Callable[[int, str], bytes]
    values: Callable[[], list[Value]]


def write_resources(
    batch: Rows, owner: Owner, drafts: list[Draft], held: Iterable[Held], identify: Identify, own: Iterable[Own] = ()
) -> list[str]:
    """Write what differs from what is held; what is no longer said is deleted.

    Gives versioned references in the drafts' order, those that only sponsors see behind the others.
    """
    mine = {(item.type, item.role): item for item in own}
    standing = list(held)
    drafted = {(draft.type, draft.role): draft for draft in drafts}
    references: list[tuple[bool, str]] = []
    for place in dict.fromkeys([*drafted, *mine]):
        item, draft = mine.get(place), drafted.get(place)
        identity = identify(*place) if item is None else item.id
        found = [old for old in standing if (old.type, old.id) == (place[0], identity)]
        standing = [old for old in standing if old not in found]
        contents = _contents(owner, draft, item, identity, found)
        reference = _put(batch, owner, (*place, identity), contents, found)
        references.append((set(contents) == {CODED}, reference))
    for old in standing:
        remove(batch, owner, old)
    return [reference for _, reference in sorted(references, key=lambda pair: pair[0])]


def _contents(
    owner: Owner, draft: Draft | None, own: Own | None, identity: str, found: list[Held]
) -> dict[int, _Content]:
    coded = None if draft is None else _Content(R4, _encoder(draft, identity), lambda: values(draft))
    if own is not None:
        written = _Content(own.release, own.encode, own.values)
        return {AS_WRITTEN: written} if coded is None else {AS_WRITTEN: written, CODED: coded}
    assert coded is not None  # a place has a draft or a client's own resource
    audiences = {old.audience for old in found} or {owner.audience}
    return {CODED if audiences == {CODED} else EVERYBODY: coded}


def _encoder(draft: Draft, identity: str) -> Callable[[int, str], bytes]:
    return lambda version, updated: encode(draft, identity, version, updated)


def _put(
    batch: Rows, owner: Owner, place: tuple[str, str, str], contents: dict[int, _Content], found: list[Held]
) -> str:
    """The place's next version where something changed; its versioned reference."""
    old = {held.audience: held for held in found}
    changed = {audience for audience, content in contents.items() if _differs(content, old.get(audience), owner)}
    if AS_WRITTEN in changed and CODED in contents:
        changed.add(CODED)
    for audience, held in old.items():
        if audience in changed or audience not in contents:
            batch.closed_resources[held.row] = owner.seq
        elif held.record != owner.record or held.subject != owner.subject:
            batch.adopted_resources[held.row] = {**_whose(owner), "role": place[1]}
    numbers = _numbers(found, changed)
    for audience in sorted(changed):
        _write(batch, owner, place, numbers[audience], audience, contents[audience])
    shown = min(contents, key=_SHOWN_FIRST.index)
    return f"{place[0]}/{place[2]}/_history/{numbers[shown] if shown in changed else old[shown].version}"


_SHOWN_FIRST = (AS_WRITTEN, EVERYBODY, CODED)


def _numbers(found: list[Held], changed: set[int]) -> dict[int, int]:
    """The next version for each audience. Each counts its own; where both views change they bear one number as long as
    the coded form has no more versions of its own, so that evidence leads a sponsor to the form of what decided.
    """

    def after(*audiences: int) -> int:
        return 1 + max((held.version for held in found if held.audience in audiences), default=0)

    own, coded = after(AS_WRITTEN, EVERYBODY), after(CODED, EVERYBODY)
    behind = own if AS_WRITTEN in changed else own - 1
    return {AS_WRITTEN: own, CODED: max(coded, behind), EVERYBODY: max(own, coded)}


def _differs(content: _Content, held: Held | None, owner: Owner) -> bool:
    if held is None or held.deleted:
        return True
    if held.record is not None and held.record != owner.record:
        return True  # it was another record's, whose history keeps the version it had there
    # The same JSON may say another thing in another release.
    return content.release != held.release or content.encode(held.version, held.updated) != held.body


def _write(
    batch: Rows, owner: Owner, place: tuple[str, str, str], version: int, audience: int, content: _Content
) -> None:
    body = content.encode(version, batch.moment.time)
    add_row(batch, owner, place, version, audience, body, content.release)
    batch.found_by.append(content.values())


def remove(batch: Rows, owner: Owner, old: Held) -> None:
    """A deletion, unless the resource is deleted already or became another record's in this unit of work."""
    if old.deleted or old.row in batch.closed_resources or old.row in batch.adopted_resources:
        return
    batch.closed_resources[old.row] = owner.seq
    add_row(batch, owner, (old.type, old.role, old.id), old.version + 1, old.audience, b"", old.release)
    batch.found_by.append([])


def add_row(
    batch: Rows, owner: Owner, place: tuple[str, str, str], version: int, audience: int, body: bytes, release: int
) -> None:
    """One version; without a body it is a deletion. Its values for search go to `batch.found_by` beside it."""
    type_, role, identity = place
    batch.rows[RESOURCE].append(
        {
            "type": type_,
            "resource_id": identity,
            "version": version,
            **_whose(owner),
            "role": role,
            "audience": audience,
            "release": release,
            "updated": batch.moment.time,
            "deleted": int(not body),
            "seq_from": owner.seq,
            "seq_to": FOREVER,
            "body": body,
        }
    )


def _whose(owner: Owner) -> dict[str, Any]:
    return {"study": owner.study, "subject": owner.subject, "record": owner.record}
