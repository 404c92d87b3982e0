"""Serving: loopback only until authentication is built in.

https://www.uvicorn.org/settings/
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from app.config import Settings
from app.main import create_app

EXPOSE = "--i-know-there-is-no-authentication"
START_SECONDS = 60
WEBHOOKS = frozenset({"webhook_plain_http", "webhook_private_addresses"})


class NotLoopback(Exception):
    """The address would be reachable from elsewhere, and nothing would ask who is calling."""


def check_host(host: str, exposed: bool) -> None:
    """Refuse to bind to anything but loopback unless told so in plain words."""
    if not exposed and not is_loopback(host):
        raise NotLoopback(
            f"{host} is reachable from other machines, and this version asks nobody who they are. "
            f"Bind to 127.0.0.1, or say {EXPOSE}."
        )


def is_loopback(host: str) -> bool:
    """Whether every address of the host is a loopback address."""
    try:
        found = {str(item[4][0]) for item in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address).is_loopback for address in found)


def server(settings: Settings, host: str, port: int) -> uvicorn.Server:
    """A server that is ready to run. The access log is off: it would print query strings."""
    config = uvicorn.Config(
        create_app(at_home(settings, host)),
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        timeout_keep_alive=5,
        server_header=False,
    )
    return uvicorn.Server(config)


def at_home(settings: Settings, host: str) -> Settings:
    """The settings of a service that only this machine reaches: what is said of webhooks stays, else they may lead to
    this machine and its network, where whoever subscribes is already.
    """
    if not is_loopback(host):
        return settings
    usual = dict.fromkeys(WEBHOOKS, True)
    return settings.model_copy(
        update={**usual, **settings.model_dump(include=settings.model_fields_set & usual.keys())}
    )


@contextmanager
def running(settings: Settings, port: int) -> Iterator[str]:
    """A server on loopback in a thread of its own; yields its address and stops it at the end."""
    found = free_port(port)
    run = server(settings, "127.0.0.1", found)
    thread = threading.Thread(target=run.run, name="server", daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not run.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{found}"
    finally:
        run.should_exit = True
        thread.join()


def free_port(wanted: int) -> int:
    """The wanted port, or any free one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("no free port")
