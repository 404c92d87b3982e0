"""`engraft mllp` in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAIN = "import sys; from app.cli import main; sys.argv[0] = 'engraft'; main()"
_PORT = re.compile(rb" on \S+:(\d+) \(")


@contextmanager
def mllp(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The running process and its port; ended by its id."""
    arguments = [sys.executable, "-c", MAIN, "mllp", "--study", "gdt-relapse", "--site", "A", "--port", "0", *options]
    if "--database" not in options:
        arguments += ["--data", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENGRAFT_")}
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        told = _PORT.search(process.stdout.readline())
        assert told is not None, "the server did not start"
        yield process, int(told[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
