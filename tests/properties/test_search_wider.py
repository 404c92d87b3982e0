"""No door of a search shows more than the plain search: includes, chains and counts keep to what the caller may see."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.search import answer
from app.services.search.criteria import Asker
from app.services.search.query import read_query
from app.storage.search import pages
from app.storage.visibility import EVERYTHING, Caller
from tests.journeys.door import STUDY, Door, open_door, record, subject

OTHER = "other-study"
MINE = Caller(frozenset({STUDY}))
QUESTIONS = (
    "AdverseEvent?_include=*",
    "Patient?_revinclude=AdverseEvent:subject&_revinclude:iterate=ResearchSubject:individual&_include:iterate=*",
    "ResearchStudy?_revinclude=ResearchSubject:study&_include:iterate=ResearchSubject:individual",
    "AdverseEvent?subject.gender=female,male",
    "AdverseEvent?study.identifier=other-study",
    "Patient?_has:AdverseEvent:subject:study.identifier=other-study",
    "Patient?_has:AdverseEvent:subject:seriousness:not=serious&_sort=-gender",
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("wider")
    with open_door(folder) as found:
        for study in (STUDY, OTHER):
            found.put_study(study, "A")
            found.send(
                subject("A-001", sex="female"),
                subject("A-002", sex="male"),
                record("adverse_event", "AE1", "A-001", term="Sepsis", grade=4, onset="2024-03-09", serious=True),
                record("adverse_event", "AE2", "A-002", term="Sepsis", grade=2, onset="2024-03-09", serious=False),
                study=study,
            )
        yield found


def shown(door: Door, question: str, caller: Caller) -> tuple[set[tuple[str, str]], int]:
    """(type and id of all that comes, what is counted)."""
    type_, _, text = question.partition("?")
    pairs = [(name, value) for name, _, value in (part.partition("=") for part in text.split("&"))]
    asker = Asker("http://engraft.test/fhir", door.clock())
    query = read_query(asker, type_, [*pairs, ("_total", "accurate")], lenient=False)
    found = answer.answer(door.services, query, caller, asker.base)
    with door.services.database.read.connect() as connection:
        documents = pages.read(connection, [*found.matches, *found.included])
    assert found.total is not None
    return {(document.type, document.id) for document in documents}, found.total


def of_study(door: Door, study: str) -> set[tuple[str, str]]:
    resources = door.everything(door.study_reference(study))
    return {(one["resourceType"], one["id"]) for one in resources}


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_of_another_study_comes_through(door: Door, question: str) -> None:
    allowed = of_study(door, STUDY)
    mine, counted = shown(door, question, MINE)
    everything, all_counted = shown(door, question, EVERYTHING)
    assert mine <= allowed
    assert mine == everything & allowed
    assert counted < all_counted
