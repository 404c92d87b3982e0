"""Questions that cannot be answered: 4xx, with the parameter's name, in the form of the door that was asked."""

import logging
from collections.abc import Iterator

import httpx
import pytest

from tests.journeys.door import STUDY, Door, record, subject

CANARY = "Kanarienvogel4711"
HOME = f"/studies/{STUDY}"
MOMENTS = ["", "x", "-1", "1.5", "999999", "9" * 18, "9" * 19, "9" * 5000, "2026-01-01", "2026-02-30T00:00:00Z", "%00"]
MOMENTS += [
    "2026-01-01T00:00:00",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:00:00%2B24:00",
    "9999-01-01T00:00:00Z",
    "%D9%A1",
]
DAYS = [
    "",
    "x",
    "2024",
    "2024-02",
    "2024-02-30",
    "2023-02-29",
    "2024-13-01",
    "2024-01-01T00:00:00Z",
    "9999-12-31",
    "%00",
]


def refused(question: str) -> tuple[str, str]:
    return question, question.partition("?")[2].partition("=")[0]


QUESTIONS = [
    *(refused(f"{HOME}/endpoints/OS?as_of={moment}") for moment in MOMENTS),
    *(refused(f"{HOME}/subjects/A-001/status?as_of={moment}") for moment in MOMENTS[:5]),
    *(refused(f"{HOME}/subjects?as_of={moment}") for moment in MOMENTS[:5]),
    *(refused(f"{HOME}/queries?as_of={moment}") for moment in MOMENTS[:5]),
    *(refused(f"{HOME}/endpoints/OS/subjects?cutoff={day}") for day in DAYS),
    *(refused(f"{HOME}/subjects/A-001/status?cutoff={day}") for day in DAYS[:5]),
    *(refused(f"{HOME}/endpoints/OS?group_by={name}") for name in ("", CANARY, "%00", "a%0Ab", "x" * 201)),
    *(refused(f"{HOME}/endpoints/DLT?group_by={name}") for name in ("", CANARY, "%00")),
    *(refused(f"{HOME}/endpoints/OS?analysis={name}") for name in ("", CANARY, "%00", "x" * 65)),
    *(refused(f"{HOME}/endpoints/OS?conf_type={name}") for name in ("", CANARY)),
    *(refused(f"{HOME}/endpoints/OS?curve={name}") for name in ("", CANARY)),
    *(refused(f"{HOME}/quarantine?count={count}") for count in ("0", "-1", "1001", "x", "9" * 400)),
    *(refused(f"{HOME}/quarantine?after={after}") for after in ("%00", CANARY + "/", "x" * 65)),
    *(refused(f"{HOME}/quarantine?cleared={CANARY}") for _ in range(1)),
    *((f"{path}?{CANARY}=1", "query") for path in ("/studies", HOME, f"{HOME}/subjects", f"{HOME}/endpoints")),
    *((f"{HOME}/endpoints/OS?cut_off=2024-01-01", "query") for _ in range(1)),
    (f"{HOME}/endpoints/DLT/subjects?group_by=site", "query"),
]


@pytest.fixture
def asked(door: Door) -> Door:
    door.send(subject(), record("infusion", "I1", start="2024-03-01"))
    return door


def test_a_parameter_that_cannot_be_used(asked: Door, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the test's own client tells what it asks
    for question, name in QUESTIONS:
        answer = asked.get(question)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), question
        assert answer.json()["issues"][0]["path"] == name, question
        assert CANARY not in answer.text, question
    assert CANARY not in caplog.text


PATHS = [
    "/nowhere",
    "/studies/..%2f..%2fetc%2fpasswd",
    "/studies/%2e%2e",
    "/studies/a%00",
    f"/studies/{CANARY}",
    f"/studies/{'x' * 65}",
    *(
        f"{HOME}/{path}"
        for path in ("nowhere", "endpoints/NOPE", "endpoints/os", "endpoints/%00", "endpoints/OS%2Fsubjects%2Fx")
    ),
    *(
        f"{HOME}/subjects/{name}/status"
        for name in ("A-999", "%00", "%0A", "%20A-001", "x" * 129, "%F0%9F%92%A9", "..%2f..")
    ),
    *(f"{HOME}/receipts/{name}" for name in ("x", "%00", "x" * 65, "%27%20OR%201=1")),
    *(f"{HOME}/quarantine/{name}" for name in ("x", "%00", "x" * 65)),
    *(
        f"/studies/nope/{path}"
        for path in ("subjects", "endpoints", "endpoints/OS", "quarantine", "queries", "receipts/x")
    ),
]


def test_a_path_that_leads_nowhere(asked: Door) -> None:
    for path in PATHS:
        answer = asked.get(path)
        assert answer.status_code in (400, 404), path
        assert answer.headers["content-type"] == "application/problem+json", path
        assert answer.json()["status"] == answer.status_code
        assert CANARY not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_a_method_that_is_not_offered(service: Door, method: str) -> None:
    answer = service.request(method, f"{HOME}/subjects")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert answer.headers["allow"] == "GET"


UNKNOWN = ("Patient/x", "ResearchStudy/x", "ResearchSubject/%00")


def fhir_questions(door: Door) -> Iterator[tuple[str, int]]:
    study = door.study_reference()
    patient = door.get(f"{HOME}/subjects").json()["subjects"][0]["patient"]
    yield from (
        (f"/fhir/{path}", 404)
        for path in ("nowhere", "nowhere/_history", "Patient/x", "Foo/x", "Patient/%00", "Patient/x/_history")
    )
    yield from ((f"/fhir/{patient}/_history/{number}", 404) for number in ("2", "0", "x", "9" * 30, "%00", "1/x"))
    yield from ((f"/fhir/{path}/$everything", 404) for path in (*UNKNOWN, "Procedure/x"))
    yield from ((f"/fhir/{study}/$everything?_count={count}", 400) for count in ("", "0", "-1", "x", "9" * 9, "%00"))
    yield from (
        (f"/fhir/{study}/$everything?_page={page}", 400)
        for page in ("", "x", "-", "1-", "-1", "1", "999999-0", f"1-{'9' * 30}", f"{'9' * 30}-1", "1-0-0", "%00")
    )
    yield from ((f"/fhir/{study}/$everything?_type={types}", 400) for types in ("Foo", "Patient,", "%00", CANARY))
    yield from (
        (f"/fhir/{study}/$everything?{name}={time}", 400) for name in ("_since", "_until") for time in ("", "x")
    )
    yield f"/fhir/{study}/$everything?_count=1&_count=2", 400
    yield from (
        (f"/fhir/{path}?{CANARY}=1", 400)
        for path in ("metadata", patient, f"{patient}/_history", f"{study}/$everything")
    )
    yield from ((f"/fhir/{path}?_format=xml", 406) for path in ("metadata", patient, f"{study}/$everything"))
    yield f"/fhir/{patient}?_format={CANARY}", 406
    yield from ((f"/fhir/Patient?{CANARY}=1&{asked}", 400) for asked in ("gender=%00", "_count=x", "_has:x=1"))
    yield from ((f"/fhir/Patient?gender={text}", 400) for text in ("%00", ""))


def test_every_refusal_of_fhir_is_an_operation_outcome(asked: Door) -> None:
    for question, status in fhir_questions(asked):
        check_outcome(asked.get(question), status)
    for method in ("POST", "OPTIONS"):
        answer = asked.request(method, "/fhir/Patient/1")
        check_outcome(answer, 405)
        assert "GET" in answer.headers["allow"]
    check_outcome(asked.get("/fhir/"), 405)


def check_outcome(answer: httpx.Response, status: int) -> None:
    """https://hl7.org/fhir/R4/operationoutcome.html"""
    assert answer.status_code == status, answer.request.url
    assert answer.headers["content-type"] == "application/fhir+json; charset=utf-8"
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    assert all(issue["severity"] == "error" and issue["code"] and issue["diagnostics"] for issue in body["issue"])
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("text/html, application/json;q=0.9, */*;q=0.1", 200),
        ("application/fhir+json; fhirVersion=5.0", 200),
        ("application/fhir+json; fhirVersion=3.0", 406),
        ("application/fhir+json; q=0", 406),
        ("application/fhir+xml", 406),
        ("text/html", 406),
        (CANARY, 406),
    ],
)
def test_what_a_client_accepts(service: Door, accept: str, status: int) -> None:
    answer = service.request("GET", "/fhir/metadata", headers={"accept": accept})
    assert answer.status_code == status
    if status != 200:
        check_outcome(answer, status)


@pytest.mark.parametrize("host", ['a"b', "a/b", "a\\b", "a b", "a<b>"])
def test_a_host_that_would_break_a_bundle_is_not_believed(service: Door, host: str) -> None:
    """The address goes into every entry of a bundle as it is."""
    question = f"/fhir/{service.study_reference()}/$everything"
    answer = service.request("GET", question, headers={"host": host})
    assert answer.status_code == 200
    assert host.encode() not in answer.content
    assert answer.json()["entry"][0]["fullUrl"].endswith(service.study_reference())
