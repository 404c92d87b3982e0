"""What the CapabilityStatement says of subscriptions.

http://hl7.org/fhir/uv/subscriptions-backport/CapabilityStatement/backport-subscription-server-r4
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.subscriptions.topics import topics
from app.interop.fhir.subscriptions.urls import GUIDE, PROFILE, SUPPORTED_TOPIC

Json = dict[str, Any]
_FHIR = "http://hl7.org/fhir/SearchParameter"
_SEARCHED = (
    ("_id", f"{_FHIR}/Resource-id", "token"),
    ("criteria", f"{_FHIR}/Subscription-criteria", "string"),
    ("payload", f"{_FHIR}/Subscription-payload", "token"),
    ("payload-type", f"{GUIDE}/SearchParameter/Subscription-payload-type", "token"),
    ("status", f"{_FHIR}/Subscription-status", "token"),
    ("topic", f"{GUIDE}/SearchParameter/Subscription-topic", "string"),
    ("type", f"{_FHIR}/Subscription-type", "token"),
    ("url", f"{_FHIR}/Subscription-url", "uri"),
)
_TOPICS = {
    4: ("Basic", ("code", f"{_FHIR}/clinical-code", "token")),
    5: ("SubscriptionTopic", ("url", f"{_FHIR}/SubscriptionTopic-url", "uri")),
}


def subscription_resources(release: int) -> list[Json]:
    """The entries of Subscription, which is R4's alone, and of the topics. release: of the statement."""
    name, parameter = _TOPICS[release]
    listed = {
        "type": name,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [_parameter(*_SEARCHED[0]), _parameter(*parameter)],
    }
    return [listed, _subscription()] if release == 4 else [listed]


def _subscription() -> Json:
    return {
        "extension": [{"url": SUPPORTED_TOPIC, "valueCanonical": url} for url in topics()],
        "type": "Subscription",
        "supportedProfile": [PROFILE],
        "interaction": [{"code": code} for code in ("read", "create", "update", "delete", "search-type")],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchParam": [_parameter(*row) for row in _SEARCHED],
    }


def _parameter(name: str, definition: str, kind: str) -> Json:
    return {"name": name, "definition": definition, "type": kind}
