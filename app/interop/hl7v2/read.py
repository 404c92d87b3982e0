"""A payload of HL7 v2 as records: results and demographics by a mapping profile, forms of the trial by their names.

docs/hl7v2.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.domain.errors import Category, Fault, Issue
from app.interop.hl7v2.broken import BrokenMessageError
from app.interop.hl7v2.charset import DEFAULT
from app.interop.hl7v2.forms import form_of
from app.interop.hl7v2.kinds import DEMOGRAPHICS, MERGE, PRODUCTION, RESULTS, TRAINING, UNLINK, left_alone
from app.interop.hl7v2.leftover import open_results, other_segments
from app.interop.hl7v2.merges import merges, unlinked
from app.interop.hl7v2.message import Message, parse
from app.interop.hl7v2.orders import Order, orders
from app.interop.hl7v2.payload import Raw, split
from app.interop.hl7v2.rows import Origin, message_row, order_rows
from app.interop.hl7v2.status import OPEN
from app.interop.hl7v2.taken import Taken, form_item, taken, told_once
from app.interop.hl7v2.times import zone_of
from app.interop.hl7v2.values import Habits
from app.interop.mapping.plan import plan
from app.interop.mapping.profile import Profile
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Reading, Unused

Found = Iterator[Taken]


@dataclass(frozen=True, slots=True)
class Sender:
    """How a payload is to be read. profile: the mapping; where: what is said beside it; charset: a codec, where MSH-18
    names none; training: whether messages that are marked as training or test are read too.
    """

    profile: Profile
    where: Where
    charset: str = DEFAULT
    training: bool = False

    def origin(self, message: Message) -> Origin:
        """Whose records a message has: as the sender says, else the profile, else MSH itself.

        An offset of MSH-7 holds for all of its times.
        """
        site, source = (said if isinstance(said, str) else "" for said in (self.profile.site, self.profile.source))
        header = message.header
        where = self.where.site or site or header.value(4)
        zone = zone_of(header.value(7), plan(self.profile).zone(where, self.where))
        return Origin(where, self.where.source or source or header.value(3), zone)


def read(payload: bytes, sender: Sender, most: int, before: int = 0) -> Reading:
    """The records of a payload, and what is left alone. before: messages of a larger file that stand before it.

    Fault MALFORMED where no message of it can be read, TOO_LARGE for more than `most` messages.
    """
    try:
        parts = split(payload, before)
    except BrokenMessageError as error:
        raise Fault(Category.MALFORMED, error.issue.message, (error.issue,)) from None
    if len(parts.messages) > most:
        issue = Issue("", "too-long", "too many messages in one payload", f"at most {most}")
        raise Fault(Category.TOO_LARGE, issue.message, (issue,))
    reading = Reading()
    for raw in parts.messages:
        _add(reading, _message(raw, sender))
    _add(reading, (Item(0, None, b"", (found.issue,), found.issue.place or "") for found in parts.envelope))
    return reading


def _add(reading: Reading, found: Iterable[Taken]) -> None:
    for one in found:
        if isinstance(one, Item):
            reading.items.append(_numbered(one, len(reading.items)))
        elif isinstance(one, Unused):
            reading.unused.append(one)
        else:
            reading.merges.append(one)


def _numbered(item: Item, index: int) -> Item:
    """The item under its number in the payload, which the paths of what is no record at all begin with."""
    own, meant = f"records[{item.index}]", f"records[{index}]"
    issues = (
        replace(issue, path=meant + issue.path.removeprefix(own)) if issue.path.startswith(own) else issue
        for issue in item.issues
    )
    return replace(item, index=index, issues=tuple(issues))


def _message(raw: Raw, sender: Sender) -> Found:
    """One message; broken, it is one refusal, and where it is alone that of the payload."""
    try:
        message = parse(raw, sender.charset)
    except BrokenMessageError as error:
        if raw.number is None:
            raise Fault(Category.MALFORMED, error.issue.message, (error.issue,)) from None
        yield Item(0, None, b"\r".join(raw.lines), (error.issue,), f"message[{raw.number}]")
        return
    reason = left_alone(message.kind)
    if reason is None and message.header.value(11) != PRODUCTION and not sender.training:
        reason = TRAINING
    if reason is not None:
        yield Unused(str(message.header.place(message=message.number)), reason)
        return
    yield from told_once(_read(message, sender))
    yield from other_segments(message)


def _read(message: Message, sender: Sender) -> Found:
    origin = sender.origin(message)
    if message.kind in DEMOGRAPHICS:
        yield from taken([message_row(message, origin)], sender.profile, sender.where)
    if message.kind in RESULTS:
        found, loose = orders(message)
        for order in found:
            yield from _order(message, order, sender, origin)
        yield from (Unused(str(one.segment.place(message=message.number)), one.reason) for one in loose)
    if message.kind == MERGE:
        yield from merges(message, origin)
    if message.kind == UNLINK:
        yield from unlinked(message, origin)


def _order(message: Message, order: Order, sender: Sender, origin: Origin) -> Iterator[Item | Unused]:
    record_type = form_of(order)
    rows = list(order_rows(message, order, origin))
    yield from open_results(order, message.number, record_type is None)
    if record_type is None:
        yield from taken(rows, sender.profile, sender.where)
    elif not order.results or any(one.value(11) not in OPEN for one in order.results):
        yield form_item(order, record_type, rows[0], Habits(origin.zone, sender.profile.decimal), message.number)
