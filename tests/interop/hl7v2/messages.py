"""Messages for the tests, written out of segments."""

from app.interop.hl7v2.message import Message, parse
from app.interop.hl7v2.payload import split

MSH = "MSH|^~\\&|LAB|UKX|ENGRAFT|TRIAL|20260302101500+0100||ORU^R01^ORU_R01|C1|P|2.5.1"


def encoded(*segments: str, charset: str = "utf-8") -> bytes:
    """The segments as a payload, with MSH before them unless they bring their own."""
    lines = segments if segments[:1] and segments[0].startswith(("MSH", "BHS", "FHS")) else (MSH, *segments)
    return "\r".join((*lines, "")).encode(charset)


def message(*segments: str, charset: str = "utf-8") -> Message:
    """The one message that they make."""
    return parse(split(encoded(*segments, charset=charset)).messages[0], charset)
