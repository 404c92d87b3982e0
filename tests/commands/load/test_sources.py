"""Which files are meant, and of which kind they are."""

import io
from pathlib import Path

import pytest

from app.commands.load import sources as module
from app.commands.load.sources import (
    CSV,
    FHIR,
    FHIR_NDJSON,
    HL7V2,
    JSON,
    NDJSON,
    XLSX,
    NotASource,
    Source,
    sources,
)


def kinds(folder: Path, *names: str, format_: str | None = None, stdin: bytes = b"") -> list[str]:
    return [found.media_type for found in sources(list(names), format_, io.BytesIO(stdin), folder)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.json", JSON),
        ("a.NDJSON", NDJSON),
        ("a.csv", CSV),
        ("a.xlsx", XLSX),
        ("a.hl7", HL7V2),
        ("a.fhir.json", FHIR),
        ("a.fhir.ndjson", FHIR_NDJSON),
    ],
)
def test_the_name_tells(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text("x")
    assert kinds(tmp_path, str(path)) == [kind]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"MSH|^~\\&|A", HL7V2),
        (b"\x0bMSH|^~\\&|A", HL7V2),
        (b"FHS|^~\\&", HL7V2),
        (b"PK\x03\x04...", XLSX),
        (b'{"type": "lab"}\n{"type": "lab"}\n', NDJSON),
        (b'{"type": "lab"}', JSON),
        (b'[\n{"type": "lab"}]', JSON),
        (b'{\n  "resourceType": "Bundle"}', FHIR),
        (b'{"resourceType":"Patient"}\n{"resourceType":"Patient"}\n', FHIR_NDJSON),
        (b"\xef\xbb\xbfid;term\n1;x", CSV),
        (b"id\tterm\n", CSV),
    ],
)
def test_the_content_tells_where_the_name_does_not(tmp_path: Path, content: bytes, kind: str) -> None:
    assert kinds(tmp_path, "-", stdin=content) == [kind]


def test_what_is_said_counts_more_than_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    assert kinds(tmp_path, str(tmp_path / "a.csv"), format_="hl7") == [HL7V2]


def test_patterns_in_order_without_folders(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text("a,b")
    (tmp_path / "d.csv").mkdir()
    found = sources([str(tmp_path / "*.csv")], None, io.BytesIO(), tmp_path)
    assert [Path(item.name).name for item in found] == ["a.csv", "b.csv"]


def test_a_name_with_brackets_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "ward[1].csv").write_text("a,b")
    assert kinds(tmp_path, str(tmp_path / "ward[1].csv")) == [CSV]


@pytest.mark.parametrize("name", ["none.csv", "*.csv"])
def test_what_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotASource, match="no such file"):
        kinds(tmp_path, str(tmp_path / name))


def test_only_what_can_be_cut_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x\n" * 5001)
    assert [Source("a", path, kind).large for kind in (NDJSON, CSV, HL7V2)] == [True] * 3
    assert [Source("a", path, kind).large for kind in (JSON, XLSX, FHIR, FHIR_NDJSON)] == [False] * 4
    path.write_bytes(b"x\n" * 5000)
    assert not Source("a", path, CSV).large
    assert Source("a", path, HL7V2).large
    monkeypatch.setattr(module, "LARGE_BYTES", 9999)
    assert Source("a", path, CSV).large
