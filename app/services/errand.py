"""Work that nobody waits for: a thread that does what there is to do, and then sleeps until it is woken.

docs/bulk-export.md
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

LOG = logging.getLogger("engraft")


class Errand:
    """One thread. pause: seconds after which it looks again by itself, for what other processes left."""

    def __init__(self, name: str, pause: float) -> None:
        self._name = name
        self._pause = pause
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, turn: Callable[[], None]) -> None:
        """Begin. turn: does everything that there is to do; it returns early once `stopping`."""
        self._thread = threading.Thread(target=self._run, args=(turn,), name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    @property
    def stopping(self) -> bool:
        """Whether the service is about to end."""
        return self._ending.is_set()

    def stop(self) -> None:
        """Let the turn come to its end, then end the thread."""
        self._ending.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, turn: Callable[[], None]) -> None:
        while not self.stopping:
            try:
                turn()
            except Exception as error:  # such as a database that is away: the next turn may find it again
                LOG.error("%s: %s", self._name, type(error).__name__)
            self._woken.wait(self._pause)
            self._woken.clear()
