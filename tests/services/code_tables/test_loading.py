"""Code tables from files: loaded once, in pieces, never changed; found by code and by exact term alone.

The tables are invented: none of their terms or codes is of a licensed terminology.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from app.domain.errors import Fault
from app.interop.code_table import Layout, NotACodeTable
from app.migrate import upgrade
from app.services.code_tables import loading, lookup
from app.services.code_tables.loading import Asked, VersionTaken, load
from app.storage import code_tables
from app.storage.code_table_tables import CODE_ENTRY, CODE_TABLE, CODE_TERM
from app.storage.database import open_database

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
EVENTS = """code,display,synonyms
901,Glass fever,glassy fever|Fever of glass
902,Paper cough,
903,Paper cough chronic,paper-cough (chronic)
904,Twofold,Double
905,Doubled,Double
"""
SYNONYMS = Layout(synonyms="synonyms")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    embedded = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'x.sqlite'}" if embedded else request.getfixturevalue("postgres_database")
    upgrade(url)
    database = open_database(url)
    yield database.write
    database.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "events.csv"
    found.write_text(EVENTS, encoding="utf-8")
    return found


def asked(file: Path, version: str = "1", layout: Layout = SYNONYMS, name: str = "events") -> Asked:
    return Asked(file, name, "urn:invented", version, layout)


def done(engine: Engine, what: Asked) -> bool:
    return load(engine, what, NOW, lambda read: None)[1]


def counts(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        tables = (CODE_TABLE, CODE_ENTRY, CODE_TERM)
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_a_file_is_loaded_once(engine: Engine, file: Path) -> None:
    assert done(engine, asked(file))
    assert counts(engine) == [1, 5, 9]  # 5 displays and 4 synonyms; the fifth is the display again
    assert not done(engine, asked(file))
    assert counts(engine) == [1, 5, 9]
    with engine.connect() as connection:
        [table] = code_tables.every(connection)
    assert (table.name, table.version, table.system, table.entries) == ("events", "1", "urn:invented", 5)


def test_terms_are_found_exactly(engine: Engine, file: Path) -> None:
    done(engine, asked(file))
    with engine.connect() as connection:
        table = lookup.newest(connection)["events"]
        codes = {
            term: getattr(lookup.find_term(connection, table, term), "code", None)
            for term in ("GLASS FEVER", "glassy-fever", "Paper cough", "Paper cough (chronic)", "Paper", "Double", "")
        }
        entry = lookup.find_code(connection, table, " 902 ")
        assert lookup.find_code(connection, table, "90") is None
    assert codes == {
        "GLASS FEVER": "901",
        "glassy-fever": "901",
        "Paper cough": "902",
        "Paper cough (chronic)": "903",
        "Paper": None,  # the beginning of two terms is neither
        "Double": None,  # two entries have it
        "": None,
    }
    assert entry is not None
    assert entry.display == "Paper cough"


def test_a_new_version_stands_beside_the_old(engine: Engine, file: Path) -> None:
    done(engine, asked(file))
    file.write_text("code,display,synonyms\n901,Glass ague,\n", encoding="utf-8")
    with pytest.raises(VersionTaken):
        done(engine, asked(file))
    assert done(engine, asked(file, "2"))
    with engine.connect() as connection:
        versions = [(table.version, table.entries) for table in code_tables.every(connection)]
        newest = lookup.newest(connection)["events"]
        entry = lookup.find_code(connection, newest, "901")
        old = lookup.find_code(connection, code_tables.every(connection)[0], "901")
        tables = lookup.of_system(connection, "urn:invented")
    assert versions == [("1", 5), ("2", 1)]
    assert tables == [newest]
    assert [item.display for item in (old, entry) if item] == ["Glass fever", "Glass ague"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,display,synonyms\n1,a,\n1,b,\n", "line 3: its code stands there twice"),
        ("code,display,synonyms\n1,a,\n,b,\n", "line 3: no code"),
        ("kode,display,synonyms\n1,a,\n", "line 1: no column 'code'"),
        ("code,display,synonyms\n", "no entries"),
        ("", "line 1: no column 'code'"),
        ('code,display,synonyms\n1,"a\n', "line 2: not CSV"),
        (f"code,display,synonyms\n1,{'a' * 401},\n", "line 2: a term of more than 400 characters"),
        (f"code,display,synonyms\n{'1' * 201},a,\n", "line 2: a code of more than 200 characters"),
    ],
)
def test_a_faulty_file_leaves_nothing(
    engine: Engine, file: Path, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "TOGETHER", 1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotACodeTable, match=message):
        done(engine, asked(file))
    assert counts(engine) == [0, 0, 0]


def test_bytes_of_another_character_set_are_told(engine: Engine, file: Path) -> None:
    file.write_bytes("code,display,synonyms\n1,Öl,\n".encode("latin-1"))
    with pytest.raises(NotACodeTable, match="not text in utf-8-sig"):
        done(engine, asked(file))
    assert done(engine, asked(file, layout=Layout(synonyms="synonyms", encoding="latin-1")))


def test_what_an_interrupted_load_left_is_loaded_anew(
    engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a power cut: the version is there, not complete, and nobody takes it for a table."""
    monkeypatch.setattr(loading, "TOGETHER", 2)
    monkeypatch.setattr(code_tables, "drop", lambda connection, table: None)
    monkeypatch.setattr(code_tables, "finish", lambda connection, table, entries: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        done(engine, asked(file))
    assert counts(engine) == [1, 5, 9]
    with engine.connect() as connection:
        assert code_tables.every(connection) == []
    monkeypatch.undo()
    assert done(engine, asked(file))
    assert counts(engine) == [1, 5, 9]


def test_columns_by_number_and_another_delimiter(engine: Engine, file: Path) -> None:
    file.write_text("901$Glass fever$77\n", encoding="utf-8")
    layout = Layout("1", "2", target="3", target_system="urn:parents", delimiter="$", header=False)
    assert done(engine, asked(file, layout=layout))
    with engine.connect() as connection:
        entry = lookup.find_code(connection, lookup.newest(connection)["events"], "901")
    assert entry is not None
    assert (entry.display, entry.target_system, entry.target) == ("Glass fever", "urn:parents", "77")


def test_a_map_of_local_codes(engine: Engine, file: Path) -> None:
    file.write_text("code,display,loinc\nNEU,Neutrophils,751-8\nX,Other,\n", encoding="utf-8")
    layout = Layout(target="loinc", target_system="LN")
    assert done(engine, asked(file, layout=layout, name="site-a-lab"))
    with engine.connect() as connection:
        maps = lookup.code_maps(connection, ["site-a-lab", "unknown"])
    assert maps == {
        "site-a-lab": {
            "NEU": {"system": "http://loinc.org", "code": "751-8", "text": "Neutrophils"},
            "X": {"system": "urn:invented", "code": "X", "text": "Other"},
        }
    }


def test_a_terminology_is_no_map(engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MOST_OF_A_MAP", 4)
    done(engine, asked(file))
    with engine.connect() as connection, pytest.raises(Fault):
        lookup.code_maps(connection, ["events"])
