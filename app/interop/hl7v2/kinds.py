"""Which messages are read, and why the others are left alone.

https://terminology.hl7.org/CodeSystem-v2-0003.html
"""

from __future__ import annotations

RESULTS = frozenset({"ORU^R01"})
DEMOGRAPHICS = frozenset({"ADT^A01", "ADT^A03", "ADT^A04", "ADT^A08", "ADT^A31"})
MERGE, UNLINK = "ADT^A40", "ADT^A37"
_LEFT_ALONE = {
    "ACK": "an acknowledgement",
    "ADT": "this event of a patient's stay tells nothing that the trial records",
    "MDM": "documents are not read",
    "ORM": "orders are not read, only their results",
    "OML": "orders are not read, only their results",
    "OMG": "orders are not read, only their results",
    "RDE": "orders of drugs are not read",
    "RDS": "dispensed drugs are not read",
    "SIU": "appointments are not read",
    "VXU": "vaccinations are not read",
}
OTHER = "this type of message is not read"
TRAINING = "the message is marked as training or test (MSH-11), not as production"
PRODUCTION = "P"


def left_alone(kind: str) -> str | None:
    """The reason why messages of a kind are left alone; None for those that are read."""
    if kind in RESULTS or kind in DEMOGRAPHICS or kind in (MERGE, UNLINK):
        return None
    return _LEFT_ALONE.get(kind.partition("^")[0], OTHER)
