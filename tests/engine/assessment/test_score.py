"""The index that levels give, its predicate, and the gain of a next step."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assessment import score
from engine.assessment.instrument import Instrument
from engine.model import (
    Assessment,
    AssessmentKind,
    AssessmentState,
    LevelClaim,
    Provenance,
    PublishedFigures,
)
from facts.instrument import instrument_by_id, instrument_catalogue

SPBE_2020 = instrument_by_id("spbe-2020")
SPBE_2018 = instrument_by_id("spbe-2018")
INSTRUMENTS = list(instrument_catalogue().values())


@pytest.mark.parametrize("id", list(instrument_catalogue()))
@pytest.mark.parametrize(("level", "index"), [(1, "1.00"), (3, "3.00"), (5, "5.00")])
def test_equal_levels_give_that_index_and_all_its_parts(id: str, level: int, index: str) -> None:
    computed = score.score_levels(
        instrument_by_id(id),
        {indicator.number: level for indicator in instrument_by_id(id).indicators},
    )
    assert computed.value == computed.display == index
    assert {part.value for part in (*computed.domains, *computed.aspects)} == {index}
    assert computed.is_complete


@pytest.mark.parametrize(
    ("level", "predicate"), [(1, "Kurang"), (2, "Cukup"), (3, "Baik"), (4, "Sangat Baik")]
)
def test_equal_levels_give_the_predicate_of_the_regulation(level: int, predicate: str) -> None:
    levels = {indicator.number: level for indicator in SPBE_2020.indicators}
    assert score.score_levels(SPBE_2020, levels).predicate == predicate


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("5", "Memuaskan"),
        ("4.2", "Memuaskan"),
        ("4.1999", "Sangat Baik"),
        ("3.5", "Sangat Baik"),
        ("3.4951", "Baik"),
        ("2.6", "Baik"),
        ("1.8", "Cukup"),
        ("1.7999", "Kurang"),
    ],
)
def test_the_predicate_is_that_of_the_exact_value(value: str, label: str) -> None:
    assert SPBE_2020.predicate(Fraction(value)).label == label


def test_an_unclaimed_indicator_counts_at_the_lowest_level_and_the_score_is_incomplete() -> None:
    computed = score.score_levels(SPBE_2020, {32: 5, 47: 2})
    assert computed.value == "1.14"  # 1 + 4 * 0.0275 + 1 * 0.03
    assert (computed.claimed, computed.of, computed.is_complete) == (2, 47, False)
    assert score.score_levels(SPBE_2018, {}).value == "0.00"


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({48: 3}, "indicator 48: expected an indicator of spbe-2020, got 48"),
        ({1: 0}, "indicator 1: expected a level from 1 to 5, got 0"),
        ({1: 6}, "indicator 1: expected a level from 1 to 5, got 6"),
    ],
)
def test_a_level_that_the_instrument_does_not_know_is_refused(
    levels: dict[int, int], message: str
) -> None:
    with pytest.raises(score.LevelInvalid) as raised:
        score.score_levels(SPBE_2020, levels)
    assert str(raised.value) == message
    with pytest.raises(score.LevelInvalid):
        score.list_next_steps(SPBE_2020, levels)


def test_published_figures_are_returned_as_printed() -> None:
    figures = PublishedFigures("3.50", "Baik", ((1, "4.70"), (3, "2.09")))
    computed = score.score_published_figures(SPBE_2020, figures)
    assert (computed.value, computed.display, computed.predicate) == ("3.50", "3.50", "Baik")
    assert [(part.number, part.name, part.display) for part in computed.domains] == [
        (1, "Kebijakan Internal SPBE", "4.70"),
        (3, "Manajemen SPBE", "2.09"),
    ]
    assert (computed.basis, computed.aspects, computed.is_complete) == (
        score.ScoreBasis.PUBLISHED,
        (),
        True,
    )


def test_an_assessment_is_scored_by_its_published_figures_or_by_its_levels() -> None:
    def assessment(
        levels: tuple[LevelClaim, ...], published: PublishedFigures | None
    ) -> Assessment:
        return Assessment(
            id="a",
            region="32.11",
            instrument="spbe-2020",
            year=2024,
            kind=AssessmentKind.OFFICIAL,
            state=AssessmentState.PUBLISHED,
            version=1,
            provenance=Provenance("test"),
            levels=levels,
            published=published,
        )

    printed = assessment((), PublishedFigures("4.51", "Memuaskan"))
    assert score.score_assessment(SPBE_2020, printed).value == "4.51"
    claimed = assessment((LevelClaim(42, 2),), None)
    assert score.score_assessment(SPBE_2020, claimed).value == "1.03"


def test_the_next_predicate_is_named_with_the_gap_to_it() -> None:
    assert score.next_predicate(SPBE_2020, Fraction("4.15")) == score.PredicateGap(
        "Memuaskan", Fraction("4.20"), Fraction("0.05")
    )
    assert score.next_predicate(SPBE_2020, Fraction("1.7985")) == score.PredicateGap(
        "Cukup", Fraction("1.80"), Fraction("0.0015")
    )
    assert score.next_predicate(SPBE_2020, Fraction("4.2")) is None


def test_a_printed_predicate_below_its_printed_value_is_followed_by_the_one_just_missed() -> None:
    gap = score.next_predicate(SPBE_2020, Fraction("3.50"), "Baik")  # Pacitan, 2024
    assert gap == score.PredicateGap("Sangat Baik", Fraction("3.50"), Fraction())


def test_the_best_next_steps_come_first_and_the_lowest_level_first_among_equals() -> None:
    levels = {indicator.number: 3 for indicator in SPBE_2020.indicators} | {42: 5, 43: 4}
    first, second, *_ = score.list_next_steps(SPBE_2020, levels)
    assert first == score.NextStep(44, 3, 4, Fraction("0.03"), Fraction("3.12"), "Baik")
    assert second.indicator == 45
    best = [step.indicator for step in score.list_next_steps(SPBE_2020, levels, 6)]
    assert best == [44, 45, 46, 47, 43, 32]
    assert len(score.list_next_steps(SPBE_2020, levels)) == 46  # 42 is at the top


def test_a_step_over_a_threshold_brings_the_next_predicate() -> None:
    levels = {indicator.number: 1 for indicator in SPBE_2020.indicators}
    levels |= dict.fromkeys(range(15, 47), 3) | {1: 3, 11: 2, 12: 2, 13: 2}
    before = score.score_levels(SPBE_2020, levels)
    assert (before.value, before.predicate) == ("2.581", "Cukup")
    (step,) = score.list_next_steps(SPBE_2020, levels, 1)
    assert (step.indicator, step.index, step.predicate) == (47, Fraction("2.611"), "Baik")


def test_the_gains_are_those_of_the_weights() -> None:
    steps = score.list_next_steps(SPBE_2020, {})
    gains = {step.indicator: step.gain for step in steps}
    assert gains == (
        dict.fromkeys(range(1, 11), Fraction("0.013"))
        | dict.fromkeys(range(11, 21), Fraction("0.025"))
        | dict.fromkeys(range(21, 32), Fraction("0.015"))
        | dict.fromkeys(range(32, 42), Fraction("0.0275"))
        | dict.fromkeys(range(42, 48), Fraction("0.03"))
    )


Drawn = tuple[Instrument, dict[int, int]]
sets_of_levels = st.sampled_from(INSTRUMENTS).flatmap(
    lambda instrument: st.tuples(
        st.just(instrument),
        st.dictionaries(
            st.sampled_from([indicator.number for indicator in instrument.indicators]),
            st.integers(instrument.level_min, instrument.level_max),
        ),
    )
)


@given(sets_of_levels)
def test_the_index_and_its_parts_stay_inside_the_levels(drawn: Drawn) -> None:
    instrument, levels = drawn
    computed = score.score_levels(instrument, levels)
    values = [computed.exact, *(part.exact for part in (*computed.domains, *computed.aspects))]
    assert all(instrument.level_min <= value <= instrument.level_max for value in values)


@given(sets_of_levels, st.data())
def test_raising_one_level_adds_its_weight_and_lowers_no_part(
    drawn: Drawn, data: st.DataObject
) -> None:
    instrument, levels = drawn
    before = score.score_levels(instrument, levels)
    steps = score.list_next_steps(instrument, levels)
    if not steps:
        return
    step = data.draw(st.sampled_from(steps))
    after = score.score_levels(instrument, levels | {step.indicator: step.to_level})
    weight = next(
        indicator.weight
        for indicator in instrument.indicators
        if indicator.number == step.indicator
    )
    assert after.exact - before.exact == weight / 100
    assert (after.exact, after.predicate) == (step.index, step.predicate)
    old, new = (*before.domains, *before.aspects), (*after.domains, *after.aspects)
    assert all(b.exact <= a.exact for b, a in zip(old, new, strict=True))


@given(sets_of_levels)
def test_the_index_of_exact_domains_is_the_index_of_the_levels(drawn: Drawn) -> None:
    instrument, levels = drawn
    computed = score.score_levels(instrument, levels)
    domains = {part.number: part.exact for part in computed.domains}
    assert score.index_from_domains(instrument, domains) == computed.exact
