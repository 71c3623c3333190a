"""The national means by aspect that ship with Simpul, as the official reports print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from engine.model import Provenance
from facts.instrument import instrument_catalogue
from facts.row import rows


@dataclass(frozen=True, slots=True)
class AspectMean:
    """The mean of one aspect over all local governments and central agencies of one year."""

    year: int
    instrument: str
    aspect: int
    value: str
    provenance: Provenance


@cache
def aspect_means() -> tuple[AspectMean, ...]:
    """Every mean that is known; 2022 lacks aspect 1."""
    found = []
    for row in rows("aspect_means.csv", "year instrument aspect value", "year instrument aspect"):
        instrument = instrument_catalogue().get(row.text("instrument"))
        if instrument is None:
            raise row.wrong("instrument", "one of " + ", ".join(instrument_catalogue()))
        aspect = row.whole("aspect")
        if aspect not in {each.number for each in instrument.aspects}:
            raise row.wrong("aspect", f"an aspect of {instrument.id}")
        found.append(
            AspectMean(
                row.whole("year"), instrument.id, aspect, row.figure("value"), row.provenance()
            )
        )
    return tuple(found)


def national_aspects(instrument: str, year: int) -> Mapping[int, str]:
    """The national means of one year by aspect, as printed; empty where none are known."""
    return {
        each.aspect: each.value
        for each in aspect_means()
        if (each.instrument, each.year) == (instrument, year)
    }
