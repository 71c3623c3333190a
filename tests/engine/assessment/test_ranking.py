"""Rankings: ranks, ties, and movement between editions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.assessment.ranking import Rank, rank_regions


def values(**printed: str) -> dict[str, Fraction]:
    return {region: Fraction(value) for region, value in printed.items()}


def test_ties_share_a_position_and_the_next_one_skips() -> None:
    ranks = rank_regions(values(d="2.00", c="4.00", a="4.00", b="4.10"))
    assert [(rank.region, rank.position) for rank in ranks] == [
        ("b", 1),
        ("a", 2),
        ("c", 2),
        ("d", 4),
    ]


def test_movement_and_change_are_since_the_earlier_year() -> None:
    others = {f"other-{number}": Fraction(1) for number in range(18)}
    ranks = rank_regions(
        values(a="4.00", b="3.90") | others | values(new="2.00"),
        values(a="3.25", b="4.00") | others,
    )
    assert ranks[:3] == (
        Rank("a", Fraction(4), 1, previous_position=2, movement=1, change=Fraction("0.75")),
        Rank("b", Fraction("3.9"), 2, previous_position=1, movement=-1, change=Fraction("-0.1")),
        Rank("new", Fraction(2), 3, previous_position=None, movement=None, change=None),
    )


@pytest.mark.parametrize(
    ("both", "now", "then", "moves"),
    [
        (27, 0, 0, True),
        (9, 18, 0, False),  # as in West Java in 2023: results of nine regions in 2022
        (10, 469, 0, False),
        (9, 0, 1, True),
        (8, 1, 1, False),
        (18, 1, 1, True),
        (17, 1, 1, False),
    ],
)
def test_positions_among_different_regions_are_not_compared(
    both: int, now: int, then: int, moves: bool
) -> None:
    shared = {f"both-{number}": Fraction(number) for number in range(both)}
    later = {f"now-{number}": Fraction(5) for number in range(now)}
    earlier = {f"then-{number}": Fraction(5) for number in range(then)}
    ranks = {rank.region: rank for rank in rank_regions(shared | later, shared | earlier)}
    rank = ranks["both-0"]
    assert rank.change == 0  # the change of an index does not depend on other regions
    assert (rank.previous_position is not None, rank.movement is not None) == (moves, moves)


def test_without_an_earlier_year_nothing_has_moved() -> None:
    (rank,) = rank_regions(values(a="4.59"))
    assert (rank.previous_position, rank.movement, rank.change) == (None, None, None)


def test_an_empty_ranking_ranks_no_region() -> None:
    assert rank_regions({}) == ()
