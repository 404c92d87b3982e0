"""HL7 v2 on its way in: messages a second by HTTP and by MLLP, beside the JSON door and bare parsing.

docs/mllp.md
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import hl7

from benchmarks.client import request, run_many
from benchmarks.measures import Measure, timed
from benchmarks.service import STUDY, Service, engraft

MESSAGES = 600
CONNECTIONS = (1, 16)
PATH = f"/studies/{STUDY}/records"
_PORT = re.compile(rb" on \S+:(\d+) \(")
_FIELDS = {"term": "Sepsis", "onset": "2024-03-05", "grade": "3", "serious": "Y"}


def message(name: str) -> bytes:
    """An adverse event as a message."""
    told = {"subject": "A-001", **_FIELDS}
    results = (
        f"OBX|{at}|ST|{field}^^99ENGRAFT||{text}||||||F" for at, (field, text) in enumerate(told.items(), start=1)
    )
    lines = (
        f"MSH|^~\\&|EDC|UKX|ENGRAFT|TRIAL|20260302101500+0100||ORU^R01^ORU_R01|{name}|P|2.5.1",
        "PID|1||4711^^^UKX^MR||Muster^Erika",
        f"OBR|1||{name}^EDC|adverse_event^^99ENGRAFT|||20260302073000" + "|" * 15 + "20260302100000+0100|||F",
        *results,
    )
    return "\r".join((*lines, "")).encode()


def record(name: str) -> bytes:
    """The same as a record."""
    envelope = {"type": "adverse_event", "site": "A", "source": "json", "id": name, "subject": "A-001"}
    return json.dumps({**envelope, **_FIELDS, "grade": 3, "serious": True}).encode()


def shares(name: str, connections: int, make: Callable[[str], bytes]) -> list[list[bytes]]:
    made = [make(f"{name}-{connections}-{number}") for number in range(MESSAGES)]
    return [made[first::connections] for first in range(connections)]


def as_json(name: str) -> bytes:
    return request("POST", PATH, record(name))


def as_http(name: str) -> bytes:
    whole = request("POST", f"{PATH}?site=A", message(name))
    return whole.replace(b"application/json", b"x-application/hl7-v2+er7")


@contextmanager
def mllp(service: Service) -> Iterator[int]:
    """The MLLP door beside the running service, on the same store; its port."""
    main = "from app.cli import main; main()"
    options = ["--study", STUDY, "--site", "A", "--port", "0", "--data", str(service.data)]
    running = subprocess.Popen([sys.executable, "-c", main, "mllp", *options], stdout=subprocess.PIPE)
    assert running.stdout is not None
    try:
        told = _PORT.search(running.stdout.readline())
        assert told is not None
        yield int(told[1])
    finally:
        running.terminate()
        running.wait(timeout=60)
        running.stdout.close()


def ask(port: int, messages: list[bytes]) -> None:
    """Each message is sent when the one before is acknowledged, as engines do."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in messages:
            connection.sendall(b"\x0b" + one + b"\x1c\r")
            answer = b""
            while not answer.endswith(b"\x1c\r"):
                answer += connection.recv(65536)
            if b"\rMSA|AA|" not in answer:
                raise RuntimeError(answer.decode())


def ask_many(port: int, parts: list[list[bytes]]) -> float:
    threads = [threading.Thread(target=ask, args=(port, part)) for part in parts]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begin


def parsed() -> float:
    """Messages a second of python-hl7 alone, every field looked at as text."""
    texts = [message(f"B{number}").decode() for number in range(MESSAGES)]
    return MESSAGES / timed(lambda: [[str(segment) for segment in hl7.parse(text)] for text in texts])


def hl7v2_measures() -> Iterator[Measure]:
    """Both doors with 1 and with 16 connections."""
    bare = parsed()
    with engraft() as service, mllp(service) as port:
        run_many(service.port, [[request("POST", PATH, _SUBJECT)]], b" 201 ")
        for count in CONNECTIONS:
            door = MESSAGES / run_many(service.port, shares("json", count, as_json), b" 201 ")
            http = MESSAGES / run_many(service.port, shares("http", count, as_http), b" 201 ")
            framed = MESSAGES / ask_many(port, shares("mllp", count, message))
            for name, found in (("HTTP", http), ("MLLP", framed)):
                yield _speed(f"HL7 v2 by {name}, {count} connections, against the JSON door", found, door)
                yield _speed(f"HL7 v2 by {name}, {count} connections, against bare parsing", found, bare)


_SUBJECT = json.dumps({"type": "subject", "site": "A", "source": "json", "id": "S1", "subject": "A-001"}).encode()


def _speed(name: str, ours: float, limit: float) -> Measure:
    return Measure(name, f"{ours:,.0f} messages/s", f"{limit:,.0f} /s", ours / limit, "")
