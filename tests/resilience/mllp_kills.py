"""python -m tests.resilience.mllp_kills [points] [seed]: the MLLP server is killed at random bytes and moments.

Senders keep what they were not acknowledged for and send it again to the next process. At the end each message must be
there once, and every acknowledgment that was given must be given again, byte for byte.
"""

import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from app.interop.hl7v2.mllp import framed
from tests.journeys.messages import infusion, subject, verdict
from tests.journeys.mllp import Sender
from tests.resilience.mllp_process import mllp

SENDERS = 3
AHEAD = 4


@dataclass
class Trial:
    """What was sent, and what was acknowledged."""

    dice: random.Random
    sent: dict[str, bytes] = field(default_factory=dict)
    acknowledged: dict[str, bytes] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> tuple[str, bytes]:
        """A further message: in turn a subject and its infusion."""
        with self.lock:
            number, control = len(self.sent) // 2, f"C{len(self.sent)}"
            made = subject if len(self.sent) % 2 == 0 else infusion
            self.sent[control] = made(control, f"A-{number}")
            return control, self.sent[control]


@dataclass
class Killer:
    """Kills the process when so many bytes have been sent, and a moment has passed."""

    process: Popen[bytes]
    bytes: int
    moment: float
    lock: threading.Lock = field(default_factory=threading.Lock)

    def allow(self, size: int) -> int:
        """How many of the next bytes may still be sent; the process ends with the last of them."""
        with self.lock:
            allowed = min(size, self.bytes)
            self.bytes -= allowed
            if self.bytes == 0 and allowed:
                threading.Timer(self.moment, lambda: self.process.send_signal(signal.SIGKILL)).start()
            return allowed


def send_until_killed(trial: Trial, killer: Killer, port: int, open_: list[tuple[str, bytes]]) -> None:
    """Send what is open, then what is new; what gets its acknowledgment is no longer open."""
    awaited: list[str] = []
    queue = list(open_)
    try:
        with Sender(port) as sender:
            while True:
                while len(awaited) < AHEAD:
                    control, message = queue.pop(0) if queue else trial.next()
                    if control not in (known for known, _ in open_):
                        open_.append((control, message))
                    awaited.append(control)
                    whole = framed(message)
                    sender.socket.sendall(whole[: killer.allow(len(whole))])
                answer = sender.receive()
                control = awaited.pop(0)
                assert verdict(answer) == ("AA", control), answer
                trial.acknowledged[control] = answer
                open_[:] = [one for one in open_ if one[0] != control]
    except OSError:
        return


def run(folder: Path, points: int, seed: int) -> Trial:
    """Kill that often, then send what is open once more, and hold the store against what was acknowledged."""
    trial = Trial(random.Random(seed))
    left: list[list[tuple[str, bytes]]] = [[] for _ in range(SENDERS)]
    for _ in range(points):
        with mllp(folder) as (process, port):
            killer = Killer(process, trial.dice.randint(1, 20_000), trial.dice.choice((0, trial.dice.random() * 0.02)))
            threads = [threading.Thread(target=send_until_killed, args=(trial, killer, port, open_)) for open_ in left]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    with mllp(folder) as (_, port), Sender(port) as sender:
        for control, message in [one for open_ in left for one in open_]:
            trial.acknowledged[control] = sender.ask(message)
        again = {control: sender.ask(message) for control, message in trial.sent.items()}
    assert again == trial.acknowledged
    check(folder, trial)
    return trial


def check(folder: Path, trial: Trial) -> None:
    """Every message once, whatever was sent how often."""
    with closing(sqlite3.connect(folder / "engraft.sqlite")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = {
            name: store.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("inbox", "record", "record_version", "control_id", "quarantine")
        }
        unanswered = store.execute("SELECT count(*) FROM inbox WHERE receipt = ''").fetchone()[0]
    sent = len(trial.sent)
    assert found == {"inbox": sent, "record": sent, "record_version": sent, "control_id": sent, "quarantine": 0}, found
    assert unanswered == 0


def main(points: int = 30, seed: int = 11) -> None:
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trial = run(Path(folder), points, seed)
    seconds = time.monotonic() - begin
    print(f"{points} kills, {len(trial.sent)} messages, none lost, none doubled ({seconds:.0f} s)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
