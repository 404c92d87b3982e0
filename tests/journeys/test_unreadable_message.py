"""A message that could not be read is out of quarantine when it comes again under its control id and can be."""

from tests.journeys.door import STUDY, Door, subject

ER7 = "x-application/hl7-v2+er7"
HEADER = r"MSH|^~\&|LAB|HOSPITAL|ENGRAFT|TRIAL|20260601100000||ORU^R01|{id}|P|{version}"
RESULT = "\r".join(
    (
        "PID|1||4711^^^HOSPITAL^MR",
        "OBR|1||L1|718-7^Hemoglobin^LN|||20260601080000|||||||||||||||||LAB|F",
        "OBX|1|NM|718-7^Hemoglobin^LN||9.1|g/dL|||||F|||20260601080000",
    )
)


def send(door: Door, identifier: str, version: str) -> None:
    message = "\r".join((HEADER.format(id=identifier, version=version), RESULT, ""))
    door.clock.move(minutes=1)
    door.post(message.encode(), ER7, site="A")


def test_cleared_by_its_control_id(door: Door) -> None:
    door.put_study(STUDY, "A")
    door.send(subject(mrn="4711"))
    send(door, "1", "99")
    send(door, "2", "99")
    assert len(door.quarantine()) == 2
    send(door, "1", "2.5.1")
    (left,) = door.quarantine()
    assert "|2|P|99" in door.get(f"/studies/{STUDY}/quarantine/{left['id']}").json()["record"]
    assert left["sentence"].startswith(
        "The payload: this version of HL7 is not read. Nothing of it was stored as a record"
    )


def test_messages_are_read_again_too(door: Door) -> None:
    door.put_study(STUDY, "A")
    door.send(subject(mrn="4711"))
    send(door, "1", "2.5.1")
    send(door, "2", "99")
    before = door.seq()
    report = door.request("POST", f"/studies/{STUDY}/redrive", params={"apply": "true", "profile": "hl7v2"}).json()
    assert {name: report[name] for name in ("new", "changed", "gone", "same", "refused")} == {
        "new": 0,
        "changed": 0,
        "gone": 0,
        "same": 1,
        "refused": 1,
    }
    assert door.seq() == before
