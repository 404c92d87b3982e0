"""Measures and `$evaluate-measure`: the same answers as at the study's own door.

https://hl7.org/fhir/R4/measure-operation-evaluate-measure.html
"""

from typing import Any

import pytest
from fhir.resources.R4B.measure import Measure
from fhir.resources.R4B.measurereport import MeasureReport

from app.domain.errors import Fault
from app.endpoints.definitions import newest
from app.interop.fhir.definitions import definitions
from app.services import measure_reports, measures
from app.services.asking import Axes
from app.services.trial_status import trial_status
from app.storage.visibility import EVERYTHING, Caller
from tests.api.fhir.reports import OURS, counts, extensions, figures, floats, strata
from tests.api.fhir.trial import Raw, Trial, research_subject
from tests.interop.fhir.definitions.test_definitions import fits
from tests.journeys.door import START, STUDY

ENDPOINTS = list(newest(STUDY).endpoints)
CUTOFF = "2024-12-31"
OPTIONS: list[Raw] = [
    {},
    {"group_by": "dose_level"},
    {"group_by": "sex", "level": 0.9},
    {"curve": "true", "at": "30,60", "rho": 1, "group_by": "site"},
]


def test_every_endpoint_of_every_study_has_its_measure(trial: Trial) -> None:
    bundle = trial.get("Measure")
    found = {entry["resource"]["identifier"][0]["value"]: entry for entry in bundle["entry"]}
    assert list(found) == ENDPOINTS and bundle["total"] == len(ENDPOINTS)
    for endpoint, entry in found.items():
        measure = entry["resource"]
        Measure.model_validate(measure)
        assert trial.get(f"Measure/{measure['id']}") == measure
        assert entry["fullUrl"].endswith(f"/fhir/Measure/{measure['id']}")
        assert measure["title"] == newest(STUDY).endpoints[endpoint].label
        for name in ("url", "name", "_id"):
            value = measure[name.removeprefix("_")]
            assert [one["resource"]["id"] for one in trial.get("Measure", **{name: value})["entry"]] == [measure["id"]]
    ours = "https://engraft.example.org/fhir/endpoint|"
    for text, number in (("NONE", 0), (f"{ours}OS", 1), (ours, len(ENDPOINTS)), ("http://elsewhere.example|OS", 0)):
        assert trial.get("Measure", identifier=text)["total"] == number, text
    posted = trial.door.request("POST", "/fhir/Measure/_search", data={"identifier": "OS,DFS"})
    assert [entry["resource"]["title"] for entry in posted.json()["entry"]] == [
        newest(STUDY).endpoints[name].label for name in ("DFS", "OS")
    ]


def test_measures_are_paged(trial: Trial) -> None:
    found, url = [], "/fhir/Measure?_count=5"
    while url:
        bundle = trial.door.request("GET", url).json()
        found += [entry["resource"]["identifier"][0]["value"] for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    assert found == ENDPOINTS
    counted = trial.get("Measure", _summary="count")
    assert (counted["total"], "entry" in counted) == (len(ENDPOINTS), False)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda one: ",".join(one) or "plain")
def test_every_figure_of_the_estimate_is_in_the_report(trial: Trial, endpoint: str, options: Raw) -> None:
    """To the last digit: a number with a fraction in the one answer stands in the other."""
    rule = newest(STUDY).endpoints[endpoint]
    useless = () if rule.kind in ("time_to_event", "competing_risks") else ("at", "rho")
    asked = {name: value for name, value in options.items() if name not in useless}
    report = trial.evaluate(endpoint, **asked)
    answer = trial.door.endpoint(endpoint, cutoff=CUTOFF, **asked)
    MeasureReport.model_validate(report)
    assert (report["status"], report["type"]) == ("complete", "summary")
    assert report["period"] == {"start": "2023-01-01", "end": CUTOFF}
    assert report["measure"] == f"https://engraft.example.org/fhir/Measure/{STUDY}.{endpoint}|2"
    assert set(floats(answer)) <= {float(one) for one in floats(report)}
    [group] = report["group"]
    compare(group, answer.get("overall", answer))
    for name, part in answer.get("groups", {}).items():
        compare(strata(report, answer["group_by"])[name], part)
    for name, part in answer.get("by_dose_level", {}).items():
        compare(strata(report, "dose_level")[name], part)


def compare(group: Raw, part: Raw) -> None:
    """The numbers that matter most, each at its place."""
    [final] = extensions(group, "finality") if "final" in part else [{"final": None}]
    assert (final["final"], final.get("reason")) == (part.get("final"), part.get("final_reason"))
    for landmark in part.get("landmarks", ()):
        [found] = [one for one in figures(group, "survival") if one["at"] == landmark["day"]]
        same(found, landmark, n_risk="n-risk", estimate="estimate", std_err="std-err", lower="lower", upper="upper")
    if "median" in part:
        [median] = [one for one in figures(group, "quantile") if one["at"] == 0.5]
        same(median, part["median"], estimate="estimate", lower="lower", upper="upper", reason="reason")
        assert group.get("measureScore", {}).get("value") == part["median"]["estimate"]
    if "proportion" in part:
        [share] = figures(group, "proportion")
        same(share, part["proportion"], estimate="estimate", lower="lower", upper="upper", reason="reason")
        assert group.get("measureScore", {}).get("value") == part["proportion"]["estimate"]
    for cause, entry in part.get("causes", {}).items():
        for landmark in entry["landmarks"]:
            [found] = [one for one in figures(group, "cumulative_incidence", cause) if one["at"] == landmark["day"]]
            same(found, landmark, n_risk="n-risk", estimate="estimate", lower="lower", upper="upper")


def same(found: Raw, part: Raw, **names: str) -> None:
    assert {name: found.get(name) for name in names.values()} == {names[name]: part[name] for name in names}


def test_what_is_not_known_keeps_a_result_from_being_final(trial: Trial) -> None:
    """By hand: A-002 has a sepsis without grade and seriousness; five were infused."""
    [group] = trial.evaluate("DLT")["group"]
    assert extensions(group, "finality")[0]["final"] is False
    assert counts(group)["initial-population"] == 5
    assert (counts(group)["numerator"], counts(group)["undetermined"]) == (1, 1)
    [group] = trial.evaluate("SAE")["group"]
    assert counts(group) == {"initial-population": 5, "denominator": 5, "numerator": 1, "undetermined": 1}
    report = trial.evaluate("SAE", subject=patient(trial, "A-002"))
    [result] = extensions(report, "subject-result")
    assert result["sae"]["coding"][0]["code"] == "unknown" and counts(report["group"][0])["numerator"] == 0


def patient(trial: Trial, number: str) -> str:
    subjects = trial.door.get(f"/studies/{STUDY}/subjects").json()["subjects"]
    found: str = next(one["patient"] for one in subjects if one["subject"] == number)
    return found


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_report_of_a_subject_says_what_decided(trial: Trial, endpoint: str) -> None:
    answer = trial.door.rows(endpoint, cutoff=CUTOFF)
    for row in answer["rows"]:
        name = patient(trial, row["subject"])
        report = trial.evaluate(endpoint, subject=name)
        MeasureReport.model_validate(report)
        assert (report["type"], report["subject"]) == ("individual", {"reference": name})
        [result] = extensions(report, "subject-result")
        for field, value in result.items():
            assert value == said(row[field.replace("-", "_")]), field
        evidence = dict.fromkeys(one["resource"] for one in row["evidence"])
        assert [one["reference"] for one in report.get("evaluatedResource", [])] == list(evidence)
        assert all(trial.get(name)["id"] in name for name in evidence)
    for out in answer["excluded"]:
        report = trial.evaluate(endpoint, subject=patient(trial, out["subject"]))
        assert extensions(report, "subject-result") == [{"status": "excluded", "reason": out["reason"]}]
        assert set(counts(report["group"][0]).values()) == {0}
    assert answer["rows"] and answer["excluded"]


def said(value: Any) -> Any:
    """A value as the extension has it."""
    if isinstance(value, list):
        return "; ".join(value)
    unknown = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}
    return {"coding": [unknown]} if value is None else value


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_list_names_who_is_in_which_population(trial: Trial, endpoint: str) -> None:
    report = trial.evaluate(endpoint, reportType="subject-list")
    MeasureReport.model_validate(report)
    lists = {one["id"]: [item["item"]["reference"] for item in one["entry"]] for one in report["contained"]}
    [group] = report["group"]
    # The same numbers as those of the estimate, which were counted apart.
    assert counts(group) == counts(trial.evaluate(endpoint)["group"][0])
    for one in group["population"]:
        name = one["code"]["coding"][0]["code"]
        assert len(lists.get(name, [])) == one["count"]
        assert one.get("subjectResults") == ({"reference": f"#{name}"} if one["count"] else None)
    rows = trial.door.rows(endpoint, cutoff=CUTOFF)["rows"]
    assert set(lists["initial-population"]) == {patient(trial, row["subject"]) for row in rows}
    evidence = {one["resource"] for row in rows for one in row["evidence"]}
    assert {one["reference"] for one in report["evaluatedResource"]} == evidence


def test_every_extension_is_defined_with_its_parts(trial: Trial) -> None:
    defined = {one["url"]: one for one in definitions() if one.get("type") == "Extension"}
    reports = [trial.evaluate(name, group_by="dose_level") for name in ENDPOINTS]
    reports += [trial.evaluate(name, subject=patient(trial, "A-001")) for name in ENDPOINTS]
    found = 0
    for report in reports:
        places = [("MeasureReport", report), ("MeasureReport.group", report["group"][0])]
        stratifiers = report["group"][0].get("stratifier", [])
        places += [("MeasureReport.group.stratifier.stratum", one) for item in stratifiers for one in item["stratum"]]
        for place, node in places:
            for item in node.get("extension", []):
                fits(item, defined[item["url"]], place)
                found += item["url"].startswith(OURS)
    assert found > 500


def test_a_report_says_what_it_depends_on(trial: Trial) -> None:
    seq = trial.door.seq()
    [basis] = extensions(trial.evaluate("DFS", as_of=seq - 3, analysis="hypothetical"), "result-basis")
    assert (basis["study"], basis["endpoint"], basis["analysis"]) == (STUDY, "DFS", "hypothetical")
    assert (basis["cutoff"], basis["as-of-seq"], basis["definition-version"]) == (CUTOFF, seq - 3, 2)
    assert (basis["conf-type"], basis["level"]) == ("log-log", 0.95)


def test_a_period_ends_with_the_cutoff_and_begins_before_all_follow_up(trial: Trial) -> None:
    """The first infusion is of 2024-03-01. A period known in part reaches from its first to its last day."""
    assert trial.evaluate("OS", "2024", "2024-06")["period"] == {"start": "2024-01-01", "end": "2024-06-30"}
    early = trial.evaluate("OS", end="2024-06-30")["group"][0]
    assert counts(early)["with-event"] == 0 and counts(trial.evaluate("OS")["group"][0])["with-event"] == 1
    assert trial.evaluate("OS", "2024-03-01")["period"]["start"] == "2024-03-01"
    address = f"{trial.measure('OS')}/$evaluate-measure?periodEnd=2024-12-31"
    status, text = trial.refused(f"{address}&periodStart=2024-03-02")
    assert (status, "2024-03-01 or earlier" in text) == (400, True)


def test_what_is_refused(trial: Trial) -> None:
    name = trial.measure("OS")
    period = "periodStart=2024-01-01&periodEnd=2024-12-31"
    for question, status, words in (
        (f"{name}/$evaluate-measure?periodEnd=2024", 400, "periodStart"),
        (f"{name}/$evaluate-measure?{period}&lastReceivedOn=2024", 400, "reportType"),
        (f"{name}/$evaluate-measure?{period}&reportType=summary", 400, "population, subject-list, subject"),
        (f"{name}/$evaluate-measure?{period}&reportType=subject", 400, "subject"),
        (f"{name}/$evaluate-measure?{period}&subject=Patient/nobody", 404, "no such Patient"),
        (f"{name}/$evaluate-measure?{period}&subject=Practitioner/1", 400, "ResearchSubject/[id]"),
        (f"{name}/$evaluate-measure?{period}&level=2", 400, "level"),
        (f"{name}/$evaluate-measure?{period}&proportion_method=wilson", 400, "has no use for it"),
        (f"{name}/$evaluate-measure?{period}&reportType=subject-list&group_by=site", 400, "group_by"),
        (f"{name}/$evaluate-measure?{period}&group_by=colour", 400, "dose_level"),
        (f"{name}/$evaluate-measure?periodStart=x&periodEnd=2024", 400, "YYYY-MM-DD"),
        (f"{name}?_format=application/fhir%2Bjson;fhirVersion=5.0", 406, "fhirVersion=4.0"),
        ("Measure/nothing", 404, "no such Measure"),
        ("Measure?colour=red", 400, "identifier"),
    ):
        found, text = trial.refused(question)
        assert (found, words in text) == (status, True), (question, text)


@pytest.mark.parametrize("studies", [frozenset(), frozenset({"another-study"})])
def test_who_may_not_see_the_study_sees_nothing_that_is_made_of_it(trial: Trial, studies: frozenset[str]) -> None:
    services, caller = trial.door.services, Caller(studies)
    study, subject = trial.door.study_reference(), research_subject(trial.door)
    asked = measure_reports.Asked(Axes(), START)
    with services.database.read.connect() as connection:
        assert measures.every(connection, caller) == [] != measures.every(connection, EVERYTHING)
        with pytest.raises(Fault, match="no such ResearchStudy"):
            measure_reports.derive(connection, study.partition("/")[2], caller, asked, ())
        with pytest.raises(Fault, match="no such ResearchSubject"):
            measure_reports.evaluate(connection, STUDY, "OS", caller, asked, "subject", subject)
    with pytest.raises(Fault, match="no such ResearchSubject"):
        trial_status(services, subject.partition("/")[2], caller, Axes())
