"""The instruments by which maturity is assessed."""

from __future__ import annotations

from engine.assessment.instrument import Instrument
from facts import instrument as shipped


def list_instruments() -> list[Instrument]:
    """Return all instruments, oldest first."""
    return [*shipped.instrument_catalogue().values()]


def find_instrument(id: str) -> Instrument | None:
    """Return the instrument with this id, if there is one."""
    return shipped.instrument_catalogue().get(id)


def instrument_by_id(id: str) -> Instrument:
    """Return the instrument with this id, which is one that was found before."""
    return shipped.instrument_by_id(id)
