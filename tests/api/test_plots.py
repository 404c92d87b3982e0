"""The doors of pictures and of the adverse event table: representations, parameters, and numbers that agree."""

import csv
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO, StringIO
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

SVG = "{http://www.w3.org/2000/svg}"
OS, DLT, SWIMMER, EVENTS = (
    f"/studies/{STUDY}/{name}" for name in ("endpoints/OS/plot", "endpoints/DLT/plot", "swimmer", "adverse-events")
)
NAMES = ("<script>alert(1)</script>", "-1", "=cmd()")


def subject_of(place: int) -> list[Raw]:
    """An infused subject; every third dies, after 30 + 10 days for each place."""
    number = f"A-{place:03}"
    ended = {"date": f"2024-0{4 + place % 4}-0{1 + place % 9}"}
    return [
        subject(number, consent_date="2024-02-01", strata={"arm": NAMES[place % 3], "batch": f"b{place}"}),
        record("disease_assessment", f"B-{place}", number, date="2024-02-20", response="CR"),
        record("infusion", f"I-{place}", number, start="2024-03-01", outcome="completed", dose_level="L1"),
        record("adverse_event", f"E-{place}", number, term="Fever", onset="2024-03-04", grade=1 + place % 4),
        record("death", f"X-{place}", number, cause="relapse", **ended)
        if place % 3 == 0
        else record("follow_up", f"F-{place}", number, alive=True, **ended),
    ]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with open_door(tmp_path_factory.mktemp("plots")) as door:
        fill(door)
        yield door


def fill(door: Door) -> None:
    door.put_study(STUDY, "A")
    assert door.send(*[sent for place in range(12) for sent in subject_of(place)]).json()["rejected"] == 0


def ask(door: Door, path: str, accept: str | None = None, **params: str) -> httpx.Response:
    headers = {} if accept is None else {"accept": accept}
    return door.request("GET", path, params=params or None, headers=headers)


def description(answer: httpx.Response) -> str:
    found = ElementTree.fromstring(answer.content).find(f"{SVG}desc")
    assert found is not None
    return found.text or ""


@pytest.mark.parametrize("path", [OS, DLT, SWIMMER])
@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "image/svg+xml"),
        ("*/*", "image/svg+xml"),
        ("image/png", "image/png"),
        ("image/*;q=0.5, image/png", "image/png"),
        ("image/avif,image/webp,*/*;q=0.8", "image/svg+xml"),
        ("text/html, image/svg+xml;q=0.1", "image/svg+xml"),
    ],
)
def test_accept_chooses(study: Door, path: str, accept: str | None, media: str) -> None:
    answer = ask(study, path, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media
    assert "accept" in answer.headers["vary"].lower()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_format_beats_accept(study: Door) -> None:
    assert ask(study, OS, "image/svg+xml", format="png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("path", [OS, DLT, SWIMMER, EVENTS])
@pytest.mark.parametrize(
    ("accept", "params"), [("application/pdf", {}), ("image/png;q=0", {}), (None, {"format": "pdf"})]
)
def test_nothing_else_is_offered(study: Door, path: str, accept: str | None, params: dict[str, str]) -> None:
    answer = ask(study, path, accept, **params)
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_png_says_what_the_svg_says(study: Door) -> None:
    image = Image.open(BytesIO(ask(study, OS, format="png").content))
    assert image.info["Description"] == description(ask(study, OS))


def test_the_description_has_the_numbers_of_the_estimate(study: Door) -> None:
    overall = study.endpoint("OS")["overall"]
    said = description(ask(study, OS))
    assert f"All subjects: {overall['n']} subjects, {overall['events']} events" in said
    for landmark in overall["landmarks"]:
        if landmark["estimate"] is not None:
            assert f"day {landmark['day']}: {100 * landmark['estimate']:.1f} (" in said


def test_the_description_has_the_facts(study: Door) -> None:
    said = description(ask(study, OS, cutoff="2024-06-30", conf_type="plain"))
    for fact in (f"Study {STUDY}", "primary analysis", "Data cut-off 2024-06-30", f"seq {study.seq()}", "(plain,"):
        assert fact in said


def test_groups_are_compared_and_never_markup(study: Door) -> None:
    answer = ask(study, OS, group_by="arm")
    log_rank = study.endpoint("OS", group_by="arm")["log_rank"]
    assert f"Log-rank test: χ² = {log_rank['statistic']:.2f}" in description(answer)
    assert b"<script" not in answer.content
    assert NAMES[0] in description(answer)


def test_the_same_question_has_the_same_bytes(study: Door) -> None:
    for form in ("svg", "png"):
        first, second = (ask(study, OS, format=form, group_by="arm").content for _ in range(2))
        assert first == second


def test_more_groups_than_can_be_told_apart(study: Door) -> None:
    answer = ask(study, OS, group_by="batch")
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["expected"] == "a field with at most 8 values for a plot; this one has 12"


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        (OS, {"cutof": "2024-06-30"}, 400),
        (OS, {"curve": "true"}, 400),
        (OS, {"analysis": "none"}, 400),
        (OS.replace("OS", "NONE"), {}, 404),
        (OS.replace(STUDY, "none"), {}, 404),
        (SWIMMER, {"page": "0"}, 400),
        (SWIMMER, {"page": "2"}, 400),
        (SWIMMER, {"per_page": "501"}, 400),
        (SWIMMER, {"analysis": "primary"}, 400),
        (SWIMMER.replace(STUDY, "none"), {}, 404),
        (EVENTS, {"period": "month"}, 400),
        (EVENTS, {"group_by": "shoe_size"}, 400),
        (EVENTS, {"cutoff": "March"}, 400),
    ],
)
def test_faults(study: Door, path: str, params: dict[str, str], status: int) -> None:
    answer = ask(study, path, **params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["OS", "CIR_NRM", "DLT", "SAE", "CR"])
def test_a_study_without_subjects(service: Door, name: str) -> None:
    service.put_study(STUDY, "A")
    assert ask(service, OS.replace("OS", name)).status_code == 200
    assert ask(service, SWIMMER).status_code == 200
    assert ask(service, EVENTS).json()["infused"] == 0


def test_every_database_draws_the_same(door: Door, study: Door) -> None:
    fill(door)
    assert ask(door, SWIMMER, format="json").json()["lanes"] == ask(study, SWIMMER, format="json").json()["lanes"]
    for period in ("window", "all"):
        found, expected = (ask(one, EVENTS, period=period, group_by="arm").json() for one in (door, study))
        assert (found["terms"], found["groups"]) == (expected["terms"], expected["groups"])


def test_the_table_as_csv(study: Door) -> None:
    answer = ask(study, EVENTS, "text/csv", group_by="arm")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(StringIO(answer.text)))
    whole = lines[0]
    assert (whole["term"], whole["infused"], whole["patients_any"], whole["events_grade_4"]) == (
        "Any event",
        "12",
        "12",
        "3",
    )
    assert (whole["as_of"], whole["period"], whole["percent_grade_4"]) == (str(study.seq()), "window", "25.0")
    # Names of groups are a hospital's words: none of them may become a formula.
    assert {line["group"] for line in lines} == {"all", NAMES[0], "'-1", "'=cmd()"}


class Table(HTMLParser):
    """What stands in a page, by tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


def test_the_table_as_a_page(study: Door) -> None:
    answer = ask(study, EVENTS, "text/html,application/xhtml+xml,*/*;q=0.8", group_by="arm")
    page = Table(answer.text)
    assert page.tags("html") == [{"lang": "en"}]
    assert len(page.tags("table")) == len(page.tags("caption")) == 4
    scopes = [header.get("scope") for header in page.tags("th")]
    # Each table: a heading for the term and for eight columns, and one for each of two rows.
    assert (scopes.count("col"), scopes.count("row")) == (4 * 9, 4 * 2)
    assert page.tags("script") == []
    assert f"arm {NAMES[0]}: 4 infused" in page.texts


def test_json_is_the_table_by_default(study: Door) -> None:
    assert ask(study, EVENTS).headers["content-type"] == "application/json"
    assert ask(study, EVENTS, "application/json").json()["any_event"]["patients"]["any"]["n"] == 12


def test_landmarks_of_the_legend_lie_inside_follow_up(service: Door) -> None:
    """Everybody died by day 20: the curve is known on day 28, and nothing is tabulated after that."""
    service.put_study(STUDY, "A")
    for place in range(3):
        number = f"A-{place:03}"
        service.send(
            subject(number, consent_date="2024-02-01"),
            record("infusion", f"I-{place}", number, start="2024-03-01", outcome="completed"),
            record("death", f"X-{place}", number, date=f"2024-03-{19 + place}", cause="infection"),
        )
    svg = ElementTree.fromstring(ask(service, OS).content)
    heads = ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]
    assert [head for head in heads if head.startswith("day ")] == ["day 28, % (95 % CI)"]
