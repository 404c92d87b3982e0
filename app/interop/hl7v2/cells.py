"""A segment as named cells: `PID-3.1`, `PID-3[2].1`, `OBX-5`; and where each of them stands.

docs/hl7v2.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.interop.hl7v2.message import Repetition, Segment

MAX_PARTS = 200


def cells(segment: Segment) -> Iterator[tuple[str, str]]:
    """Every part that holds something, without its escapes.

    `OBX-5` is the whole first repetition, `OBX-5.1` its first component, `OBX-5.1.2` that one's second sub-component,
    `OBX-5[2]` the second repetition. What is said to be empty is `""`.
    """
    start = 3 if segment.name in ("MSH", "BHS", "FHS") else 1
    for field in range(start, len(segment.parsed)):
        for number, repetition in enumerate(segment.repetitions(field)[:MAX_PARTS], start=1):
            name = f"{segment.name}-{field}" if number == 1 else f"{segment.name}-{field}[{number}]"
            yield from _parts(segment, name, repetition)


def _parts(segment: Segment, name: str, repetition: Repetition) -> Iterator[tuple[str, str]]:
    components = [_joined(segment, parts) for parts in repetition[:MAX_PARTS]]
    whole = segment.marks.component.join(components).rstrip(segment.marks.component)
    if not whole:
        return
    yield name, whole
    for number, component in enumerate(components, start=1):
        if component:
            yield f"{name}.{number}", component
        parts = repetition[number - 1]
        if len(parts) > 1:
            texts = (segment.plain(part).strip() for part in parts[:MAX_PARTS])
            yield from ((f"{name}.{number}.{sub}", text) for sub, text in enumerate(texts, start=1) if text)


def _joined(segment: Segment, parts: tuple[str, ...]) -> str:
    mark = segment.marks.subcomponent
    return mark.join(segment.plain(part).strip() for part in parts[:MAX_PARTS]).rstrip(mark)
