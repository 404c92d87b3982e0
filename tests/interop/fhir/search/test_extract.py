"""What search finds a resource by, written down by hand from the resource."""

from decimal import Decimal
from typing import Any

from app.interop.fhir.search.extract import BEYOND, IDENTIFIERS, Value, extract, split_reference
from app.interop.fhir.search.parameters import parameters, sources, types


def number(type_: str, code: str) -> int:
    [found] = parameters(type_)[code].numbers
    return found


def of(type_: str, code: str, body: dict[str, Any]) -> list[Value]:
    return [value for value in extract(type_, body) if value.number == number(type_, code)]


LOINC = "http://loinc.org"


def test_each_coding_is_a_token_with_its_words() -> None:
    code = {"coding": [{"system": LOINC, "code": "718-7", "display": "Hämoglobin"}, {"code": "HGB"}], "text": "Hb"}
    assert of("Observation", "code", {"code": code}) == [
        Value(number("Observation", "code"), "718-7", LOINC, display="hamoglobin hb"),
        Value(number("Observation", "code"), "HGB", display="hb"),
    ]


def test_a_concept_in_words_alone_is_found_by_its_words() -> None:
    assert of("Observation", "code", {"code": {"text": "Not coded"}}) == [
        Value(number("Observation", "code"), display="not coded")
    ]


def test_a_code_element_has_the_system_of_its_value_set() -> None:
    found = of("Observation", "status", {"status": "final"})
    assert found == [Value(number("Observation", "status"), "final", "http://hl7.org/fhir/observation-status")]


def test_a_quantity_is_kept_as_written_and_open_where_its_comparator_says() -> None:
    value = {"value": Decimal("0.10"), "system": "http://unitsofmeasure.org", "code": "10*9/L"}
    key = number("Observation", "value-quantity")
    for comparator, low, high in ((None, 0.1, 0.1), ("<", -BEYOND, 0.1), (">=", 0.1, BEYOND)):
        written = value | ({"comparator": comparator} if comparator else {})
        expected = Value(key, "10*9/L", "http://unitsofmeasure.org", low, high)
        assert of("Observation", "value-quantity", {"valueQuantity": written}) == [expected]


def test_components_are_told_from_the_whole() -> None:
    body = {"component": [{"code": {"coding": [{"code": "a"}]}}, {"code": {"coding": [{"code": "b"}]}}]}
    assert [value.text for value in of("Observation", "component-code", body)] == ["a", "b"]
    assert of("Observation", "code", body) == []


def test_a_reference_is_a_type_and_an_id_whatever_its_version() -> None:
    assert split_reference("Patient/1/_history/2") == ("Patient", "1")
    assert split_reference("https://example.org/fhir/Patient/1") == (None, "https://example.org/fhir/Patient/1")


def test_a_date_of_death_says_that_the_patient_is_dead() -> None:
    for body, text in (({"deceasedDateTime": "2024"}, "true"), ({"deceasedBoolean": False}, "false")):
        assert of("Patient", "deceased", body) == [Value(number("Patient", "deceased"), text)]


def test_an_identifier_is_found_by_its_type_too() -> None:
    type_ = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
    found = extract("ResearchSubject", {"identifier": [{"system": "urn:x", "value": "7", "type": type_}]})
    key = number("ResearchSubject", "identifier")
    assert found == [
        Value(key, "7", "urn:x"),
        Value(key + IDENTIFIERS, "MR|7", "http://terminology.hl7.org/CodeSystem/v2-0203"),
    ]


def test_a_body_of_another_shape_has_no_values() -> None:
    strange = {
        "code": "x",
        "subject": ["y", None],
        "effectiveDateTime": 5,
        "valueQuantity": [{"value": "9"}],
        "status": {},
    }
    assert [value for value in extract("Observation", strange) if value.number != number("Observation", "code")] == []


def test_a_code_and_its_value_are_of_one_component() -> None:
    body = {"component": [{"code": {"coding": [{"code": name}]}, "valueQuantity": {"value": 1}} for name in "aa"]}
    assert [(value.number, value.text, value.part) for value in extract("Observation", body)] == [
        (number("Observation", "component-code"), "a", 1),
        (number("Observation", "component-code"), "a", 2),
        (number("Observation", "component-value-quantity"), None, 1),
        (number("Observation", "component-value-quantity"), None, 2),
    ]


def test_a_range_and_samples_are_all_that_they_may_be() -> None:
    for body, low, high in (
        ({"onsetRange": {"low": {"value": 3, "code": "a"}}}, 3, BEYOND),
        ({"onsetRange": {"low": {"value": 3, "code": "a"}, "high": {"value": 4, "code": "a"}}}, 3, 4),
        ({"onsetAge": {"value": 10**400, "code": "a"}}, BEYOND, BEYOND),
        ({"onsetRange": {"low": {}, "high": None}}, None, None),
    ):
        expected = [] if low is None else [Value(number("Condition", "onset-age"), "a", None, low, high)]
        assert of("Condition", "onset-age", body) == expected, body
    wave = {"origin": {"value": Decimal("1.5"), "code": "mV"}, "factor": 2, "data": "E 1 -2 U"}
    expected = [Value(number("Observation", "value-quantity"), "mV", None, -2.5, 3.5)]
    assert of("Observation", "value-quantity", {"valueSampledData": wave}) == expected
    assert of("Observation", "value-quantity", {"valueSampledData": {**wave, "data": "E U"}}) == []


def test_a_name_is_found_by_each_of_its_words_and_not_by_its_use() -> None:
    name = {"use": "official", "family": "Groß", "given": ["Zoë", "Åsa"], "period": {"start": "2020"}}
    assert [value.text for value in of("Patient", "name", {"name": [name]})] == ["gross", "zoe", "asa"]


def test_only_the_element_that_is_meant_counts() -> None:
    body = {"telecom": [{"system": "phone", "value": "1"}, {"system": "email", "value": "2"}, {"value": "3"}, None]}
    assert [value.text for value in of("Patient", "phone", body)] == ["1"]
    assert [value.text for value in of("Patient", "telecom", body)] == ["1", "2", "3"]


def test_both_releases_read_one_index() -> None:
    assert parameters("AdverseEvent", 5)["code"].numbers == parameters("AdverseEvent")["event"].numbers
    assert parameters("Observation", 5)["code-value-string"] == parameters("Observation")["code-value-string"]
    state, status = parameters("ResearchSubject", 5)["subject_state"], parameters("ResearchSubject")["status"]
    assert (state.numbers, state.held) == (status.numbers, status.system)
    assert "individual" not in parameters("ResearchSubject", 5) and "subject" not in parameters("ResearchSubject")


def test_numbers_are_given_once() -> None:
    own = [item.numbers for type_ in types() for item in sources(type_) if not item.code.startswith("_")]
    assert len(own) == len(set(own)) > 120
    assert all(len(numbers) == 1 and numbers[0] < IDENTIFIERS for numbers in own)


def test_numbers_of_rows_never_change() -> None:
    """They stand in stores; those of the first version are pinned here."""
    pinned = {"Observation": ("code", 402), "Patient": ("gender", 503), "ResearchSubject": ("study", 805)}
    assert {type_: (code, number(type_, code)) for type_, (code, _) in pinned.items()} == pinned
