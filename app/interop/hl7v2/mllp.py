"""MLLP: messages as frames in a stream of bytes, `<VT> message <FS> <CR>`.

https://www.medinf.net/HL7-Edition2012/infrastructure/transport/transport_mllp.html (section 1.2.2, block format)

Read more freely than it is written: a line feed ends a frame as a carriage return does, whatever stands between frames
is passed over, and a start block inside a frame begins the message anew, since no message can hold that byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

START, END = b"\x0b", b"\x1c\r"
_BLOCK = re.compile(rb"[\x0b\x1c]")
_FS = 0x1C
_ENDS = frozenset(b"\r\n\x0b")
# So much of a frame that is too long is looked at, to tell whose it is.
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood in a frame. cut: its beginning alone, because it is longer than allowed."""

    content: bytes
    cut: bool = False


class Frames:
    """The frames of one connection, out of bytes as they arrive. most: bytes of a message."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._buffer = bytearray()
        self._looked = 0
        self._begun = False

    @property
    def begun(self) -> bool:
        """Whether a frame has begun that is not whole yet."""
        return self._begun

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now. After one that is cut nothing more may be fed."""
        self._buffer += data
        found: list[Frame] = []
        while (frame := self._next()) is not None:
            found.append(frame)
            if frame.cut:
                break
        return found

    def _next(self) -> Frame | None:
        if not self._begun and not self._begin():
            return None
        while (block := _BLOCK.search(self._buffer, self._looked)) is not None:
            place = block.start()
            if self._buffer[place] != _FS:
                self._drop(place + 1)  # begun anew; what came before was never a whole message
            elif place + 1 == len(self._buffer):
                self._looked = place
                return self._too_long()
            elif self._buffer[place + 1] in _ENDS:
                return self._whole(place)
            else:
                self._looked = place + 1
        self._looked = len(self._buffer)
        return self._too_long()

    def _begin(self) -> bool:
        place = self._buffer.find(START)
        self._begun = place >= 0
        self._drop(place + 1 if self._begun else len(self._buffer))
        return self._begun

    def _whole(self, place: int) -> Frame:
        content = bytes(self._buffer[:place])
        self._begun = False
        self._drop(place + 1)  # what follows the end block is passed over like all that stands between frames
        return Frame(content[:_HEAD], cut=True) if len(content) > self._most else Frame(content)

    def _too_long(self) -> Frame | None:
        return Frame(bytes(self._buffer[:_HEAD]), cut=True) if len(self._buffer) > self._most + 1 else None

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._looked = 0


def framed(message: bytes) -> bytes:
    """The message in a frame."""
    return START + message + END
