"""Where a webhook may not go. The corpus: every address that leads inside, in every disguise.

https://www.iana.org/assignments/iana-ipv4-special-registry ; https://www.iana.org/assignments/iana-ipv6-special-registry
"""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.domain.errors import Fault
from app.services.subscriptions.address import Refused, check, choose, resolve

INSIDE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "2001:db8::1",
]
DISGUISED = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"]
CLOSED, OPEN = Settings(), Settings(webhook_private_addresses=True, webhook_plain_http=True)
URL = httpx.URL("https://sponsor.example.com/")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_connected_to(address: str) -> None:
    with pytest.raises(Refused):
        choose(CLOSED, URL, [address])
    with pytest.raises(Refused):
        choose(CLOSED, URL, ["93.184.216.34", address])


@pytest.mark.parametrize("host", DISGUISED)
def test_a_disguise_is_seen_through_by_the_look_up(host: str) -> None:
    with pytest.raises(Refused):
        choose(CLOSED, URL, resolve(host, 443))


@given(st.text(max_size=30) | st.text(max_size=20).map(lambda text: f"https://{text}"))
def test_no_text_is_more_than_refused(text: str) -> None:
    try:
        check(OPEN, text)
    except Fault:
        return
    assert httpx.URL(text).host


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_is(address: str) -> None:
    assert choose(CLOSED, URL, [address]) == address


def test_the_setting_lets_loopback_in() -> None:
    assert choose(OPEN, URL, ["127.0.0.1"]) == "127.0.0.1"
    check(OPEN, "http://127.0.0.1:9/hook")


def test_a_name_without_an_address_is_not() -> None:
    with pytest.raises(Refused):
        choose(OPEN, URL, [])


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://sponsor.example.com/",
        "ftp://sponsor.example.com/",
        "file:///etc/passwd",
        "gopher://sponsor.example.com/",
        "https://user:word@sponsor.example.com/",
        "https://sponsor.example.com@127.0.0.1/",
        "https://sponsor.example.com/#part",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https:///hook",
        "sponsor.example.com",
        "https://sponsor.example.com:port/",
    ],
)
def test_an_endpoint_is_refused_by_its_looks(endpoint: str) -> None:
    with pytest.raises(Fault):
        check(CLOSED, endpoint)
