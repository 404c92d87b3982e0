"""A bar for a person, silence for cron."""

import io

from rich.console import Console

from app.commands.load.outcome import Outcome, Reason
from app.commands.load.progress import Bar
from app.commands.load.words import show


def shown(terminal: bool) -> str:
    text = io.StringIO()
    with Bar(Console(file=text, force_terminal=terminal, width=120), 200) as bar:
        bar.begin("night.csv")
        bar.reach(100, 1234.5)
        bar._progress.refresh()
        bar.tell("503 busy; again in 1 s")
    return text.getvalue()


def test_on_a_terminal() -> None:
    text = shown(True)
    assert all(word in text for word in ("night.csv", "50%", "1,234 records/s", "503 busy; again in 1 s"))


def test_elsewhere_only_what_went_wrong() -> None:
    assert shown(False) == "503 busy; again in 1 s\n"


def outcome() -> Outcome:
    found = Outcome(waiting=2, unused=1, failed={"b.csv": "404 no such study"})
    found.count("lab", "A", {"accepted": 5, "held": 1})
    found.count("lab", "B", {"rejected": 3})
    found.explain(Reason("lab", "unit", "unknown unit", "g/L", 3, ["line 2", "line 3"]))
    return found


def words(dry_run: bool, terminal: bool = False) -> list[str]:
    text = io.StringIO()
    show(outcome(), dry_run, Console(file=text, force_terminal=terminal, width=100, color_system=None))
    return [" ".join(line.split()) for line in text.getvalue().splitlines() if line.strip(" ─")]


def test_the_summary_of_a_dry_run() -> None:
    assert words(True) == [
        "what would happen",
        "record site new amended unchanged held refused",
        "lab A 5 1",
        "lab B 3",
        "3 refused: lab.unit: unknown unit (expected: g/L); line 2, line 3",
        "b.csv: 404 no such study",
        "9 records: 5 new, 0 amended, 0 unchanged, 1 held, 3 refused, 2 of them came before their subject, "
        "1 parts left unused, 1 files not taken. Nothing was stored.",
    ]
