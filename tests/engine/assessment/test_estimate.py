"""Estimated levels print the published figures, are the nearest ones, and have exact ranges."""

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
from engine.assessment.estimate import EstimatedProfile, NoProfile, estimated_profile
from engine.assessment.instrument import Aspect, Domain, Indicator, Instrument
from engine.model import AssessmentKind, PublishedFigures
from facts import tables
from facts.aspect_mean import national_aspects
from facts.instrument import instrument_by_id

SPBE_2020 = instrument_by_id("spbe-2020")
MEANS = {aspect: Fraction(value) for aspect, value in national_aspects("spbe-2020", 2024).items()}
OFFICIAL = [
    each
    for each in tables.result_rows()
    if (each.year, each.kind) == (2024, AssessmentKind.OFFICIAL)
]
# Six indicators in three aspects and two domains, four levels: brute force can try all 4,096 sets.
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


def figures_of(chosen: Instrument, levels: Mapping[int, int]) -> PublishedFigures:
    found = score.from_levels(chosen, levels)
    domains = tuple((part.number, part.display) for part in found.domains)
    return PublishedFigures(found.display, found.predicate, domains)


def distance(
    chosen: Instrument, levels: Mapping[int, int], means: Mapping[int, Fraction]
) -> Fraction:
    return sum(
        (
            each.weight * (levels[each.number] - means[each.aspect]) ** 2
            for each in chosen.indicators
        ),
        Fraction(),
    )


EVERY_TOY = [
    dict(zip(WEIGHTS, levels, strict=True)) for levels in product(range(1, 5), repeat=len(WEIGHTS))
]
TOY_FIGURES = [figures_of(TOY, levels) for levels in EVERY_TOY]
hundredths = st.integers(100, 400).map(lambda value: Fraction(value, 100))


@given(st.sampled_from(TOY_FIGURES), st.fixed_dictionaries(dict.fromkeys((1, 2, 3), hundredths)))
def test_the_estimate_its_ranges_and_its_count_are_those_of_all_sets(
    figures: PublishedFigures, means: dict[int, Fraction]
) -> None:
    same = [levels for levels, each in zip(EVERY_TOY, TOY_FIGURES, strict=True) if each == figures]
    found = estimated_profile(TOY, figures, means)
    assert isinstance(found, EstimatedProfile)
    assert found.levels in same
    assert found.solutions == len(same)
    assert found.distance == min(distance(TOY, levels, means) for levels in same)
    assert found.distance == distance(TOY, found.levels, means)
    for each in found.indicators:
        seen = {levels[each.indicator] for levels in same}
        assert (each.lowest, each.highest) == (min(seen), max(seen))
    for part in found.aspects:
        values = {
            next(
                each.exact
                for each in score.from_levels(TOY, levels).aspects
                if each.number == part.aspect
            )
            for levels in same
        }
        assert (part.lowest, part.highest) == (min(values), max(values))


@pytest.mark.parametrize("result", OFFICIAL, ids=lambda each: str(each.region))
def test_the_estimate_of_a_real_region_prints_its_figures(result: tables.ResultRow) -> None:
    found = estimated_profile(SPBE_2020, result.figures, MEANS)
    assert isinstance(found, EstimatedProfile)
    assert found.basis == "ESTIMATED"
    assert found.index_met
    again = score.from_levels(SPBE_2020, found.levels)
    assert again.display == result.figures.value
    assert tuple((part.number, part.display) for part in again.domains) == result.figures.domains
    assert all(each.lowest <= each.level <= each.highest for each in found.indicators)
    assert found.solutions > 1


@pytest.mark.parametrize("region", ["32.10", "32.11", "32.13"])
def test_an_integer_programme_finds_no_nearer_levels(region: str) -> None:
    figures = next(each.figures for each in OFFICIAL if each.region == region)
    found = estimated_profile(SPBE_2020, figures, MEANS)
    assert isinstance(found, EstimatedProfile)
    assert float(found.distance) == pytest.approx(nearest_by_programme(figures), abs=1e-6)


def nearest_by_programme(figures: PublishedFigures) -> float:
    """Return the least distance by HiGHS: one variable per indicator and level above the first."""
    steps = [(each, level) for each in SPBE_2020.indicators for level in range(2, 6)]
    first = distance(SPBE_2020, {each.number: 1 for each in SPBE_2020.indicators}, MEANS)
    cost = [
        float(
            each.weight
            * ((level - MEANS[each.aspect]) ** 2 - (level - 1 - MEANS[each.aspect]) ** 2)
        )
        for each, level in steps
    ]
    domain_of = {each.number: each.domain for each in SPBE_2020.aspects}
    rows, lower, upper = [], [], []
    weights = {0: Fraction(100)} | {each.number: each.weight for each in SPBE_2020.domains}
    for number, printed in ((0, figures.value), *figures.domains):
        rows.append(
            [float(each.weight) * (number in (0, domain_of[each.aspect])) for each, _ in steps]
        )
        weight = float(weights[number])
        lower.append((float(printed) - 0.005 - 1) * weight - 1e-9)
        upper.append((float(printed) + 0.005 - 1) * weight - 1e-4)  # half up: the bound is the next
    answer = milp(
        cost,
        integrality=np.ones(len(steps)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.array(rows), lower, upper),
        options={"mip_rel_gap": 0},
    )
    assert answer.success
    return float(first) + float(answer.fun)


def test_known_levels_lie_in_the_ranges_of_their_own_printed_figures() -> None:
    for year in (2021, 2024):
        levels = {
            line.number: int(line.value)
            for line in tables.sheet_lines()
            if (line.region, line.year, line.scope.value) == ("18.71", year, "INDICATOR")
        }
        found = estimated_profile(SPBE_2020, figures_of(SPBE_2020, levels), MEANS)
        assert isinstance(found, EstimatedProfile)
        assert [
            each
            for each in found.indicators
            if not each.lowest <= levels[each.indicator] <= each.highest
        ] == []


def test_extreme_figures_have_one_solution() -> None:
    fives = {each.number: 5 for each in SPBE_2020.indicators}
    found = estimated_profile(SPBE_2020, figures_of(SPBE_2020, fives), MEANS)
    assert isinstance(found, EstimatedProfile)
    assert (found.solutions, found.levels) == (1, fives)
    assert {(each.lowest, each.highest) for each in found.indicators} == {(5, 5)}


def test_a_misprinted_domain_has_no_profile() -> None:
    misprint = next(
        each.figures
        for each in tables.result_rows(national=True)
        if (each.region, each.year) == ("16.07", 2023)
    )
    found = estimated_profile(SPBE_2020, misprint, MEANS)
    assert isinstance(found, NoProfile)
    assert (found.missing, found.impossible) == ((), (4,))


def test_a_domain_that_is_not_printed_is_named() -> None:
    figures = PublishedFigures("3.00", "Baik", ((1, "3.00"), (3, "3.00"), (4, "3.00")))
    found = estimated_profile(SPBE_2020, figures, MEANS)
    assert isinstance(found, NoProfile)
    assert (found.missing, found.impossible) == ((2,), ())


def test_an_index_that_its_domains_do_not_give_is_left_out_and_said() -> None:
    figures = PublishedFigures("4.00", "Sangat Baik", tuple((n, "3.00") for n in (1, 2, 3, 4)))
    found = estimated_profile(SPBE_2020, figures, MEANS)
    assert isinstance(found, EstimatedProfile)
    assert not found.index_met


def test_an_aspect_without_a_mean_follows_its_domain() -> None:
    figures = PublishedFigures("3.00", "Baik", tuple((n, "3.00") for n in (1, 2, 3, 4)))
    found = estimated_profile(SPBE_2020, figures, {})
    assert isinstance(found, EstimatedProfile)
    assert (set(found.levels.values()), found.distance, found.pulled_by) == ({3}, 0, {})


def test_no_kind_of_assessment_is_an_estimate() -> None:
    assert "ESTIMATED" not in AssessmentKind.__members__


@pytest.mark.parametrize(("year", "known"), [(2021, 8), (2022, 7), (2023, 8), (2024, 8), (2020, 0)])
def test_the_national_means_by_aspect_are_those_of_the_reports(year: int, known: int) -> None:
    assert len(national_aspects("spbe-2020", year)) == known


def test_the_means_by_aspect_of_2024_give_the_means_by_domain() -> None:
    (national,) = (
        each
        for each in tables.average_rows()
        if (each.year, each.scope.value, each.kind.value) == (2024, "NATIONAL", "OFFICIAL")
    )
    for domain in SPBE_2020.domains:
        total = sum(
            (MEANS[each.number] * each.weight for each in SPBE_2020.aspects_of(domain.number)),
            Fraction(),
        )
        printed = Fraction(dict(national.domains)[domain.number])
        assert abs(total / domain.weight - printed) <= Fraction(1, 100)  # each rounded by itself
