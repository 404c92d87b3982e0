"""What a service on loopback lets its subscribers do.

docs/subscriptions.md
"""

from pathlib import Path

import pytest

from app.commands.serve import WEBHOOKS, at_home
from app.config import Settings


@pytest.mark.parametrize(("host", "allowed"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False)])
def test_webhooks_may_lead_to_this_machine_where_only_it_reaches_the_service(
    tmp_path: Path, host: str, allowed: bool
) -> None:
    found = at_home(Settings(data=tmp_path), host)
    assert [getattr(found, name) for name in WEBHOOKS] == [allowed, allowed]


def test_what_is_said_of_webhooks_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGRAFT_WEBHOOK_PLAIN_HTTP", "false")
    found = at_home(Settings(data=tmp_path), "127.0.0.1")
    assert (found.webhook_plain_http, found.webhook_private_addresses) == (False, True)
