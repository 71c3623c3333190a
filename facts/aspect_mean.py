"""The national means by aspect that ship with Simpul, as printed in the official reports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from facts.instrument import instrument_by_id
from facts.reference import InstrumentId
from facts.row import Figure, TableRow, WholeNumber, read_rows


class AspectMean(TableRow):
    """The mean of one aspect over all local governments and central agencies of one year."""

    year: WholeNumber
    instrument: InstrumentId
    aspect: WholeNumber
    value: Figure


@cache
def aspect_means() -> tuple[AspectMean, ...]:
    """Return all known means; the year 2022 lacks aspect 1."""
    found = tuple(read_rows(AspectMean, "aspect_means.csv", "year instrument aspect"))
    for each in found:
        if each.aspect not in {part.number for part in instrument_by_id(each.instrument).aspects}:
            raise each.invalid("aspect", f"an aspect of {each.instrument}")
    return found


def national_aspects(instrument: str, year: int) -> Mapping[int, str]:
    """Return the printed national means of a year by aspect number; empty if none are known."""
    return {
        each.aspect: each.value
        for each in aspect_means()
        if (each.instrument, each.year) == (instrument, year)
    }
