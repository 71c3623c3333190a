"""Exact fractions and their decimal display."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine import decimals


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Fraction(3), "3.00"),
        (Fraction("2.9475"), "2.9475"),
        (Fraction("0.013"), "0.013"),
        (Fraction(19, 6), "3.166666666667"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction("1.00000000000001"), "1.00000000000001"),
    ],
)
def test_a_value_is_printed_in_full_with_two_places_or_more(value: Fraction, printed: str) -> None:
    assert decimals.format_exact(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("2.9475", "2.95"),
        ("2.945", "2.95"),
        ("2.9449999", "2.94"),
        ("4.999", "5.00"),
        ("-0.005", "-0.01"),
        ("-0.004", "0.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value: str, printed: str) -> None:
    assert decimals.format_rounded(Fraction(value)) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [("0.75", "+0.75"), ("-0.1", "-0.10"), ("0", "0.00"), ("0.004", "0.00"), ("-0.004", "0.00")],
)
def test_a_difference_has_a_sign_unless_it_is_displayed_as_zero(value: str, printed: str) -> None:
    assert decimals.format_signed(Fraction(value)) == printed


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        (["1/3", "1/3", "1/3"], ["0.333333333334", "0.333333333333", "0.333333333333"]),
        (["2/3", "1/3"], ["0.666666666667", "0.333333333333"]),
        (["1/6"] * 6, [*["0.166666666666"] * 2, *["0.166666666667"] * 4]),
        (["0.5", "2.25"], ["0.50", "2.25"]),
        ([], []),
    ],
)
def test_printed_parts_add_up(values: list[str], printed: list[str]) -> None:
    parts = [Fraction(value) for value in values]
    assert decimals.format_exact_parts(parts) == printed
    assert sum(map(Fraction, printed)) == sum(parts)
