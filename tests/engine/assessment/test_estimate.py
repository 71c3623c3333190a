"""Estimated levels give the published figures, are the nearest ones, and have exact ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.assessment import score
from engine.assessment.estimate import EstimatedProfile, NoProfile, estimate_profile
from engine.assessment.instrument import Aspect, Domain, Indicator, Instrument
from engine.model import AssessmentKind, PublishedFigures
from facts import tables
from facts.aspect_mean import national_aspects
from facts.instrument import instrument_by_id

SPBE_2020 = instrument_by_id("spbe-2020")
MEANS = {aspect: Fraction(value) for aspect, value in national_aspects("spbe-2020", 2024).items()}
OFFICIAL = [
    row for row in tables.result_rows() if (row.year, row.kind) == (2024, AssessmentKind.OFFICIAL)
]
# Six indicators with four levels have 4,096 sets of levels, which brute force can try.
WEIGHTS = {1: (1, "10"), 2: (1, "10"), 3: (1, "15"), 4: (2, "20"), 5: (2, "20"), 6: (3, "25")}
TOY = replace(
    SPBE_2020,
    id="toy",
    level_max=4,
    domains=(Domain(1, "", Fraction(35)), Domain(2, "", Fraction(65))),
    aspects=(
        Aspect(1, 1, "", Fraction(35)),
        Aspect(2, 2, "", Fraction(40)),
        Aspect(3, 2, "", Fraction(25)),
    ),
    indicators=tuple(
        Indicator(number, "", "", aspect, Fraction(weight), "", (), None, None, None, (), "")
        for number, (aspect, weight) in WEIGHTS.items()
    ),
)


def figures_of(instrument: Instrument, levels: Mapping[int, int]) -> PublishedFigures:
    computed = score.score_levels(instrument, levels)
    domains = tuple((part.number, part.display) for part in computed.domains)
    return PublishedFigures(computed.display, computed.predicate, domains)


def distance(
    instrument: Instrument, levels: Mapping[int, int], means: Mapping[int, Fraction]
) -> Fraction:
    return sum(
        (
            indicator.weight * (levels[indicator.number] - means[indicator.aspect]) ** 2
            for indicator in instrument.indicators
        ),
        Fraction(),
    )


TOY_LEVELS = [
    dict(zip(WEIGHTS, levels, strict=True)) for levels in product(range(1, 5), repeat=len(WEIGHTS))
]
TOY_FIGURES = [figures_of(TOY, levels) for levels in TOY_LEVELS]
hundredths = st.integers(100, 400).map(lambda value: Fraction(value, 100))


@given(st.sampled_from(TOY_FIGURES), st.fixed_dictionaries(dict.fromkeys((1, 2, 3), hundredths)))
def test_the_estimate_its_ranges_and_its_count_are_those_of_all_sets(
    figures: PublishedFigures, means: dict[int, Fraction]
) -> None:
    matching = [
        levels
        for levels, printed in zip(TOY_LEVELS, TOY_FIGURES, strict=True)
        if printed == figures
    ]
    profile = estimate_profile(TOY, figures, means)
    assert isinstance(profile, EstimatedProfile)
    assert profile.levels in matching
    assert profile.solutions == len(matching)
    assert profile.distance == min(distance(TOY, levels, means) for levels in matching)
    assert profile.distance == distance(TOY, profile.levels, means)
    for indicator in profile.indicators:
        possible = {levels[indicator.indicator] for levels in matching}
        assert (indicator.lowest, indicator.highest) == (min(possible), max(possible))
    for aspect in profile.aspects:
        values = {
            next(
                computed.exact
                for computed in score.score_levels(TOY, levels).aspects
                if computed.number == aspect.aspect
            )
            for levels in matching
        }
        assert (aspect.lowest, aspect.highest) == (min(values), max(values))


@pytest.mark.parametrize("result", OFFICIAL, ids=lambda row: str(row.region))
def test_the_estimate_of_a_real_region_prints_its_figures(result: tables.ResultRow) -> None:
    profile = estimate_profile(SPBE_2020, result.figures, MEANS)
    assert isinstance(profile, EstimatedProfile)
    assert profile.is_index_reproduced
    recomputed = score.score_levels(SPBE_2020, profile.levels)
    assert recomputed.display == result.figures.value
    assert (
        tuple((part.number, part.display) for part in recomputed.domains) == result.figures.domains
    )
    assert all(
        indicator.lowest <= indicator.level <= indicator.highest for indicator in profile.indicators
    )
    assert profile.solutions > 1


@pytest.mark.parametrize("region", ["32.10", "32.11", "32.13"])
def test_an_integer_programme_finds_no_nearer_levels(region: str) -> None:
    figures = next(row.figures for row in OFFICIAL if row.region == region)
    profile = estimate_profile(SPBE_2020, figures, MEANS)
    assert isinstance(profile, EstimatedProfile)
    assert float(profile.distance) == pytest.approx(nearest_by_programme(figures), abs=1e-6)


def nearest_by_programme(figures: PublishedFigures) -> float:
    """Return the least distance by HiGHS: one variable per indicator and level above the first."""
    steps = [(indicator, level) for indicator in SPBE_2020.indicators for level in range(2, 6)]
    first = distance(SPBE_2020, {indicator.number: 1 for indicator in SPBE_2020.indicators}, MEANS)
    cost = [
        float(
            indicator.weight
            * ((level - MEANS[indicator.aspect]) ** 2 - (level - 1 - MEANS[indicator.aspect]) ** 2)
        )
        for indicator, level in steps
    ]
    domain_of = {aspect.number: aspect.domain for aspect in SPBE_2020.aspects}
    rows, lower, upper = [], [], []
    weights = {0: Fraction(100)} | {domain.number: domain.weight for domain in SPBE_2020.domains}
    for number, printed in ((0, figures.value), *figures.domains):
        rows.append(
            [
                float(indicator.weight) * (number in (0, domain_of[indicator.aspect]))
                for indicator, _ in steps
            ]
        )
        weight = float(weights[number])
        lower.append((float(printed) - 0.005 - 1) * weight - 1e-9)
        # A half is rounded up, so the upper bound is exclusive.
        upper.append((float(printed) + 0.005 - 1) * weight - 1e-4)
    solution = milp(
        cost,
        integrality=np.ones(len(steps)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.array(rows), lower, upper),
        options={"mip_rel_gap": 0},
    )
    assert solution.success
    return float(first) + float(solution.fun)


def test_known_levels_lie_in_the_ranges_of_their_own_printed_figures() -> None:
    for year in (2021, 2024):
        levels = {
            line.number: int(line.value)
            for line in tables.sheet_lines()
            if (line.region, line.year, line.scope.value) == ("18.71", year, "INDICATOR")
        }
        profile = estimate_profile(SPBE_2020, figures_of(SPBE_2020, levels), MEANS)
        assert isinstance(profile, EstimatedProfile)
        assert [
            indicator
            for indicator in profile.indicators
            if not indicator.lowest <= levels[indicator.indicator] <= indicator.highest
        ] == []


def test_extreme_figures_have_one_solution() -> None:
    fives = {indicator.number: 5 for indicator in SPBE_2020.indicators}
    profile = estimate_profile(SPBE_2020, figures_of(SPBE_2020, fives), MEANS)
    assert isinstance(profile, EstimatedProfile)
    assert (profile.solutions, profile.levels) == (1, fives)
    assert {(indicator.lowest, indicator.highest) for indicator in profile.indicators} == {(5, 5)}


def test_a_misprinted_domain_has_no_profile() -> None:
    misprint = next(
        row.figures
        for row in tables.result_rows(national=True)
        if (row.region, row.year) == ("16.07", 2023)
    )
    profile = estimate_profile(SPBE_2020, misprint, MEANS)
    assert isinstance(profile, NoProfile)
    assert (profile.missing, profile.impossible) == ((), (4,))


def test_a_domain_that_is_not_printed_is_named() -> None:
    figures = PublishedFigures("3.00", "Baik", ((1, "3.00"), (3, "3.00"), (4, "3.00")))
    profile = estimate_profile(SPBE_2020, figures, MEANS)
    assert isinstance(profile, NoProfile)
    assert (profile.missing, profile.impossible) == ((2,), ())


def test_an_index_that_contradicts_its_domains_is_ignored_and_reported() -> None:
    figures = PublishedFigures("4.00", "Sangat Baik", tuple((n, "3.00") for n in (1, 2, 3, 4)))
    profile = estimate_profile(SPBE_2020, figures, MEANS)
    assert isinstance(profile, EstimatedProfile)
    assert not profile.is_index_reproduced


def test_an_aspect_without_a_mean_follows_its_domain() -> None:
    figures = PublishedFigures("3.00", "Baik", tuple((n, "3.00") for n in (1, 2, 3, 4)))
    profile = estimate_profile(SPBE_2020, figures, {})
    assert isinstance(profile, EstimatedProfile)
    assert (set(profile.levels.values()), profile.distance, profile.means) == ({3}, 0, {})


def test_no_kind_of_assessment_is_an_estimate() -> None:
    assert "ESTIMATED" not in AssessmentKind.__members__


@pytest.mark.parametrize(("year", "count"), [(2021, 8), (2022, 7), (2023, 8), (2024, 8), (2020, 0)])
def test_the_national_means_by_aspect_are_those_of_the_reports(year: int, count: int) -> None:
    assert len(national_aspects("spbe-2020", year)) == count


def test_the_means_by_aspect_of_2024_give_the_means_by_domain() -> None:
    (national,) = (
        row
        for row in tables.average_rows()
        if (row.year, row.scope.value, row.kind.value) == (2024, "NATIONAL", "OFFICIAL")
    )
    for domain in SPBE_2020.domains:
        total = sum(
            (
                MEANS[aspect.number] * aspect.weight
                for aspect in SPBE_2020.aspects_of(domain.number)
            ),
            Fraction(),
        )
        printed = Fraction(dict(national.domains)[domain.number])
        # Each printed mean is rounded on its own.
        assert abs(total / domain.weight - printed) <= Fraction(1, 100)
