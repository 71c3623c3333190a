"""Ranks, ties and movement."""

from __future__ import annotations

from fractions import Fraction

from engine.ranking import Rank, ranking


def values(**printed: str) -> dict[str, Fraction]:
    return {region: Fraction(value) for region, value in printed.items()}


def test_ties_share_a_position_and_the_next_one_skips() -> None:
    ranks = ranking(values(d="2.00", c="4.00", a="4.00", b="4.10"))
    assert [(rank.region, rank.position) for rank in ranks] == [
        ("b", 1),
        ("a", 2),
        ("c", 2),
        ("d", 4),
    ]


def test_movement_and_change_are_since_the_earlier_year() -> None:
    ranks = ranking(values(a="4.00", b="3.90", c="3.00"), values(a="3.25", b="4.00", gone="4.50"))
    assert ranks == (
        Rank("a", Fraction(4), 1, previous=3, movement=2, change="+0.75"),
        Rank("b", Fraction("3.9"), 2, previous=2, movement=0, change="-0.10"),
        Rank("c", Fraction(3), 3, previous=None, movement=None, change=None),
    )


def test_without_an_earlier_year_nothing_has_moved() -> None:
    (rank,) = ranking(values(a="4.59"))
    assert (rank.previous, rank.movement, rank.change) == (None, None, None)


def test_nobody_is_ranked_among_nobody() -> None:
    assert ranking({}) == ()
