"""What is to be loaded: files by name or pattern, or standard input, each with its media type.

https://docs.python.org/3/library/glob.html
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HL7V2, FHIR, FHIR_NDJSON = "x-application/hl7-v2+er7", "application/fhir+json", "application/fhir+ndjson"
# What the service can cut into pieces; everything else is read at once.
CUTTABLE = frozenset({NDJSON, CSV, HL7V2})
# Of the longest suffix that fits.
SUFFIXES = {
    ".fhir.json": FHIR,
    ".fhir.ndjson": FHIR_NDJSON,
    ".ndjson": NDJSON,
    ".jsonl": NDJSON,
    ".json": JSON,
    ".csv": CSV,
    ".tsv": CSV,
    ".xlsx": XLSX,
    ".hl7": HL7V2,
    ".er7": HL7V2,
}
FORMATS = {
    "json": JSON,
    "ndjson": NDJSON,
    "csv": CSV,
    "xlsx": XLSX,
    "hl7": HL7V2,
    "fhir": FHIR,
    "fhir-ndjson": FHIR_NDJSON,
}
STANDARD_INPUT = "-"
_LOOK = 64 * 1024
_BLOCK = 1024 * 1024
# More than this goes as a background load.
LARGE_BYTES, LARGE_LINES = 1024 * 1024, 5000


class NotASource(Exception):
    """Something that was named cannot be loaded; why."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file. name: as it is spoken of."""

    name: str
    path: Path
    media_type: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    @property
    def large(self) -> bool:
        """Whether it is better taken in the background."""
        if self.media_type not in CUTTABLE:
            return False
        if self.media_type == HL7V2:  # the records' door answers messages with messages, which count no records
            return True
        return self.size > LARGE_BYTES or self.path.read_bytes().count(b"\n") > LARGE_LINES

    def digest(self) -> str:
        """SHA-256 of the file."""
        found = sha256()
        for block in self.blocks():
            found.update(block)
        return found.hexdigest()

    def blocks(self) -> Iterator[bytes]:
        """The file in pieces."""
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def sources(names: list[str], format_: str | None, standard_input: BinaryIO, scratch: Path) -> list[Source]:
    """Every file that is meant, in the order given. NotASource for one that is not there or whose kind is unknown."""
    found = []
    for name in names:
        if name == STANDARD_INPUT:
            found.append(_source("standard input", _kept(standard_input, scratch), format_))
        else:
            found += [_source(str(path), path, format_) for path in _files(name)]
    return found


def _files(name: str) -> list[Path]:
    if Path(name).is_file():
        return [Path(name)]
    found = [path for path in map(Path, sorted(glob(name, recursive=True))) if path.is_file()]
    if not found:
        raise NotASource(f"{name}: no such file")
    return found


def _kept(standard_input: BinaryIO, scratch: Path) -> Path:
    """Standard input as a file, so that it can be sent again after a broken connection."""
    path = scratch / "standard-input"
    with path.open("wb") as file:
        shutil.copyfileobj(standard_input, file)
    return path


def _source(name: str, path: Path, format_: str | None) -> Source:
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK)
    except OSError as error:
        raise NotASource(f"{name}: {error.strerror}") from None
    if not start.strip():
        raise NotASource(f"{name}: empty")
    media_type = FORMATS.get(format_ or "") or _by_suffix(path.name) or _by_content(start)
    if media_type is None:
        raise NotASource(f"{name}: of what kind is not to be seen; say --format {' | '.join(FORMATS)}")
    return Source(name, path, media_type)


def _by_suffix(name: str) -> str | None:
    return next((found for suffix, found in SUFFIXES.items() if name.lower().endswith(suffix)), None)


def _by_content(start: bytes) -> str | None:
    """By what only one kind begins with."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b \t\r\n")
    if text.startswith((b"MSH", b"FHS", b"BHS")):
        return HL7V2
    if text.startswith(b"PK\x03\x04"):
        return XLSX
    if text.startswith((b"{", b"[")):
        return _json(text)
    return CSV if any(mark in text.split(b"\n", 1)[0] for mark in (b",", b";", b"\t")) else None


def _json(text: bytes) -> str:
    first, _, rest = text.partition(b"\n")
    several = first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
    if b'"resourceType"' in first or (not several and b'"resourceType"' in text):
        return FHIR_NDJSON if several else FHIR
    return NDJSON if several else JSON
