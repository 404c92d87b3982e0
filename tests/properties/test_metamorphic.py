"""What must not change an answer, and what answers have to do with each other."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.endpoints.event import FIRST_DAY, LAST_DAY
from tests.endpoints.spec.harness import Asked, Raw, event_rows, fill, memory
from tests.oracle.incidence import SaeResult
from tests.oracle.response_rate import ResponseResult
from tests.oracle.time_to_event import Result
from tests.properties.engines import QUESTIONS, Answers, by_engine
from tests.properties.histories import EVERYONE, cutoffs, person, study

TIME_TO_EVENT = [name for name in QUESTIONS if name[0] not in ("DLT", "SAE", "CR")]
SECONDS_A_DAY = 86400
few = settings(max_examples=80)


def ask(rows: list[dict[str, Any]], endpoint: str, analysis: str = "primary", **asked: Any) -> Answers:
    with memory() as connection:
        fill(connection, rows)
        return by_engine(connection, Asked(analysis, **asked).question(endpoint))


def moved(rows: list[dict[str, Any]], days: int) -> list[dict[str, Any]]:
    """All dates so many days later; "unknown" stays unknown."""
    return [{name: _moved(name, value, days) for name, value in row.items()} for row in rows]


def _moved(name: str, value: Any, days: int) -> Any:
    if value is None or value in (FIRST_DAY, LAST_DAY):
        return value
    if name.endswith("_day"):
        return value + days
    return value + days * SECONDS_A_DAY if name == "second" or name.endswith("_second") else value


def from_start(found: Any) -> Any:
    """An answer with every day counted from its start."""
    if isinstance(found, str):
        return found
    if isinstance(found, Result):
        return replace(found, day=found.day - found.start, start=0)
    if isinstance(found, ResponseResult):
        return replace(found, day=None if found.day is None else found.day - found.zero, zero=0)
    if isinstance(found, SaeResult):
        death = None if found.death is None else found.death - found.zero
        sets = {
            name: frozenset((key, day - found.zero) for key, day in getattr(found, name))
            for name in ("certain", "open")
        }
        return replace(found, zero=0, death=death, **sets)
    limiting = {key: (day - found.zero, rule) for key, (day, rule) in found.limiting.items()}
    return replace(found, zero=0, limiting=limiting)


@few
@given(study(), st.sampled_from(QUESTIONS), cutoffs, st.integers(-800, 800))
def test_moving_all_dates_changes_no_duration(
    records: list[Raw], asked: tuple[str, str], cutoff: int | None, days: int
) -> None:
    rows = event_rows(records)
    here = ask(rows, *asked, cutoff=cutoff)
    there = ask(moved(rows, days), *asked, cutoff=None if cutoff is None else cutoff + days)
    assert {key: from_start(found) for key, found in here.items()} == {
        key: from_start(found) for key, found in there.items()
    }


@few
@given(study(), st.sampled_from(QUESTIONS), cutoffs, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(
    records: list[Raw], asked: tuple[str, str], cutoff: int | None, order: Any
) -> None:
    """Event ids are given out in order of arrival, and rows lie in the table in any order."""
    rows = event_rows(records)
    ids = order.sample(range(1, 10 * len(rows)), len(rows))
    shuffled = [{**row, "id": number} for row, number in zip(rows, ids, strict=True)]
    order.shuffle(shuffled)
    assert ask(rows, *asked, cutoff=cutoff) == ask(shuffled, *asked, cutoff=cutoff)


@few
@given(study(), person("009"), st.sampled_from(QUESTIONS), cutoffs)
def test_another_patient_changes_no_row(
    records: list[Raw], other: list[Raw], asked: tuple[str, str], cutoff: int | None
) -> None:
    enrolled = {**records[0], "id": "009-S", "subject": "009"}
    alone = ask(event_rows(records), *asked, cutoff=cutoff)
    together = ask(event_rows([*records, enrolled, *other]), *asked, cutoff=cutoff)
    assert 9 in together
    assert {key: found for key, found in together.items() if key != 9} == alone


@few
@given(study(), st.sampled_from(QUESTIONS), cutoffs)
def test_everyone_enrolled_has_one_row_or_one_exclusion(
    records: list[Raw], asked: tuple[str, str], cutoff: int | None
) -> None:
    assert set(ask(event_rows(records), *asked, cutoff=cutoff)) == set(EVERYONE)


@few
@given(study(), st.sampled_from(QUESTIONS), cutoffs, st.data())
def test_what_was_received_later_changes_no_earlier_answer(
    records: list[Raw], asked: tuple[str, str], cutoff: int | None, data: st.DataObject
) -> None:
    received = data.draw(st.integers(len(EVERYONE), len(records)))
    then = ask(event_rows(records[:received]), *asked, cutoff=cutoff)
    assert ask(event_rows(records), *asked, cutoff=cutoff, as_of=received) == then


@few
@given(study(), st.sampled_from(TIME_TO_EVENT), cutoffs)
def test_a_later_cut_off_takes_no_event_back(records: list[Raw], asked: tuple[str, str], cutoff: int | None) -> None:
    rows = event_rows(records)
    now, later = ask(rows, *asked, cutoff=cutoff), ask(rows, *asked)
    events = {key: found for key, found in now.items() if isinstance(found, Result) and found.cnsr == 0}
    assert {key: later[key] for key in events} == events


@few
@given(study(), st.sampled_from(["primary", "hypothetical"]), cutoffs)
def test_disease_free_survival_is_not_longer_than_survival(
    records: list[Raw], analysis: str, cutoff: int | None
) -> None:
    rows = event_rows(records)
    survival = ask(rows, "OS", analysis, cutoff=cutoff)
    for key, found in ask(rows, "DFS", analysis, cutoff=cutoff).items():
        if isinstance(found, Result):
            assert found.start == survival[key].start
            assert found.day <= survival[key].day
            if found.component == "death":
                assert (survival[key].day, survival[key].cnsr) == (found.day, 0)


@few
@given(study(), st.sampled_from(["primary", "hypothetical"]), cutoffs)
def test_relapses_and_nrm_are_the_events_of_disease_free_survival(
    records: list[Raw], analysis: str, cutoff: int | None
) -> None:
    """A death from relapse is a relapse that nobody recorded (H22); of two records of one death that one is taken."""
    rows = event_rows(records)
    causes = ask(rows, "CIR_NRM", analysis, cutoff=cutoff)
    of_relapse = {row["record"] for row in rows if row["kind"] == "death" and row["category"] == "relapse"}
    for key, found in ask(rows, "DFS", analysis, cutoff=cutoff).items():
        cause = causes.pop(key)
        if isinstance(found, Result) and found.component == "death":
            assert cause.component == ("relapse" if cause.record in of_relapse else "nrm")
            cause = replace(cause, component="death", record=found.record)
        assert cause == found
    assert causes == {}
