"""`Observation/$lastn`: the newest of every code.

https://hl7.org/fhir/R4/observation-operation-lastn.html
"""

import pytest

from app.services.search.lastn import newest
from app.storage.search.latest import Coded
from tests.api.fhir.conftest import Searches, lab

MORE = [
    lab("M1", "A-001", "anc", "1.1", "10*9/L", "2024-03-04T08:00:00+01:00"),
    # The same moment in another zone: which is the newer of these two nobody can say.
    lab("M2", "A-001", "anc", "1.2", "10*9/L", "2024-03-04T07:00:00Z"),
    lab("M3", "A-001", "plt", "21", "10*9/L", "2024-02-01"),
    lab("M4", "A-001", "plt", "22", "10*9/L", "2024-02-02"),
    lab("M5", "A-001", "plt", "23", "10*9/L", "2024-02-03"),
]


@pytest.fixture
def asked(searches: Searches) -> Searches:
    sent = searches.door.receipt(*MORE)["records"]
    assert {line["outcome"] for line in sent} == {"accepted"}
    return searches


def values(searches: Searches, question: str) -> list[float]:
    return [one["valueQuantity"]["value"] for one in searches.entries(f"Observation/$lastn?{question}")]


def test_the_newest_of_each_code_with_all_that_are_of_its_moment(asked: Searches) -> None:
    patient = asked.patient("A-001")
    of = f"patient={patient}&category=laboratory"
    assert sorted(values(asked, of)) == [1.1, 1.2, 23]
    # Both of one moment count: the third newest of the counts is the first that is left out.
    assert sorted(values(asked, f"{of}&max=2")) == [1.1, 1.2, 22, 23]
    # 1500 /uL was measured at half past midnight of 2 March.
    assert sorted(values(asked, f"{of}&max=3")) == [1.1, 1.2, 21, 22, 23, 1500]
    assert sorted(values(asked, f"{of}&max=9999")) == [0.5, 1.1, 1.2, 21, 22, 23, 1500]
    assert values(asked, f"{of}&code=777-3&max=2") == [23, 22]
    assert values(asked, f"subject={patient}&code=751-8&date=lt2024-03-04") == [1500]


def test_every_subject_has_its_own_newest(asked: Searches) -> None:
    both = f"{asked.patient('A-001')},{asked.patient('A-002')}"
    assert sorted(values(asked, f"patient={both}&code=777-3")) == [20, 23]
    assert sorted(values(asked, "subject.gender=male&code=751-8,777-3")) == [0.1, 20]


def test_its_pages_are_of_one_snapshot(asked: Searches) -> None:
    patient = asked.patient("A-001")
    question = f"Observation/$lastn?patient={patient}&category=laboratory&max=3"
    whole = [one["id"] for one in asked.entries(question)]
    bundle, found = asked.bundle(f"{question}&_count=2"), []
    while True:
        assert bundle["total"] == len(whole) == 6
        found += [entry["resource"]["id"] for entry in bundle["entry"]]
        asked.door.receipt(lab(f"N{len(found)}", "A-001", "anc", "9", "10*9/L", "2024-05-01"))
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        if not following:
            break
        bundle = asked.door.request("GET", following[0]).json()
    assert found == whole
    token = asked.bundle(f"{question}&_count=2")["link"][1]["url"].partition("_page=")[2]
    other = f"/fhir/Observation/$lastn?patient={patient}&category=laboratory&max=2&_count=2&_page={token}"
    assert asked.door.request("GET", other).status_code == 400


def test_it_takes_what_a_search_takes(asked: Searches) -> None:
    question = f"patient={asked.patient('A-002')}&code=777-3"
    bundle = asked.bundle(f"Observation/$lastn?{question}&_include=Observation:subject&_elements=value")
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "include"]
    assert "category" not in bundle["entry"][0]["resource"]
    counted = asked.bundle(f"Observation/$lastn?{question}&_summary=count")
    assert (counted["total"], "entry" in counted) == (1, False)
    assert asked.door.request("HEAD", f"/fhir/Observation/$lastn?{question}").status_code == 200


def test_what_is_refused(asked: Searches) -> None:
    patient = asked.patient("A-001")
    for question, words in (
        ("category=laboratory", "patient or subject"),
        (f"patient={patient}", "code or category"),
        (f"patient={patient}&code=777-3&_sort=date", "the newest of each code first"),
        (f"patient={patient}&code=777-3&max=0", "from 1"),
        (f"patient={patient}&code=777-3&max=1&max=2", "one whole number"),
        (f"patient={patient}&code=777-3&colour=red", "value-quantity"),
    ):
        answer = asked.door.request("GET", f"/fhir/Observation/$lastn?{question}")
        assert (answer.status_code, words in answer.text) == (400, True), answer.text


def test_codes_that_stand_together_are_one() -> None:
    """a and b, then b and c, then c and d are all the same; e is another, and e of another system is a third."""
    pairs = ((1, "ab"), (2, "bc"), (3, "cd"), (4, "e"))
    found = [Coded(row, "p", ("s", code), float(row)) for row, codes in pairs for code in codes]
    assert newest(found, 1) == [3, 4]
    assert newest(found, 2) == [3, 2, 4]
    assert newest([*found, Coded(5, "p", ("t", "e"), None), Coded(6, "p", (None, "e"), 0.0)], 1) == [3, 4, 5, 6]
