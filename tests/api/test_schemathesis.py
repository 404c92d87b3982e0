"""Requests made from the OpenAPI document, well-formed and not: whatever is asked, nothing answers with a 500.

https://schemathesis.readthedocs.io/
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from tests.journeys.door import Door, open_door, record, subject

# Files go as they are.
schemathesis.serializer.alias(["application/x-ndjson", "text/csv", "x-application/hl7-v2+er7"], "text/plain")
FEW = settings(
    max_examples=20,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A service with a little of everything, so that some questions have an answer."""
    folder: Path = tmp_path_factory.mktemp("api")
    with open_door(folder) as found:
        refused = record("lab", "L1", test="?", collected="2024")
        found.send(subject(), record("infusion", "I1", start="2024-03-01"), refused)
        yield found


def operations(door: Door) -> Iterator[schemathesis.schemas.APIOperation]:
    schema = schemathesis.openapi.from_dict(door.app.openapi())
    for result in schema.get_all_operations():
        operation = result.ok()
        if any([*operation.path_parameters, *operation.query, *operation.body]):
            yield operation


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_makes_the_service_fail(door: Door, mode: GenerationMode) -> None:
    asked: Counter[str] = Counter()
    for operation in operations(door):

        @seed(2026)
        @FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            made = case.as_transport_kwargs(base_url="http://engraft.test")
            options = {name: made[name] for name in ("params", "headers", "json") if name in made}
            answer = door.request(made["method"], made["url"], content=made.get("data"), **options)
            assert answer.status_code < 500, case.as_curl_command()
            asked[case.operation.label] += 1

        ask()
    assert set(asked) == {operation.label for operation in operations(door)}


PARTS = ["Patient", "ResearchStudy", "Provenance", "Measure", "_history", "$everything", "$lastn", "1", "%00"]


@seed(2026)
@FEW
@given(
    path=st.lists(st.sampled_from(PARTS) | st.text(), max_size=5),
    query=st.dictionaries(st.sampled_from(["_count", "_page", "_type", "_format"]) | st.text(), st.text(), max_size=3),
)
def test_no_request_makes_fhir_fail(door: Door, path: list[str], query: dict[str, str]) -> None:
    answer = door.request("GET", f"/fhir/{'/'.join(quote(part, safe='%$') for part in path)}", params=query)
    assert answer.status_code < 500
    assert answer.status_code in (200, 307) or answer.json()["resourceType"] == "OperationOutcome"
