"""Answers as CSV by Accept: RFC 4180, no formulas, the same numbers, and R gets the estimate from the rows again."""

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.csv import cell, table
from app.api.tables import estimate, listings, subjects
from tests.api.test_estimates import RECORDS
from tests.journeys.door import STUDY, Door, open_door, record

HOME = f"/studies/{STUDY}"
LABS = [
    record("lab", "L1", "001", test="ANC", collected="2024-02-28", value=2.5, unit="10*9/L"),
    record("lab", "L2", "001", test="ANC", collected="2024-03-05", value=0.3, unit="10*9/L"),
]
SPITEFUL = record("subject", "S-x", "=1+1")
PATHS = [f"{HOME}/endpoints/{name}" for name in ("OS", "CIR_NRM", "DLT", "SAE", "CR")]
PATHS += [*(f"{path}/subjects" for path in PATHS), f"{HOME}/subjects/001/grades"]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("csv")
    with open_door(folder) as found:
        found.put_study(STUDY, "A")
        assert found.send(*RECORDS, *LABS, SPITEFUL).status_code == 201
        yield found


def asked(door: Door, path: str, accept: str = "text/csv", **params: Any) -> httpx.Response:
    return door.request("GET", path, headers={"accept": accept}, params=params or None)


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


@pytest.mark.parametrize("path", PATHS)
def test_a_table_by_accept(door: Door, path: str) -> None:
    answer = asked(door, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["vary"] == "Accept"
    lines = answer.text.split("\r\n")
    assert lines[-1] == ""
    parsed = list(csv.reader(io.StringIO(answer.text, newline=""), strict=True))
    assert len({len(line) for line in parsed}) == 1
    assert len(set(parsed[0])) == len(parsed[0])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        ("text/csv, application/json", "application/json"),
        ("text/csv, application/json;q=0.9", "text/csv"),
        ("text/csv;q=0.5, */*;q=0.1", "text/csv"),
        ("text/*", "text/csv"),
        ("text/html, */*;q=0.8", "application/json"),
    ],
)
def test_what_a_client_prefers(door: Door, path: str, accept: str, media_type: str) -> None:
    answer = asked(door, path, accept)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["text/html", "application/xml", "text/csv;q=0", "image/*"])
def test_neither(door: Door, path: str, accept: str) -> None:
    answer = asked(door, path, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert answer.json()["issues"][0]["path"] == "Accept"


def test_one_line_for_every_subject(door: Door) -> None:
    body, found = door.rows("OS"), rows(asked(door, f"{HOME}/endpoints/OS/subjects"))
    assert len(found) == len(body["rows"]) + len(body["excluded"]) == 7
    first = next(line for line in found if line["subject"] == "001")
    expected = {"status": "event", "component": "death", "days": "10", "aval": "11", "cnsr": "0", "reason": ""}
    assert {name: first[name] for name in expected} == expected
    assert first["record"] == "death/A/ehr/D-001"
    assert (first["endpoint"], first["definition"], first["as_of"]) == ("OS", "gdt-relapse", str(door.seq()))
    excluded = next(line for line in found if line["status"] == "excluded")
    assert (excluded["subject"], excluded["reason"], excluded["days"]) == ("'=1+1", "not infused", "")


def test_estimates_carry_the_numbers_of_the_json(door: Door) -> None:
    params = {"group_by": "dose_level", "at": "28"}
    body = door.endpoint("OS", **params)
    found = rows(asked(door, f"{HOME}/endpoints/OS", **params))

    def one(**wanted: str) -> dict[str, str]:
        (line,) = [line for line in found if wanted.items() <= line.items()]
        return line

    landmark = body["overall"]["landmarks"][0]
    line = one(measure="survival", group="")
    assert (float(line["estimate"]), float(line["std_err"])) == (landmark["estimate"], landmark["std_err"])
    assert (line["at"], line["n_risk"], line["method"]) == ("28", str(landmark["n_risk"]), "Kaplan-Meier")
    median = body["groups"]["2"]["median"]
    line = one(measure="quantile", group="2", at="0.5")
    assert (line["estimate"] or None, line["reason"]) == (median["estimate"], median["reason"])
    test = one(measure="log_rank")
    assert [float(test[name]) for name in ("estimate", "df", "p_value")] == [
        body["log_rank"][name] for name in ("statistic", "df", "p")
    ]
    assert one(measure="log_rank_observed", group="1")["estimate"] == "1.0"


def test_shares_and_escalation(door: Door) -> None:
    found = rows(asked(door, f"{HOME}/endpoints/DLT"))
    levels = {line["group"]: line for line in found if line["measure"] == "three_plus_three"}
    assert set(levels) == {"1", "2"}
    # Only 002 was seen through day 28 on level 1; on level 2 all three.
    assert (levels["1"]["category"], levels["1"]["reason"]) == ("enrol", "enrolling: 1 of 3 evaluable")
    assert levels["2"]["category"] == "escalate"
    boundary = next(line for line in found if line["measure"] == "boin_eliminate_at_least" and line["at"] == "6")
    assert boundary["estimate"] == "4"


def test_grades(door: Door) -> None:
    found = rows(asked(door, f"{HOME}/subjects/001/grades"))
    after = next(line for line in found if line["record"] == "lab/A/ehr/L2")
    assert (after["value"], after["grade"], after["baseline_value"]) == ("0.3", "4", "2.5")
    assert (after["subject"], after["day"], after["day_0"]) == ("001", "4", "2024-03-01")


def test_queries_as_lines() -> None:
    query = {"subject": "001", "site": "A", "rule": "r", "text": "Why?", "records": ["a", "b"], "kind": "gap"}
    body = {"study": "s", "cutoff": None, "as_of": {"seq": 7, "time": "t"}, "queries": [query]}
    (line,) = csv.DictReader(io.StringIO(table(listings.QUERIES, listings.queries(body)).decode()))
    assert (line["as_of"], line["records"], line["cutoff"]) == ("7", "a; b", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("a=b", "a=b"),
        ("", ""),
        (["=a", "b"], "'=a; b"),
        (-1, "-1"),
        (-0.1, "-0.1"),
        (1e-300, "1e-300"),
        (0.1 + 0.2, "0.30000000000000004"),
        (None, ""),
        (True, "true"),
        (False, "false"),
    ],
)
def test_a_cell(value: Any, text: str) -> None:
    assert cell(value) == text


def test_quotes_commas_and_line_ends() -> None:
    # RFC 4180, section 2, rules 6 and 7.
    written = table(("a", "b"), [{"a": 'say "x", then', "b": "one\ntwo"}, {"b": 1}])
    assert written == b'a,b\r\n"say ""x"", then","one\ntwo"\r\n,1\r\n'


def test_columns_are_all_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "endpoints.md").read_text(encoding="utf-8")
    kinds = ("time_to_event", "dose_limiting_toxicity", "window_incidence", "response_rate")
    names = {name for kind in kinds for name in subjects.columns(kind)}
    missing = sorted(name for name in {*names, *estimate.COLUMNS, *listings.GRADES} if f"`{name}`" not in text)
    assert missing == []


def test_r_gets_the_estimate_from_the_rows_again(door: Door, tmp_path: Path) -> None:
    """The snippet of docs/endpoints.md."""
    program = shutil.which("Rscript")
    if program is None or subprocess.run([program, "-e", "library(survival)"], capture_output=True).returncode:
        pytest.skip("Rscript with the package survival is absent")
    (tmp_path / "os.csv").write_bytes(asked(door, f"{HOME}/endpoints/OS/subjects").content)
    text = (Path(__file__).parents[2] / "docs" / "endpoints.md").read_text(encoding="utf-8")
    snippet = text.partition("```r\n")[2].partition("```")[0]
    shown = 'cat(sprintf("%.17g", summary(fit, times = 28)$lower), sprintf("%.17g", summary(fit, times = 28)$upper))'
    ran = subprocess.run([program, "-e", f"{snippet}\n{shown}"], cwd=tmp_path, capture_output=True, text=True)
    landmark = door.endpoint("OS", at="28")["overall"]["landmarks"][0]
    limits = [float(value) for value in ran.stdout.split()[-2:]]
    assert limits == pytest.approx([landmark["lower"], landmark["upper"]], rel=1e-12), ran.stderr
