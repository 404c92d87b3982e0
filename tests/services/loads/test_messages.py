"""Batch files of HL7 v2 as loads: messages keep their number in the file, and the batch is held against all of them.

HL7 v2.5.1, chapter 2, section 2.10.3: batch protocol.
"""

from tests.services.loads.workers import Loads

HL7V2 = "x-application/hl7-v2+er7"


def message(number: int, status: str = "F") -> str:
    """A result of a subject that nobody has linked yet."""
    return (
        f"MSH|^~\\&|LAB|A|ENGINE|A|20240301080000||ORU^R01|{number}|P|2.5.1\r"
        f"PID|1||{number}^^^A^MR\r"
        f"OBR|1||F{number}|26499-4^Neutrophils^LN|||20240301080000+0100\r"
        f"OBX|1|NM|26499-4^Neutrophils^LN||1.5|10*9/L|||||{status}\r"
    )


def batch(count: int, *messages: str) -> bytes:
    return f"FHS|^~\\&\rBHS|^~\\&\r{''.join(messages)}BTS|{count}\rFTS|1\r".encode()


def test_messages_keep_their_number_in_the_file(loads: Loads) -> None:
    """Two messages a piece: the fifth is alone in the third."""
    body = batch(5, *(message(number) for number in range(1, 5)), message(5, "Q"))
    location = loads.begun(body, HL7V2, site="A", source="lab")
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["records"], state["rejected"], state["issues"]) == ("completed", 5, 1, [])
    [refused] = [line for line in loads.refused(location) if line["outcome"] == "rejected"]
    assert refused["issues"][0]["place"] == "message[5]/OBX[1]-11"


def test_a_batch_that_was_cut_off_is_told(loads: Loads) -> None:
    whole = batch(3, *(message(number) for number in range(1, 4)))
    location = loads.begun(whole[: whole.index(b"BTS")], HL7V2, site="A", source="lab")
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["records"]) == ("completed", 3)
    assert [issue["place"] for issue in state["issues"]] == ["FHS[1]", "BHS[1]"]
