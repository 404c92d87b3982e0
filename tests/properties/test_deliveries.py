"""Whatever is sent, the report adds up to the record: received = accepted + amended + unchanged + held + rejected."""

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.door import STUDY, open_door, record

REPORT = f"/studies/{STUDY}/deliveries"
OUTCOMES = ("accepted", "amended", "unchanged", "held", "rejected")
RECORDS = st.builds(
    lambda site, identifier, version, grade: record(
        "adverse_event", identifier, f"{site}-001", site, term="Fever", grade=grade, version=version
    ),
    st.sampled_from(["A", "B", "Z"]),
    st.sampled_from(["1", "2"]),
    st.integers(1, 3),
    st.integers(0, 6),
)
BROKEN = st.sampled_from([b"{", b'{"type": "lab"}', b"[7]", b"\xff"])
WHOLE = st.lists(RECORDS, min_size=1, max_size=4).map(lambda records: json.dumps(records).encode())
PAYLOADS = st.lists(st.tuples(WHOLE | BROKEN, st.booleans(), st.integers(0, 30)), min_size=1, max_size=6)


@settings(max_examples=25)
@given(PAYLOADS)
def test_the_report_adds_up(payloads: list[tuple[bytes, bool, int]]) -> None:
    with TemporaryDirectory() as folder, open_door(Path(folder)) as door:
        door.put_study(STUDY, "A", "B")
        told: Counter[str] = Counter()
        for body, atomic, hours in payloads:
            door.clock.move(hours=hours)
            answer = door.post(body, atomic=str(atomic).lower())
            lines = answer.json().get("records") or [{"outcome": "rejected"}]
            told.update(line["outcome"] for line in lines)
        report = door.get(REPORT).json()
        for row in [*report["rows"], report["totals"]]:
            assert row["received"] == sum(row[name] for name in OUTCOMES)
        single = door.get(REPORT, by="delivery").json()["rows"]
        assert {name: sum(row[name] for row in single) for name in OUTCOMES} == {name: told[name] for name in OUTCOMES}
        assert {name: report["totals"][name] for name in OUTCOMES} == {name: told[name] for name in OUTCOMES}
