"""How `engraft load` ends, for whoever asks no more than that.

docs/loading.md
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; of several files the highest counts."""

    TAKEN = 0  # every record was taken, or was there already
    REFUSED = 1  # some records were refused, the others taken
    USAGE = 2  # the command itself is wrong; nothing was sent
    UNREACHABLE = 3  # no service answered in time; run it again
    NOT_TAKEN = 4  # the service took nothing, or not all, of some file: unknown study or profile, unreadable, too large
    INTERRUPTED = 130  # Ctrl-C
