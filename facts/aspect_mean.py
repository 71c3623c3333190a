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
    means = tuple(read_rows(AspectMean, "aspect_means.csv", "year instrument aspect"))
    for mean in means:
        if mean.aspect not in {
            aspect.number for aspect in instrument_by_id(mean.instrument).aspects
        }:
            raise mean.invalid("aspect", f"an aspect of {mean.instrument}")
    return means


def national_aspects(instrument: str, year: int) -> Mapping[int, str]:
    """Return the printed national means of a year by aspect number; empty if none are known."""
    return {
        mean.aspect: mean.value
        for mean in aspect_means()
        if (mean.instrument, mean.year) == (instrument, year)
    }
