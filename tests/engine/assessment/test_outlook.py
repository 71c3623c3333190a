"""Base rates: their counts, the width of their intervals, and when they are unknown."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from engine.assessment.outlook import (
    SampleSufficiency,
    Transition,
    base_rate,
    outlook_from_transitions,
    transitions_between_years,
)
from engine.model import AssessmentKind, RegionKind
from facts import tables


def local_governments(year: int) -> dict[str, Fraction]:
    agencies = {
        region.code
        for region in tables.region_catalogue(national=True)
        if region.kind is RegionKind.CENTRAL_AGENCY
    }
    return {
        row.region: Fraction(row.figures.value)
        for row in tables.result_rows(national=True)
        if (row.year, row.kind) == (year, AssessmentKind.OFFICIAL) and row.region not in agencies
    }


TRANSITIONS = transitions_between_years(local_governments(2023), local_governments(2024))


def transitions_of(*pairs: tuple[str, str]) -> list[Transition]:
    return [
        Transition(f"r{number}", Fraction(before), Fraction(after))
        for number, (before, after) in enumerate(pairs)
    ]


def test_transitions_are_the_regions_that_both_years_know() -> None:
    before = {"a": Fraction(3), "b": Fraction(2)}
    (only,) = transitions_between_years(before, {"b": Fraction("1.5"), "c": Fraction(4)})
    assert (only.region, only.change) == ("b", Fraction("-0.5"))


def test_the_real_year_2023_to_2024_has_these_base_rates() -> None:
    declined = base_rate(sum(transition.change < 0 for transition in TRANSITIONS), len(TRANSITIONS))
    assert declined is not None
    assert (declined.success_count, declined.sample_size) == (26, 517)


@pytest.mark.parametrize(
    ("start", "target", "window", "reached", "n"),
    [
        ("3.20", "3.50", "0.10", 24, 42),
        ("2.80", "3.50", "0.10", 12, 47),
        ("4.30", "4.50", "0.40", 8, 29),
    ],
)
def test_the_real_outlook_counts_the_nearest_starts(
    start: str, target: str, window: str, reached: int, n: int
) -> None:
    outlook = outlook_from_transitions(TRANSITIONS, Fraction(start), Fraction(target))
    assert outlook.reached is not None
    assert outlook.window == Fraction(window)
    assert (outlook.reached.success_count, outlook.reached.sample_size) == (reached, n)
    assert outlook.sample_size == len(outlook.examples) == n


def test_below_three_examples_there_are_too_few() -> None:
    outlook = outlook_from_transitions(
        transitions_of(("3.0", "3.6"), ("3.05", "3.2"), ("2.0", "2.1")), Fraction(3), Fraction(3)
    )
    assert (outlook.sample_size, outlook.sufficiency, outlook.window) == (
        2,
        SampleSufficiency.TOO_FEW,
        Fraction("0.4"),
    )
    assert (outlook.reached, outlook.declined) == (None, None)
    assert (outlook.mean_change, outlook.standard_deviation) == (None, None)


def test_three_examples_are_enough_and_the_nearest_comes_first() -> None:
    outlook = outlook_from_transitions(
        transitions_of(("3.3", "3.6"), ("3.05", "3.0"), ("3.4", "3.7"), ("3.5", "4")),
        Fraction(3),
        Fraction("3.6"),
    )
    assert outlook.sufficiency is SampleSufficiency.ENOUGH
    assert outlook.examples == ("r1", "r0", "r2")
    assert outlook.reached is not None
    assert outlook.declined is not None
    assert (outlook.reached.success_count, outlook.declined.success_count) == (2, 1)
    assert outlook.mean_change == Fraction("0.55") / 3


def test_a_share_of_none_or_all_reaches_the_end_of_the_scale() -> None:
    none, every = base_rate(0, 10), base_rate(10, 10)
    assert none is not None
    assert every is not None
    assert none.lowest == 0.0
    assert every.highest == 1.0
    assert none.highest == pytest.approx(1 - every.lowest)
    assert base_rate(2, 2) is None


@given(st.integers(3, 600).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_the_middle_of_a_beta_distribution(counts: tuple[int, int]) -> None:
    successes, n = counts
    rate = base_rate(successes, n)
    assert rate is not None
    assert rate.lowest <= rate.share <= rate.highest
    posterior = beta(successes + 0.5, n - successes + 0.5)
    if successes:
        assert posterior.cdf(rate.lowest) == pytest.approx(0.1)
    if successes < n:
        assert posterior.cdf(rate.highest) == pytest.approx(0.9)
