"""Character sets of messages: HL7's names for them, and bytes as text.

https://terminology.hl7.org/CodeSystem-v2-0211.html
"""

from __future__ import annotations

from app.interop.hl7v2.broken import Broken, BrokenMessageError
from app.interop.hl7v2.place import Place

# UNICODE alone is what senders of UTF-8 wrote before table 0211 told its forms apart; as UTF-16 MSH would be six bytes.
_CODECS = {
    "ASCII": "ascii",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_1",
}
KNOWN = tuple(_CODECS)
DEFAULT = "utf-8"


def codec(declared: list[str], default: str, message: int | None = None) -> str:
    """The codec for the repetitions of MSH-18; default where it says nothing.

    The first is that of the message, further ones are reached by escape sequences of ISO 2022.
    BrokenMessageError for an unknown one.
    """
    names = [name.strip().upper() for name in declared if name.strip()]
    unknown = next((place for place, name in enumerate(names, start=1) if name not in _CODECS), None)
    if unknown is not None:
        place = Place("MSH", field=18, repetition=unknown, message=message)
        raise BrokenMessageError(Broken.CHARACTER_SET, place, ", ".join(KNOWN))
    codecs = [_CODECS[name] for name in names]
    switched = [name for name in codecs if name.startswith("iso2022")]
    return switched[-1] if switched else codecs[0] if codecs else default


def extends_ascii(name: str) -> bool:
    """Whether a codec is one of text in which MSH is the three bytes that it has to be."""
    try:
        return "MSH|".encode(name) == b"MSH|"
    except (LookupError, ValueError):
        return False
