"""The example extract on disk: one file a POST, the study and a README.

https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from app.example.census import as_line
from app.example.extract import Extract, generate
from app.example.hl7v2 import messages
from app.example.readme import readme
from app.example.tabular import tables

SEED, SUBJECTS = 2026, 60


def _ndjson(extract: Extract) -> Iterator[str]:
    return ("".join(as_line(record) + "\n" for record in batch) for batch in extract.batches)


def _hl7v2(extract: Extract) -> Iterator[str]:
    return ("".join(batch) for batch in messages(extract))


# Format -> the text of each POST; also the ending of its file.
FORMATS: dict[str, tuple[str, Callable[[Extract], Iterator[str]]]] = {
    "ndjson": ("ndjson", _ndjson),
    "hl7v2": ("hl7", _hl7v2),
    "csv": ("csv", tables),
}


def write(directory: Path, seed: int = SEED, subjects: int = SUBJECTS, form: str = "ndjson") -> tuple[Path, ...]:
    """Writes `study.json`, `001.ndjson`, `002.ndjson` … and `README.md`; the same bytes for the same seed.

    form: of FORMATS; the README, which names lines, stands beside NDJSON alone.
    Numbered files that an earlier, larger extract left in the directory are removed, so that nobody sends them along.
    """
    extract = generate(seed, subjects)
    ending, posts = FORMATS[form]
    texts = {"study.json": json.dumps(extract.study, ensure_ascii=False, indent=2) + "\n"}
    texts |= {f"{number:03d}.{ending}": text for number, text in enumerate(posts(extract), start=1)}
    if form == "ndjson":
        texts["README.md"] = readme(extract, seed, subjects)
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob(f"[0-9][0-9][0-9].{ending}"):
        old.unlink()
    for name, text in texts.items():
        (directory / name).write_bytes(text.encode())
    return tuple(directory / name for name in sorted(texts))
