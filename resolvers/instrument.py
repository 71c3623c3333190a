"""Looks up the instruments that assess maturity."""

from __future__ import annotations

from engine.assessment.instrument import Instrument
from facts import instrument as shipped
from resolvers.problems import InvalidArgument, InvalidInput


def list_instruments() -> list[Instrument]:
    """Return all instruments, oldest first."""
    return [*shipped.instrument_catalogue().values()]


def find_instrument(id: str) -> Instrument | None:
    """Return the instrument with this id, if there is one."""
    return shipped.instrument_catalogue().get(id)


def instrument_in_catalogue(id: str) -> Instrument:
    """Return the instrument with this id, which must exist."""
    return shipped.instrument_by_id(id)


def known_instrument(id: str) -> Instrument:
    """Return the instrument with this id, or raise InvalidArgument."""
    found = find_instrument(id)
    if found is None:
        raise InvalidArgument("instrument", f"one of {_ids()}", repr(id))
    return found


def instrument_for(field: str, id: str) -> Instrument:
    """Return the instrument with this id, or raise InvalidInput."""
    found = find_instrument(id)
    if found is None:
        raise InvalidInput(field, f"one of {_ids()}", id)
    return found


def _ids() -> str:
    return ", ".join(shipped.instrument_catalogue())
