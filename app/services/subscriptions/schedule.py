"""When a failed notification is tried again, and when no more.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=2)
# A receiver that is down over a night and a morning loses nothing.
GIVE_UP = timedelta(hours=24)
_SPREAD = 0.2


def delay(attempts: int, random: Callable[[], float]) -> timedelta:
    """The wait after so many failed attempts: doubled each time, by up to a fifth shorter or longer.

    random: numbers from 0 up to 1; they keep many subscriptions of one receiver from coming back at once.
    """
    doubled: timedelta = FIRST * 2 ** min(attempts - 1, 30)
    return min(doubled, LONGEST) * (1 - _SPREAD + 2 * _SPREAD * random())
