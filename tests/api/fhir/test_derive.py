"""`ResearchStudy/[id]/$derive`: a report for each endpoint, those of `$evaluate-measure`."""

from fhir.resources.R4B.bundle import Bundle

from app.endpoints.definitions import newest
from tests.api.fhir.trial import Raw, Trial
from tests.journeys.door import STUDY

ENDPOINTS = list(newest(STUDY).endpoints)


def derive(trial: Trial, **asked: str) -> Raw:
    return trial.get(f"{trial.door.study_reference()}/$derive", **asked)


def test_every_endpoint_in_the_order_of_the_definition(trial: Trial) -> None:
    bundle = derive(trial, cutoff="2024-12-31", group_by="dose_level")
    Bundle.model_validate(bundle)
    assert bundle["type"] == "collection"
    reports = [entry["resource"] for entry in bundle["entry"]]
    assert [one["measure"].rpartition(".")[2] for one in reports] == [f"{name}|2" for name in ENDPOINTS]
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == len(ENDPOINTS)
    for name, report in zip(ENDPOINTS, reports, strict=True):
        evaluated = trial.evaluate(name, group_by="dose_level")
        assert report["period"] == {"end": "2024-12-31"}
        assert {**report, "period": evaluated["period"]} == evaluated


def test_some_endpoints_and_another_moment(trial: Trial) -> None:
    bundle = derive(trial, endpoint="OS,DLT", as_of="20")
    reports = [entry["resource"] for entry in bundle["entry"]]
    assert [one["measure"] for one in reports] == [
        f"https://engraft.example.org/fhir/Measure/{STUDY}.{name}|2" for name in ("DLT", "OS")
    ]
    # Without a cut-off the period ends on the day of the moment.
    assert {one["period"]["end"] for one in reports} == {"2026-06-30"}


def test_a_data_cut_stands_for_the_rest(trial: Trial) -> None:
    trial.door.request("PUT", f"/studies/{STUDY}/cuts/interim", json={"cutoff": "2024-05-01"})
    [entry] = derive(trial, cut="interim", endpoint="DFS")["entry"]
    [other] = derive(trial, cutoff="2024-05-01", endpoint="DFS")["entry"]
    assert entry["resource"]["group"] == other["resource"]["group"]
    assert entry["resource"]["period"] == {"end": "2024-05-01"}


def test_what_is_refused(trial: Trial) -> None:
    study = trial.door.study_reference()
    for question, status, words in (
        (f"{study}/$derive?endpoint=NONE", 400, "DLT"),
        (f"{study}/$derive?endpoints=OS", 400, "endpoint, cutoff"),
        (f"{study}/$derive?cutoff=x", 400, "YYYY-MM-DD"),
        (f"{study}/$derive?cutoff=2024-01-01&cut=interim", 400, "either cut"),
        (f"{study}/$derive?analysis=hypothetical", 400, "analysis"),
        ("ResearchStudy/nothing/$derive", 404, "no such ResearchStudy"),
    ):
        found, text = trial.refused(question)
        assert (found, words in text) == (status, True), (question, text)
