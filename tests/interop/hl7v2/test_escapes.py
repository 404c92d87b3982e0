"""Chapter 2, section 2.7."""

import pytest

from app.interop.hl7v2.escapes import escape, unescape
from app.interop.hl7v2.marks import Marks


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"\H\bold\N\ plain", "bold plain"),
        (r"one\.br\two", "one\ntwo"),
        (r"one\.sp2\two\.sk3\three", "one\n\ntwo   three"),
        (r"\.in+4\\.ti-2\text\.fi\\.nf\\.ce\end", "text\nend"),
        (r"\X41\\X4243\ ", "ABC "),
        (r"M\XC3\\XBC\ller", "Müller"),
        (r"\XFF\ \X4\ \X00\ ", r"\XFF\ \X4\ \X00\ "),
        (r"\Zlocal\ \C2842\ \.xx\ ", r"\Zlocal\ \C2842\ \.xx\ "),
        (r"no end \F", r"no end \F"),
        ("nothing", "nothing"),
    ],
)
def test_sequences_are_what_they_mean_and_unknown_ones_stay(sent: str, meant: str) -> None:
    assert unescape(sent, Marks(), "utf-8") == meant


def test_hexadecimal_bytes_are_in_the_character_set_of_the_message() -> None:
    assert unescape(r"M\XFC\ller", Marks(), "iso8859-1") == "Müller"


def test_other_encoding_characters() -> None:
    marks = Marks("$", "*", "+", "!", "%", "#")
    assert unescape("!F!!S!!T!!R!!E!!P!", marks, "utf-8") == "$*%+!#"
    assert unescape(r"\F\ ", marks, "utf-8") == r"\F\ "


def test_truncation_is_escaped_only_where_it_is_declared() -> None:
    assert unescape(r"\P\ ", Marks(), "utf-8") == r"\P\ "


def test_what_is_escaped_comes_back() -> None:
    text = "a|b^c&d~e\\f\nnext"
    assert escape("a|b^c&d~e\\f", Marks()) == r"a\F\b\S\c\T\d\R\e\E\f"
    assert unescape(escape(text, Marks()), Marks(), "utf-8") == text
