"""Names of character sets: those in which bytes can be text, and no others of Python's codecs.

https://docs.python.org/3/library/codecs.html#standard-encodings
"""

from __future__ import annotations

import codecs

ENCODINGS = "a name such as utf-8, windows-1252, iso-8859-1"
_WIDE = ("utf-16", "utf-32")


def handler(name: str) -> str:
    """How a codec keeps bytes that are no text of it. LookupError for a name that is no character set."""
    found = codecs.lookup(name)
    errors = "replace" if found.name.startswith(_WIDE) else "surrogateescape"
    try:
        b"\xff".decode(name, errors)  # those of domain names, of nothing, and of bytes alone refuse
    except UnicodeError:
        raise LookupError(name) from None
    return errors


def needs_mark(name: str) -> bool:
    """Whether only a byte order mark would tell which byte of a character is the first."""
    return codecs.lookup(name).name in _WIDE
