"""Canonical addresses of the guide and of our own topics.

http://hl7.org/fhir/uv/subscriptions-backport/artifacts.html
"""

from __future__ import annotations

from app.interop.fhir.urls import PROJECT, project

GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport"
PROFILE = f"{GUIDE}/StructureDefinition/backport-subscription"
NOTIFICATION = f"{GUIDE}/StructureDefinition/backport-subscription-notification-r4"
STATUS = f"{GUIDE}/StructureDefinition/backport-subscription-status-r4"
FILTER = f"{GUIDE}/StructureDefinition/backport-filter-criteria"
CONTENT = f"{GUIDE}/StructureDefinition/backport-payload-content"
HEARTBEAT = f"{GUIDE}/StructureDefinition/backport-heartbeat-period"
TIMEOUT = f"{GUIDE}/StructureDefinition/backport-timeout"
MAX_COUNT = f"{GUIDE}/StructureDefinition/backport-max-count"
CHANNEL_TYPE = f"{GUIDE}/StructureDefinition/backport-channel-type"
SUPPORTED_TOPIC = f"{GUIDE}/StructureDefinition/capabilitystatement-subscriptiontopic-canonical"
# The secret that signs webhooks: ours, as the standard has no place for one.
SECRET = project("subscription-secret")
TRIGGER = project("subscription-trigger")
TOPIC = f"{PROJECT}/SubscriptionTopic/"
