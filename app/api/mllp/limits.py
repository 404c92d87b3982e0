"""What one sender may ask of the MLLP door, so that the others are served too.

docs/mllp.md
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """message: bytes of one; connections: at once; idle: seconds without a byte; frame: seconds from the first byte of
    a message to its last; ahead: messages of one connection, and of all, that wait for their commit.
    """

    message: int = 4 * MIB
    connections: int = 256
    idle: float = 300.0
    frame: float = 120.0
    ahead: int = 16
    ahead_of_all: int = 128
