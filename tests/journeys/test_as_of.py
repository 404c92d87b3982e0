"""`as_of` gives an earlier answer again, byte for byte, whatever was received since (decision 0003)."""

import pytest

from tests.journeys.door import STUDY, Door, record, subject

QUESTIONS = [
    "subjects",
    "subjects/A-001/status",
    "subjects/A-002/status",
    "queries",
    "endpoints/OS?group_by=site&curve=true",
    "endpoints/DFS?cutoff=2024-04-10",
    *(f"endpoints/{name}/subjects" for name in ("OS", "DFS", "DOR", "DLT", "SAE")),
    "endpoints/CIR_NRM",
    "endpoints/DLT",
    "endpoints/SAE",
]
BEFORE = [
    subject("A-001", version=1, sex="female"),
    subject("A-002", version=1),
    record("infusion", "I1", version=1, start="2024-03-01", dose_level="1"),
    record("infusion", "I2", "A-002", version=1, start="2024-03-02"),
    record("adverse_event", "AE1", term="Sepsis", version=1, onset="2024-03-05", grade=4, serious=True),
    record("disease_assessment", "DA1", version=1, date="2024-02-28", response="CR"),
    record("death", "X1", version=2, date="2024-04"),
    record("lab", "L9", "A-003", test="anc", collected="2024-03-10", value=1, unit="10*9/L"),
]
AFTER = [
    record("infusion", "I1", "A-002", version=2, start="2024-03-01", dose_level="2"),
    record("adverse_event", "AE1", term="Sepsis", version=2, onset="2024-03-05", grade=2, serious=False),
    record("death", "X1", version=1, date="2024-03-31"),
    record("death", "X1", version=3, status="entered-in-error"),
    record("disease_assessment", "DA1", "A-009", version=2, date="2024-02-28", response="PR"),
    subject("A-003"),
    subject("A-002", version=2, status="entered-in-error"),
    subject("A-001", version=2, sex="male", withdrawal={"date": "2024-03-15", "scope": "all-data"}),
]


def answers(door: Door, as_of: object = None) -> list[bytes]:
    found = []
    for question in QUESTIONS:
        moment = "" if as_of is None else f"{'&' if '?' in question else '?'}as_of={as_of}"
        answer = door.get(f"/studies/{STUDY}/{question}{moment}")
        assert answer.status_code == 200
        found.append(answer.content)
    return found


@pytest.mark.parametrize("axis", ["seq", "time"])
def test_an_earlier_answer_can_be_had_again_byte_for_byte(door: Door, axis: str) -> None:
    """The clock stands still all the while: two changes must not fall on one moment."""
    door.send(*BEFORE)
    moment = door.endpoint("OS")["as_of"]
    before = answers(door)
    for item in AFTER:
        assert door.send(item).status_code == 201
    assert not set(before) & set(answers(door))
    assert answers(door, moment[axis]) == before
    assert door.rebuilt().different == 0


def test_what_changes_nothing_does_not_move_the_moment(door: Door) -> None:
    door.send(*BEFORE)
    moment, before = door.endpoint("OS")["as_of"], answers(door)
    door.clock.move(days=40)
    door.send(*BEFORE)
    door.send(record("lab", "L1", test="?", collected="2024"))
    assert door.endpoint("OS")["as_of"] == moment
    assert answers(door) == before


def test_time_moves_on_with_each_change_even_if_the_clock_goes_back(door: Door) -> None:
    times = []
    for day in range(1, 5):
        door.send(subject(f"A-00{day}"))
        times.append(door.endpoint("OS")["as_of"]["time"])
        door.clock.move(hours=-1)
    assert times == sorted(set(times))
    counts = [len(door.get(f"/studies/{STUDY}/subjects", as_of=time).json()["subjects"]) for time in times]
    assert counts == [1, 2, 3, 4]


def test_nothing_was_known_before_the_first_change(door: Door) -> None:
    at_zero = door.get(f"/studies/{STUDY}/endpoints/OS", as_of=0).content
    door.clock.move(days=1)
    door.send(*BEFORE)
    assert door.get(f"/studies/{STUDY}/endpoints/OS", as_of=0).content == at_zero
    long_ago = door.endpoint("OS", as_of="2020-01-01T00:00:00+02:00")
    assert (long_ago["as_of"], long_ago["overall"]["n"]) == ({"seq": 0, "time": "2019-12-31T22:00:00.000Z"}, 0)


def test_a_number_that_was_not_given_out_yet_is_refused(door: Door) -> None:
    answer = door.get(f"/studies/{STUDY}/endpoints/OS", as_of=door.seq() + 1)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "as_of")


def test_cutoff_and_as_of_are_two_axes(door: Door) -> None:
    """A death of April that was received in July: known with a cut-off in May, unknown as of June."""
    door.send(subject(), record("infusion", "I1", start="2024-03-01"), record("follow_up", "F1", date="2024-03-15"))
    june = door.seq()
    door.clock.move(days=30)
    door.send(record("death", "X1", date="2024-04-20"))

    def row(**params: object) -> tuple[str, int]:
        found = door.rows("OS", **params)["rows"][0]
        return found["status"], found["days"]

    assert row(cutoff="2024-05-31") == ("event", 50)
    assert row(as_of=june, cutoff="2024-05-31") == ("censored", 14)
    assert row(cutoff="2024-04-19") == ("censored", 49)
    assert row(cutoff="2024-04-20") == ("event", 50)
