"""Dose escalation against the published BOIN tables, the rules of 3+3 and outcomes enumerated by hand."""

import math

import pytest

from app.endpoints.estimate.escalation import Boin, Level, three_plus_three

# R package BOIN 2.7.2, get.boundary(target = 0.3, ncohort = 10, cohortsize = 3), for 1 to 20 patients (Yan et al. 2020,
# J Stat Softw 94(13)); beyond 20 every third.
ESCALATE = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4]
DEESCALATE = [1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 6, 7, 7, 7, 8]
ELIMINATE = [None, None, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8, 8, 8, 9, 9, 9, 10]
LATER = {21: (4, 8, 10), 24: (5, 9, 11), 27: (6, 10, 12), 30: (7, 11, 14)}


class TestBoinAsPublished:
    @pytest.mark.parametrize(
        ("target", "lambda_e", "lambda_d"),
        [(0.15, 0.118, 0.179), (0.20, 0.157, 0.238), (0.25, 0.197, 0.298), (0.30, 0.236, 0.359), (0.35, 0.276, 0.419)],
    )
    def test_boundaries_of_the_rate(self, target, lambda_e, lambda_d):
        # Liu and Yuan 2015, table 1, with p_saf = 0.6 target and p_tox = 1.4 target.
        design = Boin.of(target)
        assert (round(design.lambda_e, 3), round(design.lambda_d, 3)) == (lambda_e, lambda_d)

    def test_boundaries_to_seven_digits(self):
        # get.boundary(target = 0.3, ...) prints 0.2364907 and 0.3585195.
        design = Boin.of(0.3)
        assert (round(design.lambda_e, 7), round(design.lambda_d, 7)) == (0.2364907, 0.3585195)

    @pytest.mark.parametrize("n", range(1, 21))
    def test_numbers_of_patients(self, n):
        assert Boin.of(0.3).boundary(n) == (n, ESCALATE[n - 1], DEESCALATE[n - 1], ELIMINATE[n - 1])

    @pytest.mark.parametrize("n", LATER)
    def test_numbers_of_patients_beyond_20(self, n):
        assert Boin.of(0.3).boundary(n) == (n, *LATER[n])

    def test_own_rates(self):
        # log(0.9/0.7) / log(0.3*0.9/(0.1*0.7)) and log(0.7/0.5) / log(0.5*0.7/(0.3*0.5)).
        design = Boin.of(0.3, 0.1, 0.5)
        assert design.lambda_e == pytest.approx(math.log(9 / 7) / math.log(27 / 7))
        assert design.lambda_d == pytest.approx(math.log(7 / 5) / math.log(35 / 15))

    def test_the_fewest_patients_that_eliminate_by_hand(self):
        # 3 of 3 under a uniform prior: Pr(rate <= 0.3) = 0.3^4 = 0.0081; 2 of 3: 0.0837, too many.
        assert Boin.of(0.3).boundary(3).eliminate_at_least == 3
        # With a target of 0.5, 3 of 3 gives 0.0625: no number of DLTs in three patients is enough.
        assert Boin.of(0.5).boundary(3).eliminate_at_least is None

    def test_no_dose_is_eliminated_without_going_down(self):
        # lambda_d = log(0.9/0.4) / log(0.6*0.9/(0.1*0.4)) = 0.312, so 4 of 10; but 3 eliminate: the chance of 4 or
        # more of Binomial(11, 0.1) is 0.0185, that of 3 or more 0.0896.
        assert Boin.of(0.1, p_tox=0.6).boundary(10) == (10, 0, 3, 3)

    @pytest.mark.parametrize("rates", [(0.3, 0.4), (0.3, 0.1, 0.2), (0.8,), (0.0,), (1.0,)])
    def test_rates_out_of_order(self, rates):
        with pytest.raises(ValueError, match="does not hold"):
            Boin.of(*rates)


class TestStateUnderBoin:
    @pytest.mark.parametrize(
        ("dlt", "n", "decision"),
        [
            (0, 3, "escalate"),
            (1, 3, "stay"),
            (2, 3, "de-escalate"),
            (3, 3, "eliminate"),
            (1, 6, "escalate"),
            (2, 6, "stay"),
            (3, 6, "de-escalate"),
            (4, 6, "eliminate"),
            (1, 1, "de-escalate"),
        ],
    )
    def test_decision(self, dlt, n, decision):
        state = Boin.of(0.3).state(Level(dlt, n))
        assert (state.decision, state.final, state.possible) == (decision, True, (decision,))

    def test_nobody_yet(self):
        state = Boin.of(0.3).state(Level(0, 0))
        assert (state.decision, state.final, state.text) == ("enrol", True, "enrolling: nobody is evaluable yet")

    def test_a_pending_patient_can_change_it(self):
        # 0 of 3 and one pending: 0 of 3 or 0 of 4 (escalate), 1 of 4 (stay: 0.25 lies between the boundaries).
        state = Boin.of(0.3).state(Level(0, 3, pending=1))
        assert (state.decision, state.final, state.possible) == ("escalate", False, ("escalate", "stay"))

    def test_a_doubtful_event_can_change_it(self):
        state = Boin.of(0.3).state(Level(1, 3, doubtful=2))
        assert state.possible == ("stay", "de-escalate", "eliminate")

    def test_pending_patients_who_can_change_nothing(self):
        # 0 of 9 and one pending: at most 1 of 10.
        assert Boin.of(0.3).state(Level(0, 9, pending=1)).final


class TestThreePlusThree:
    @pytest.mark.parametrize(
        ("dlt", "n", "decision", "text"),
        [
            (0, 0, "enrol", "enrolling: 0 of 3 evaluable"),
            (1, 2, "enrol", "enrolling: 2 of 3 evaluable"),
            (0, 3, "escalate", "0 of 3 evaluable with a DLT: next level"),
            (1, 3, "expand", "1 of 3 evaluable with a DLT: expand to 6, 3 more to be evaluable"),
            (1, 5, "expand", "1 of 5 evaluable with a DLT: expand to 6, 1 more to be evaluable"),
            (1, 6, "escalate", "1 of 6 evaluable with a DLT: next level"),
            (0, 6, "escalate", "0 of 6 evaluable with a DLT: next level"),
        ],
    )
    def test_rules(self, dlt, n, decision, text):
        state = three_plus_three(Level(dlt, n))
        assert state == (decision, True, (decision,), text)

    @pytest.mark.parametrize("n", range(2, 7))
    def test_two_exceed_whoever_is_left(self, n):
        state = three_plus_three(Level(2, n, pending=6 - n))
        assert (state.decision, state.final) == ("de-escalate", True)

    @pytest.mark.parametrize(
        ("level", "decision", "possible"),
        [
            # Of 3 evaluable without a DLT one may still have had one.
            (Level(0, 3, doubtful=1), "escalate", ("escalate", "expand")),
            # 1 of 2, and the third pending: stays 1 of 2, 1 of 3 or 2 of 3.
            (Level(1, 2, pending=1), "enrol", ("enrol", "expand", "de-escalate")),
            # 1 of 5, and the sixth pending: 1 of 5, 1 of 6 or 2 of 6.
            (Level(1, 5, pending=1), "expand", ("escalate", "expand", "de-escalate")),
            # 0 of 2, and one who left with an event in doubt: 0 of 2, or 1 of 3 when that was a DLT.
            (Level(0, 2, late=1), "enrol", ("enrol", "expand")),
        ],
    )
    def test_what_is_open_keeps_the_decision_open(self, level, decision, possible):
        state = three_plus_three(level)
        assert (state.decision, state.final, state.possible) == (decision, False, possible)

    def test_more_than_six(self):
        state = three_plus_three(Level(1, 7))
        assert (state.decision, state.final) == ("not applicable", True)


@pytest.mark.parametrize("counts", [(-1, 3), (4, 3), (2, 3, 2), (0, 0, 0, -1), (0, 0, 0, 0, -1)])
def test_impossible_counts(counts):
    with pytest.raises(ValueError, match="no dose level"):
        Level(*counts)
