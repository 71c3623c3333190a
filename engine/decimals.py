"""Converts exact fractions to and from decimal strings."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

EXACT_PLACES = 12  # for a value without an exact decimal, such as 19/6


def parse_fraction(printed: str) -> Fraction:
    """Return the exact value of a decimal ("4.59") or a quotient ("10/3").

    Raises:
        ValueError: the text is neither.
    """
    return Fraction(printed)


def format_exact(value: Fraction) -> str:
    """Format a value exactly, with at least two decimal places: 2.9475, 3.00.

    A value whose decimal does not terminate is rounded to 12 places.
    """
    cofactor = value.denominator  # becomes the factor that is coprime to 10
    twos = fives = 0
    while cofactor % 2 == 0:
        cofactor, twos = cofactor // 2, twos + 1
    while cofactor % 5 == 0:
        cofactor, fives = cofactor // 5, fives + 1
    return format_rounded(value, EXACT_PLACES if cofactor != 1 else max(twos, fives, 2))


def format_exact_parts(values: Sequence[Fraction]) -> list[str]:
    """Format values as `format_exact` does, so that the printed values add up to the exact sum.

    Only values whose decimals do not terminate are rounded. The values with the largest rounding
    loss are adjusted by one unit of the last place.
    """
    printed = [format_exact(value) for value in values]
    unit = Fraction(1, 10**EXACT_PLACES)
    losses = [value - Fraction(text) for value, text in zip(values, printed, strict=True)]
    units = round(sum(losses, Fraction()) / unit)
    step = 1 if units > 0 else -1
    by_loss = sorted(range(len(values)), key=lambda index: (-step * losses[index], index))
    for index in by_loss[: abs(units)]:
        printed[index] = format_rounded(Fraction(printed[index]) + step * unit, EXACT_PLACES)
    return printed


def format_rounded(value: Fraction, places: int = 2) -> str:
    """Format a value rounded half away from zero, as published figures are: 2.9475 is 2.95."""
    scale = 10**places
    units = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    sign = "-" if value < 0 and units else ""
    return f"{sign}{units // scale}.{units % scale:0{places}d}"


def format_signed(value: Fraction, places: int = 2) -> str:
    """Format a difference with its sign: +0.75, -0.10. No difference is 0.00."""
    digits = format_rounded(value, places)
    return digits if value < 0 or not int(digits.replace(".", "")) else f"+{digits}"
