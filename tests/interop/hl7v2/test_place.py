import pytest

from app.interop.hl7v2.place import Place, parse_place

# Written out by hand; the parts in the order of data type ERL (chapter 2, section 2.15.3).
PLACES = {
    "OBX[3]-5.1": Place("OBX", 3, 5, component=1),
    "MSH[1]": Place("MSH", 1),
    "PID[1]-3[2].4.1": Place("PID", 1, 3, 2, 4, 1),
    "message[12]/OBR[2]-7": Place("OBR", 2, 7, message=12),
}


@pytest.mark.parametrize("text", PLACES)
def test_a_place_is_printed_and_read_back(text: str) -> None:
    assert parse_place(text) == PLACES[text]
    assert str(PLACES[text]) == text


@pytest.mark.parametrize(
    "text", ["", "OBX", "OBX[0]-5", "obx[1]", "OBX[1]-", "OBX[1]-5.", "line 4, column X", "OBX[1]-5.1 "]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert parse_place(text) is None
