"""What a search does at its limits, and what it never does.

docs/fhir-search.md
"""

from pathlib import Path

import pytest

from app.services.search import includes
from app.services.search.query import MOST_COUNT
from tests.api.fhir.conftest import Searches
from tests.api.fhir.kept import keep
from tests.journeys.door import STUDY, open_door, record, subject


def test_what_is_cut_is_said(searches: Searches, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "Patient?_has:Observation:subject:code=777-3&_revinclude=Observation:subject"
    whole = searches.bundle(question)["entry"]
    assert {entry["search"]["mode"] for entry in whole} == {"match", "include"}
    monkeypatch.setattr(includes, "MOST_INCLUDED", 1)
    cut = searches.bundle(question)["entry"]
    assert [entry["search"]["mode"] for entry in cut] == ["match", "include", "outcome"]
    [issue] = cut[-1]["resource"]["issue"]
    assert (issue["severity"], issue["code"]) == ("warning", "too-costly")


def test_what_was_acknowledged_is_found(searches: Searches) -> None:
    """Asked before and after, so that a result kept from before would be seen."""
    asked = "Observation?code=777-3&_summary=count"
    before = searches.bundle(asked)["total"]
    sent = record("lab", "N1", "A-001", test="plt", value="9", unit="10*9/L", collected="2024-05-01")
    assert searches.door.send(sent).status_code == 201
    assert searches.bundle(asked)["total"] == before + 1


def test_a_token_of_another_store_is_refused(tmp_path: Path) -> None:
    links = []
    for name in ("one", "other"):
        with open_door(tmp_path / name) as door:
            door.put_study(STUDY, "A")
            door.send(subject("A-001", sex="female"), subject("A-002", sex="male"))
            bundle = door.get("/fhir/Patient?_count=1").json()
            links += [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            assert door.request("GET", links[-1]).status_code == 200
            if name == "other":
                assert door.request("GET", links[0]).status_code == 400


def test_a_page_has_a_largest_size(searches: Searches) -> None:
    keep(searches.door, *({"resourceType": "Patient", "id": f"m{number}"} for number in range(MOST_COUNT + 1)))
    bundle = searches.bundle("Patient?_count=99999999")
    assert len(bundle["entry"]) == MOST_COUNT
    assert "next" in {link["relation"] for link in bundle["link"]}
