"""The computed index equals every published figure that ships with Simpul."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import pytest

from engine.assessment import score
from engine.decimals import format_rounded
from engine.model import AssessmentKind
from facts import tables
from facts.instrument import instrument_by_id
from facts.tables import SheetScope

SPBE_2020 = instrument_by_id("spbe-2020")
SPBE_2018 = instrument_by_id("spbe-2018")


def sheet_values(region: str, year: int, kind: AssessmentKind, scope: SheetScope) -> dict[int, str]:
    return {
        line.number: line.value
        for line in tables.sheet_lines()
        if (line.region, line.year, line.kind, line.scope) == (region, year, kind, scope)
    }


def levels_of(region: str, year: int, kind: AssessmentKind) -> dict[int, int]:
    lines = sheet_values(region, year, kind, SheetScope.INDICATOR)
    return {number: int(level) for number, level in lines.items()}


def levels_by_aspect(aspects: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """Return levels by indicator, from a level for each aspect.

    The second number is how many first indicators of the aspect are one level above it.
    Eight aspects are those of SPBE 2020; other numbers are those of SPBE 2018.
    """
    instrument = SPBE_2020 if len(aspects) == 8 else SPBE_2018
    return {
        indicator.number: level + (position < above)
        for aspect, (level, above) in aspects.items()
        for position, indicator in enumerate(instrument.indicators_of(aspect))
    }


@pytest.mark.parametrize(
    ("region", "year", "id", "exact"),
    [
        ("18.71", 2021, "spbe-2020", "1.20"),
        ("18.71", 2024, "spbe-2020", "2.9795"),
        ("51.71", 2018, "spbe-2018", "2.64"),
        ("51.71", 2019, "spbe-2018", "3.333333333333"),
    ],
)
def test_an_official_sheet_gives_its_printed_index_and_domains(
    region: str, year: int, id: str, exact: str
) -> None:
    computed = score.score_levels(
        instrument_by_id(id), levels_of(region, year, AssessmentKind.OFFICIAL)
    )
    assert computed.is_complete
    assert computed.value == exact
    printed = {
        scope: sheet_values(region, year, AssessmentKind.OFFICIAL, scope)
        for scope in (SheetScope.INDEX, SheetScope.DOMAIN)
    }
    assert {0: computed.display} == printed[SheetScope.INDEX]
    assert {part.number: part.display for part in computed.domains} == printed[SheetScope.DOMAIN]


@pytest.mark.parametrize(
    ("region", "year", "id", "expected"),
    [
        ("18.71", 2021, "spbe-2020", {}),
        ("18.71", 2024, "spbe-2020", {}),
        ("51.71", 2018, "spbe-2018", {}),
        # Denpasar's database stores 3 for all five indicators of these two aspects.
        ("51.71", 2019, "spbe-2018", {3: ("3.00", "3.50"), 5: ("3.00", "2.67")}),
    ],
)
def test_an_official_sheet_gives_its_printed_aspects(
    region: str, year: int, id: str, expected: dict[int, tuple[str, str]]
) -> None:
    computed = score.score_levels(
        instrument_by_id(id), levels_of(region, year, AssessmentKind.OFFICIAL)
    )
    printed = sheet_values(region, year, AssessmentKind.OFFICIAL, SheetScope.ASPECT)
    assert len(printed) == len(computed.aspects)
    differing = {
        part.number: (part.display, printed[part.number])
        for part in computed.aspects
        if part.display != printed[part.number]
    }
    assert differing == expected


@pytest.mark.parametrize(("year", "exact"), [(2018, "3.67"), (2019, "3.233333333333")])
def test_a_self_assessment_sheet_of_2018_fills_all_37_lines(year: int, exact: str) -> None:
    computed = score.score_levels(SPBE_2018, levels_of("51.71", year, AssessmentKind.SELF))
    assert computed.is_complete
    assert computed.value == exact


def test_the_example_of_the_regulation_for_an_aspect() -> None:
    computed = score.score_levels(SPBE_2020, {11: 3, 12: 4, 13: 3, 14: 2})
    assert computed.aspects[1].value == "3.00"


def test_the_example_of_the_regulation_for_the_index() -> None:
    domains = {1: "3.70", 2: "3.40", 3: "3.00", 4: "3.20"}
    index = score.index_from_domains(
        SPBE_2020, {number: Fraction(value) for number, value in domains.items()}
    )
    assert index == Fraction("3.282")
    assert format_rounded(index) == "3.28"


def test_the_coordinating_ministry_for_economy_2021_is_rounded_once() -> None:
    aspects = {
        1: (3, 0),
        2: (3, 1),
        3: (3, 0),
        4: (2, 1),
        5: (1, 0),
        6: (1, 0),
        7: (3, 9),
        8: (3, 1),
    }
    computed = score.score_levels(SPBE_2020, levels_by_aspect(aspects))
    assert (computed.value, computed.display, computed.predicate) == ("2.9475", "2.95", "Baik")
    assert [part.display for part in computed.domains] == ["3.00", "3.00", "1.00", "3.61"]
    assert computed.aspects[7].exact == Fraction(19, 6)


def test_the_coordinating_ministry_for_economy_2019_is_not_the_sum_of_rounded_domains() -> None:
    aspects = {1: (3, 0), 2: (2, 6), 3: (2, 1), 4: (3, 0), 5: (3, 0), 6: (3, 6), 7: (3, 1)}
    computed = score.score_levels(SPBE_2018, levels_by_aspect(aspects))
    assert (computed.value, computed.display) == ("3.253333333333", "3.25")
    assert [part.display for part in computed.domains] == ["2.76", "2.86", "3.61"]
    rounded_first = {part.number: Fraction(part.display) for part in computed.domains}
    assert format_rounded(score.index_from_domains(SPBE_2018, rounded_first)) == "3.26"


def complete_results() -> list[tables.ResultRow]:
    return [row for row in tables.result_rows(national=True) if len(row.figures.domains) == 4]


def test_the_domains_of_every_official_result_give_its_index_as_far_as_rounding_allows() -> None:
    """Domains 1 and 2 are means of ten equal weights: one decimal, so nothing is rounded there.

    The remaining error is half a hundredth each of domain 3, domain 4 and the index:
    0.005 * (0.165 + 0.455 + 1) = 0.0081.
    """
    tolerance = Fraction("0.0081")
    results = complete_results()
    assert len(results) == 1238
    beyond = []
    for row in results:
        domains = {number: Fraction(value) for number, value in row.figures.domains}
        assert (domains[1] * 10).denominator == (domains[2] * 10).denominator == 1
        index = score.index_from_domains(SPBE_2020, domains)
        if abs(index - Fraction(row.figures.value)) > tolerance:
            beyond.append((row.region, row.year))
    assert beyond == []


def test_one_official_result_cannot_come_from_levels_and_is_a_misprint() -> None:
    """For every other result, whole levels exist that give its printed domains and index.

    Banyuasin 2023 prints 0.30 for services, below the lowest level. Its index includes this value.
    """
    management: dict[str, set[Fraction]] = {}
    for total in range(11, 56):  # eleven equal weights
        management.setdefault(format_rounded(Fraction(total, 11)), set()).add(Fraction(total, 11))
    services: dict[str, set[Fraction]] = {}
    for administration, public in product(range(10, 51), range(6, 31)):
        value = (Fraction("2.75") * administration + 3 * public) / Fraction("45.5")
        services.setdefault(format_rounded(value), set()).add(value)

    impossible = []
    for row in complete_results():
        printed = dict(row.figures.domains)
        candidates = product(management.get(printed[3], ()), services.get(printed[4], ()))
        exact = (
            {1: Fraction(printed[1]), 2: Fraction(printed[2]), 3: third, 4: fourth}
            for third, fourth in candidates
        )
        indices = {
            format_rounded(score.index_from_domains(SPBE_2020, domains)) for domains in exact
        }
        if row.figures.value not in indices:
            impossible.append((row.region, row.year, row.figures.value, printed[4]))
    assert impossible == [("16.07", 2023, "1.05", "0.30")]


def test_averages_follow_the_formula_but_for_two_misprints() -> None:
    """Each domain mean and the index are rounded on their own, by at most half a hundredth."""
    tolerance = Fraction("0.01")
    checked, beyond = 0, []
    for row in tables.average_rows():
        instrument = instrument_by_id(row.instrument)
        if len(row.domains) != len(instrument.domains):
            continue
        checked += 1
        domains = {number: Fraction(value) for number, value in row.domains}
        index = score.index_from_domains(instrument, domains)
        if abs(index - Fraction(row.value)) > tolerance:
            beyond.append((row.year, row.scope.value, row.value, format_rounded(index)))
    assert checked == 18
    assert beyond == [(2023, "NATIONAL", "2.79", "2.81"), (2024, "PROVINCES", "3.42", "3.41")]


def test_printed_predicates_follow_the_exact_value_in_three_results() -> None:
    lower = [
        (row.region, row.year, row.figures.value, row.figures.predicate)
        for row in tables.result_rows(national=True)
        if instrument_by_id(row.instrument).predicate(Fraction(row.figures.value)).label
        != row.figures.predicate
    ]
    assert lower == [
        ("12.25", 2024, "1.80", "Kurang"),
        ("35.01", 2024, "3.50", "Baik"),
        ("73.17", 2024, "2.60", "Cukup"),
    ]
