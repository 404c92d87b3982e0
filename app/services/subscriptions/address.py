"""Where a webhook may go: an address that is resolved once, is public, and is the one that is connected to.

https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

from app.config import Settings
from app.domain.errors import Category, Fault, Issue

Resolve = Callable[[str, int], list[str]]
NOT_ALLOWED = "the endpoint's address is not a public one"
# An IPv4 address inside an IPv6 one, which a gateway may take out again.
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class Refused(Exception):
    """The address is not one to be connected to."""


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host, as the system finds them. Raises OSError where there are none."""
    return [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def check(settings: Settings, endpoint: str) -> None:
    """Fault UNPROCESSABLE for an endpoint that can be refused by its looks; its host is looked up when it is used."""
    try:
        url = httpx.URL(endpoint)
    except (httpx.InvalidURL, ValueError):
        raise _refused("not an address") from None
    if url.scheme != "https" and not (url.scheme == "http" and settings.webhook_plain_http):
        raise _refused("not an https address")
    if url.userinfo or url.fragment or not url.host:
        raise _refused("an address has a host, and neither a user nor a fragment")
    try:
        literal = ip_address(url.host)
    except ValueError:
        return
    if not settings.webhook_private_addresses and not is_public(literal):
        raise _refused(NOT_ALLOWED)


def _refused(message: str) -> Fault:
    issue = Issue("channel.endpoint", "value", message, "https://host/path, reachable from the internet")
    return Fault(Category.UNPROCESSABLE, "the subscription cannot be kept", (issue,))


def choose(settings: Settings, url: httpx.URL, found: list[str]) -> str:
    """The one address to connect to. Raises Refused where any of those found is not allowed."""
    addresses = [ip_address(address.partition("%")[0]) for address in found]
    if not addresses or not (settings.webhook_private_addresses or all(map(is_public, addresses))):
        raise Refused(NOT_ALLOWED)
    return str(addresses[0])


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is reachable by everybody: no loopback, private, link-local, shared, multicast or reserved address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner or any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
