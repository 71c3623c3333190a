"""Exact fractions to and from the decimals that people read."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

EXACT_PLACES = 12  # of a value that no decimal holds exactly, such as 19/6


def parse_fraction(printed: str) -> Fraction:
    """The exact value of a printed decimal ("4.59") or quotient ("10/3")."""
    return Fraction(printed)


def format_exact(value: Fraction) -> str:
    """`value` in full, at least two places: 2.9475, 3.00; or 12 places where it never ends."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return format_rounded(value, EXACT_PLACES if rest != 1 else max(twos, fives, 2))


def exact_parts(values: Sequence[Fraction]) -> list[str]:
    """Each of some values as `exact` prints it, so that what is printed adds up to their sum.

    Only values that never end are rounded; of those, the ones that lose most are rounded up, each by
    one unit of the last place.
    """
    printed = [format_exact(value) for value in values]
    unit = Fraction(1, 10**EXACT_PLACES)
    lost = [value - Fraction(text) for value, text in zip(values, printed, strict=True)]
    units = round(sum(lost, Fraction()) / unit)
    step = 1 if units > 0 else -1
    for at in sorted(range(len(values)), key=lambda at: (-step * lost[at], at))[: abs(units)]:
        printed[at] = format_rounded(Fraction(printed[at]) + step * unit, EXACT_PLACES)
    return printed


def format_rounded(value: Fraction, places: int = 2) -> str:
    """`value` rounded half up (away from zero), as published figures are: 2.9475 is 2.95."""
    scale = 10**places
    units = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    sign = "-" if value < 0 and units else ""
    return f"{sign}{units // scale}.{units % scale:0{places}d}"


def format_signed(value: Fraction, places: int = 2) -> str:
    """A difference with its sign: +0.75, -0.10; no change is 0.00."""
    digits = format_rounded(value, places)
    return digits if value < 0 or not int(digits.replace(".", "")) else f"+{digits}"
