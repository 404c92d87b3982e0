"""The streams of chance."""

import random

import pytest

from app.example.draws import Draws


def test_the_stream_is_that_of_pythons_own_generator() -> None:
    plain = random.Random("2026/A-001/labs")
    draws = Draws(2026, "A-001", "labs")
    assert [draws.share() for _ in range(3)] == [plain.random() for _ in range(3)]


def test_streams_of_other_names_and_seeds_differ() -> None:
    firsts = {Draws(seed, name).share() for seed in (1, 2) for name in ("a", "b")}
    assert len(firsts) == 4


def test_whole_numbers_reach_both_ends_and_no_further() -> None:
    draws = Draws(1, "whole")
    assert {draws.whole(-2, 1) for _ in range(400)} == {-2, -1, 0, 1}


def test_real_numbers_keep_their_digits() -> None:
    draws = Draws(1, "real")
    drawn = [draws.real(0.5, 0.9, 1) for _ in range(200)]
    assert set(drawn) == {0.5, 0.6, 0.7, 0.8, 0.9}


def test_early_days_are_likelier_than_late_ones() -> None:
    draws = Draws(1, "early")
    drawn = [draws.early((10, 19)) for _ in range(2000)]
    assert (min(drawn), max(drawn)) == (10, 19)
    assert sum(day < 15 for day in drawn) == pytest.approx(2000 * 0.5 ** (1 / 1.6), rel=0.06)


def test_a_choice_without_weight_is_never_taken() -> None:
    draws = Draws(1, "weighted")
    assert {draws.weighted("abc", (1, 0, 3)) for _ in range(300)} == {"a", "c"}


def test_weights_decide_how_often() -> None:
    draws = Draws(1, "often")
    drawn = [draws.weighted("ab", (1, 3)) for _ in range(4000)]
    assert drawn.count("b") == pytest.approx(3000, rel=0.04)


def test_shuffling_keeps_every_item() -> None:
    shuffled = Draws(1, "shuffle").shuffled(list(range(50)))
    assert sorted(shuffled) == list(range(50))
    assert shuffled != list(range(50))


def test_bell_stays_within_its_reach() -> None:
    draws = Draws(1, "bell")
    drawn = [draws.bell(10, 4) for _ in range(2000)]
    assert 6 <= min(drawn) < 7.5
    assert 12.5 < max(drawn) <= 14
