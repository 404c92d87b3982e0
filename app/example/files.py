"""The example extract on disk: one file a POST, the study and a README.

https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

import json
from pathlib import Path

from app.example.census import as_line
from app.example.extract import generate
from app.example.readme import readme

SEED, SUBJECTS = 2026, 60


def write(directory: Path, seed: int = SEED, subjects: int = SUBJECTS) -> tuple[Path, ...]:
    """Writes `study.json`, `001.ndjson`, `002.ndjson` … and `README.md`; the same bytes for the same seed.

    Numbered files that an earlier, larger extract left in the directory are removed, so that nobody sends them along.
    """
    extract = generate(seed, subjects)
    texts = {"study.json": json.dumps(extract.study, ensure_ascii=False, indent=2) + "\n"}
    for number, batch in enumerate(extract.batches, start=1):
        texts[f"{number:03d}.ndjson"] = "".join(as_line(record) + "\n" for record in batch)
    texts["README.md"] = readme(extract, seed, subjects)
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("[0-9][0-9][0-9].ndjson"):
        old.unlink()
    for name, text in texts.items():
        (directory / name).write_bytes(text.encode())
    return tuple(directory / name for name in sorted(texts))
