"""Whatever a file is, it is refused or gives a profile that passes the check.

docs/profiles/infer.md
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import Fault
from app.interop.infer.names import rows
from app.interop.infer.proposal import propose
from app.interop.mapping.loading import load

NAMES = sorted({name for row in rows("names") for name in row["names"].split("|")})
CELLS = st.one_of(
    st.sampled_from(
        ["ja", "no", "A-001", "05.03.2024", "03/04/2024", "9,7", "1.234,5", "<0.1", "II", "ANC", "k.A.", ""]
    ),
    st.text(max_size=12),
)
HEADERS = st.lists(
    st.one_of(st.sampled_from(NAMES), st.sampled_from(["mrn", "subject"]), st.text(max_size=12)), max_size=9
)


def proposed(body: bytes) -> None:
    try:
        text = propose(body, "x")
    except Fault:
        return
    load(text.encode())


@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    proposed(body)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=1000, max_examples=300)
@given(HEADERS, st.lists(st.lists(CELLS, max_size=9), max_size=6), st.sampled_from(",;\t|"))
def test_any_table(header: list[str], cells: list[list[str]], delimiter: str) -> None:
    lines = [delimiter.join(row) for row in [["subject", *header], *cells]]
    proposed("\n".join(lines).encode("utf-8", "surrogatepass"))
