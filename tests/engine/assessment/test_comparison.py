"""Comparison of regions with means and the best score; unknown values stay unknown."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.assessment import score
from engine.assessment.comparison import (
    INDEX,
    ComparedPartKind,
    ComparisonBest,
    ComparisonInvalid,
    ComparisonMean,
    EditionValues,
    MeanBasis,
    compare_regions,
    list_index_moves,
    part_values,
)
from engine.model import AssessmentKind
from facts import tables
from facts.aspect_mean import national_aspects
from facts.instrument import instrument_by_id

SPBE_2020 = instrument_by_id("spbe-2020")
WEST_JAVA = [region.code for region in tables.region_catalogue() if region.parent == "32"]
NATION = [region.code for region in tables.region_catalogue(national=True)]


def edition(year: int) -> EditionValues:
    return EditionValues(
        "spbe-2020",
        year,
        AssessmentKind.OFFICIAL,
        {
            row.region: part_values(score.score_published_figures(SPBE_2020, row.figures))
            for row in tables.result_rows(national=True)
            if (row.year, row.kind) == (year, AssessmentKind.OFFICIAL)
        },
    )


def small(**index: str) -> EditionValues:
    values = {region: {INDEX: Fraction(value)} for region, value in index.items()}
    return EditionValues("spbe-2020", 2024, AssessmentKind.OFFICIAL, values)


def test_real_regions_are_compared_with_the_province_and_the_nation() -> None:
    comparison = compare_regions(SPBE_2020, edition(2024), ["32.11", "32.73"], WEST_JAVA, NATION)
    assert [line.part for line in comparison.lines] == [
        INDEX,
        *((ComparedPartKind.DOMAIN, number) for number in (1, 2, 3, 4)),
    ]
    index = comparison.lines[0]
    assert [cell.value for cell in index.cells] == [Fraction("4.51"), Fraction("4.59")]
    assert index.leaders == ("32.73",)
    assert index.province.mean == ComparisonMean(Fraction("105.21") / 27, 27, MeanBasis.COMPUTED)
    assert index.province.best == ComparisonBest(Fraction("4.59"), ("32.73",))
    assert index.cells[0].difference_from_province_best == Fraction("-0.08")
    assert index.cells[1].difference_from_province_best == 0
    assert index.national.mean is not None
    assert index.national.mean.sample_size == 615


def test_a_published_mean_is_used_where_values_are_missing() -> None:
    levels = {
        line.number: int(line.value)
        for line in tables.sheet_lines()
        if (line.region, line.year, line.scope.value) == ("18.71", 2024, "INDICATOR")
    }
    official = edition(2024)
    sheet = part_values(score.score_levels(SPBE_2020, levels), levels)
    values = {**official.values, "18.71": sheet}
    published = {
        (ComparedPartKind.ASPECT, number): Fraction(value)
        for number, value in national_aspects("spbe-2020", 2024).items()
    }
    comparison = compare_regions(
        SPBE_2020,
        EditionValues("spbe-2020", 2024, AssessmentKind.OFFICIAL, values),
        ["32.11", "18.71"],
        WEST_JAVA,
        NATION,
        published,
    )
    lines = {line.part: line for line in comparison.lines}
    assert len(lines) == 1 + 4 + 8 + 47
    aspect = lines[ComparedPartKind.ASPECT, 6]
    assert aspect.national.mean == ComparisonMean(Fraction("1.73"), None, MeanBasis.PUBLISHED)
    assert aspect.province.mean is None
    assert [cell.value for cell in aspect.cells] == [None, Fraction(8, 3)]
    assert aspect.cells[0].difference_from_national_mean is None
    assert aspect.cells[1].difference_from_national_mean == Fraction(8, 3) - Fraction("1.73")
    indicator = lines[ComparedPartKind.INDICATOR, 42]
    assert indicator.national.mean == ComparisonMean(Fraction(levels[42]), 1, MeanBasis.COMPUTED)


def test_equal_values_lead_together_and_a_region_without_any_is_named() -> None:
    comparison = compare_regions(
        SPBE_2020, small(a="3", b="3", c="2"), ["c", "b", "a", "d"], "abc", "abc"
    )
    (line,) = comparison.lines
    assert line.leaders == ("a", "b")
    assert [cell.region for cell in line.cells] == ["c", "b", "a", "d"]
    assert line.cells[0].difference_from_national_mean == Fraction(-2, 3)
    assert comparison.unknown == ("d",)


@pytest.mark.parametrize(
    ("regions", "received"),
    [(["a"], "a"), (["a", "a"], "a, a"), (list("abcdefghijk"), ", ".join("abcdefghijk"))],
)
def test_two_to_ten_different_regions_are_compared(regions: list[str], received: str) -> None:
    with pytest.raises(ComparisonInvalid) as raised:
        compare_regions(SPBE_2020, small(a="3"), regions, "a", "a")
    assert str(raised.value) == f"comparison: expected 2 to 10 different regions, got {received}"


def test_an_edition_of_another_instrument_is_refused() -> None:
    with pytest.raises(ComparisonInvalid, match="expected spbe-2018, got spbe-2020"):
        compare_regions(instrument_by_id("spbe-2018"), small(a="3", b="2"), ["a", "b"], "ab", "ab")


def test_an_incomplete_assessment_has_no_values_to_compare() -> None:
    with pytest.raises(ComparisonInvalid, match="expected 47 claimed levels, got 1"):
        part_values(score.score_levels(SPBE_2020, {1: 5}), {1: 5})


def test_moves_run_from_the_largest_rise_to_the_largest_fall() -> None:
    moves = [
        move for move in list_index_moves(edition(2023), edition(2024)) if move.region in WEST_JAVA
    ]
    assert len(moves) == 27
    first, last = moves[0], moves[-1]
    assert (first.region, first.before, first.after) == (
        "32.14",
        Fraction("2.99"),
        Fraction("3.94"),
    )
    assert (last.region, last.change) == ("32.15", Fraction("0.02"))
    assert first.change == first.after - first.before
    assert set(first.domains) == {1, 2, 3, 4}


def test_moves_of_two_kinds_or_instruments_are_refused() -> None:
    self_assessed = EditionValues("spbe-2020", 2024, AssessmentKind.SELF, {})
    with pytest.raises(ComparisonInvalid, match="expected spbe-2020 OFFICIAL, got spbe-2020 SELF"):
        list_index_moves(small(a="3"), self_assessed)
