"""A client that costs little: blocking sockets, keep-alive, requests made beforehand."""

from __future__ import annotations

import socket
import threading
import time


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def answer(connection: socket.socket) -> bytes:
    """Read one answer whole and give its status line."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, rest = data.partition(b"\r\n\r\n")
    lowered = head.lower()
    start = lowered.index(b"content-length:") + 15
    length = int(lowered[start:].split(b"\r\n", 1)[0])
    while len(rest) < length:
        rest += _more(connection)
    return head.split(b"\r\n", 1)[0]


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def run(port: int, requests: list[bytes], expected: bytes) -> None:
    """Send requests one after another on one connection; every answer must have the expected status."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for item in requests:
            connection.sendall(item)
            status = answer(connection)
            if expected not in status:
                raise RuntimeError(status.decode())


def run_many(port: int, shares: list[list[bytes]], expected: bytes) -> float:
    """The same from several connections at once; seconds taken."""
    threads = [threading.Thread(target=run, args=(port, share, expected)) for share in shares]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begin
