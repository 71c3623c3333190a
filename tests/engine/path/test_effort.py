"""The effort of a step: the default scale and a region's own figures."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.path.effort import (
    EffortInvalid,
    LevelStep,
    apply_effort_edits,
    default_effort,
    parse_effort_sheet,
    uniform_effort,
)
from engine.path.precedence import broken_precedence_rules
from engine.spreadsheet.sheet import SheetInvalid
from facts.instrument import instrument_by_id
from facts.path_rule import effort_scale, precedence_rules

SPBE_2020 = instrument_by_id("spbe-2020")
DEFAULT = default_effort(SPBE_2020, effort_scale())


@pytest.mark.parametrize(
    ("step", "effort"),
    [
        (LevelStep(1, 2), 1),
        (LevelStep(1, 3), 2),
        (LevelStep(4, 3), 3),  # level 3 covers all OPDs
        (LevelStep(32, 3), 2),
        (LevelStep(32, 4), 4),  # level 4 requires a link to another service
        (LevelStep(32, 5), 4),
        (LevelStep(18, 3), 3),
    ],
)
def test_the_scale_costs_more_for_high_levels_all_opds_and_links(
    step: LevelStep, effort: int
) -> None:
    assert DEFAULT.values[step] == effort


def test_a_uniform_effort_counts_levels() -> None:
    uniform = uniform_effort(SPBE_2020)
    assert uniform.values == dict.fromkeys(DEFAULT.values, 1)


def test_a_region_edits_single_steps_and_the_others_do_not_change() -> None:
    step = LevelStep(42, 4)
    effort = apply_effort_edits(DEFAULT, {step: Fraction("0.25")})
    assert effort.values[step] == Fraction(1, 4)
    assert effort.edited == {step}
    assert effort.values[LevelStep(43, 4)] == 4


@pytest.mark.parametrize(
    ("step", "value", "message"),
    [
        (
            LevelStep(48, 2),
            "1",
            "indicator 48, level 2: expected a step of the instrument, got one",
        ),
        (LevelStep(1, 1), "1", "indicator 1, level 1: expected a step of the instrument, got one"),
        (LevelStep(1, 2), "0", "indicator 1, level 2: expected a number above 0, up to 1000, with"),
        (
            LevelStep(1, 2),
            "1001",
            "indicator 1, level 2: expected a number above 0, up to 1000, wit",
        ),
        (
            LevelStep(1, 2),
            "0.125",
            "indicator 1, level 2: expected a number above 0, up to 1000, wi",
        ),
    ],
)
def test_an_effort_that_cannot_be_used_is_refused(
    step: LevelStep, value: str, message: str
) -> None:
    with pytest.raises(EffortInvalid) as raised:
        apply_effort_edits(DEFAULT, {step: Fraction(value)})
    assert str(raised.value).startswith(message)


def test_broken_rules_are_those_whose_basis_is_missing() -> None:
    rules = precedence_rules("spbe-2020")
    levels = {indicator.number: 3 for indicator in SPBE_2020.indicators}
    assert broken_precedence_rules(rules, levels) == ()
    assert [
        (rule.step, rule.prerequisite)
        for rule in broken_precedence_rules(rules, levels | {12: 4, 11: 2})
    ] == [(LevelStep(12, 4), LevelStep(11, 3))]
    assert broken_precedence_rules(rules, {12: 4}) == ()  # indicator 11 is not known


def test_a_sheet_replaces_some_efforts_by_a_regions_own_figures() -> None:
    own = parse_effort_sheet(
        iter([(1, ["number", "level", "effort"]), (2, ["1", "4", "2,5"]), (3, ["I47", "5", "9"])]),
        DEFAULT,
        SPBE_2020,
    )
    assert own.edited == {LevelStep(1, 4), LevelStep(47, 5)}
    assert own.values[LevelStep(1, 4)] == Fraction(5, 2)
    assert own.values[LevelStep(2, 4)] == DEFAULT.values[LevelStep(2, 4)]


def test_every_invalid_row_of_a_sheet_is_named() -> None:
    rows = ["0,4,1", "1,1,1", "1,6,1", "2,4,nol", "2,5,0", "2,3,0.001", "3,4,1", "3,4,2"]
    cells = [row.split(",") for row in ("number,level,effort", *rows)]
    with pytest.raises(SheetInvalid) as raised:
        parse_effort_sheet(iter(enumerate(cells, start=1)), DEFAULT, SPBE_2020)
    level = "expected a level to reach, from 2 to 5, got"
    effort = "expected a number above 0, up to 1000, with at most two decimals, got"
    assert [str(problem) for problem in raised.value.problems] == [
        "row 2, column number: expected an indicator of spbe-2020 (1 to 47), got '0'",
        f"row 3, column level: {level} '1'",
        f"row 4, column level: {level} '6'",
        f"row 5, column effort: {effort} 'nol'",
        f"row 6, column effort: {effort} '0'",
        f"row 7, column effort: {effort} '0.001'",
        "row 9, column level: expected each step once, got 3 to level 4 again",
    ]
