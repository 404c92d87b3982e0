"""Groups: a category as it was at day 0, whatever the records are called and whatever came later."""

from itertools import permutations

from sqlalchemy import Connection

from app.services.derivation.strata import recorded
from tests.endpoints.spec.harness import Asked, Raw, event_rows, fill, infusion, memory, subject, transplant


def of(name: str, *records: Raw, **asked: object) -> str | None:
    """The value of the stratum for subject 001."""

    def ask(connection: Connection) -> str | None:
        fill(connection, event_rows([subject(), *records]))
        return recorded(connection, Asked(**asked).question("DLT"), name).get(1)  # type: ignore[arg-type]

    with memory() as connection:
        return ask(connection)


def test_the_dose_level_is_that_of_the_first_infusion() -> None:
    for first, second in permutations("12"):
        infusions = [infusion(0, id=first, dose_level="DL1"), infusion(90, id=second, dose_level="DL2")]
        assert of("dose_level", *infusions) == "DL1"
        assert of("dose_level", *infusions, cutoff=30) == "DL1"


def test_the_first_infusion_is_that_in_which_cells_were_given() -> None:
    infusions = [infusion(-9, "not-done", id="1", dose_level="DL1"), infusion(0, id="2", dose_level="DL2")]
    assert of("dose_level", *infusions) == "DL2"


def test_the_donor_is_that_of_the_last_transplant_before_the_infusion() -> None:
    grafts = [(-400, "sibling", "1"), (-40, "haplo", "2"), (60, "cord", "0")]
    transplants = [transplant(day, donor_type=donor, id=name) for day, donor, name in grafts]
    assert of("donor_type", *transplants, infusion()) == "haplo"
    assert of("donor_type", transplants[2], infusion()) is None


def test_a_category_of_the_subject_has_no_date() -> None:
    assert of("arm", subject(strata={"arm": "x"}, id="S2"), infusion()) == "x"
