"""How far it is, on a terminal: a bar, records a second, the time that is left. Elsewhere only what went wrong is said.

https://rich.readthedocs.io/en/stable/progress.html
"""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Bar:
    """One bar over the bytes of all files."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(compact=True),
        )
        self._console = console
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._task: TaskID = self._progress.add_task("", total=total, speed="")
        self._before = 0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def begin(self, what: str) -> None:
        """What follows is about this."""
        self._progress.update(self._task, description=what, speed="")

    def reach(self, done: int, records_per_second: float | None = None) -> None:
        """So many bytes of the present file are done."""
        speed = f"{records_per_second:,.0f} records/s" if records_per_second else ""
        self._progress.update(self._task, completed=self._before + done, speed=speed)

    def finish(self, size: int) -> None:
        """The present file is done."""
        self._before += size
        self.reach(0)

    def tell(self, text: str) -> None:
        """Say something beside the bar."""
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
