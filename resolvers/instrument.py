"""Looks up the instruments that assess maturity."""

from __future__ import annotations

from engine.assessment.instrument import Instrument
from facts.instrument import instrument_by_id, instrument_catalogue
from facts.rule_table import rule_tables
from resolvers.problems import InvalidArgument, InvalidInput


def list_instruments() -> list[Instrument]:
    """Return all instruments, oldest first."""
    return [*instrument_catalogue().values()]


def find_instrument(id: str) -> Instrument | None:
    """Return the instrument with this id, if there is one."""
    return instrument_catalogue().get(id)


def instrument_in_catalogue(id: str) -> Instrument:
    """Return the instrument with this id, which must exist."""
    return instrument_by_id(id)


def has_rules(id: str) -> bool:
    """Return whether claims of this instrument can be verified by rules."""
    return id in rule_tables()


def known_instrument(id: str) -> Instrument:
    """Return the instrument with this id, or raise InvalidArgument."""
    instrument = find_instrument(id)
    if instrument is None:
        raise InvalidArgument("instrumentId", f"one of {_instrument_ids()}", repr(id))
    return instrument


def instrument_for(field: str, id: str) -> Instrument:
    """Return the instrument with this id, or raise InvalidInput."""
    instrument = find_instrument(id)
    if instrument is None:
        raise InvalidInput(field, f"one of {_instrument_ids()}", id)
    return instrument


def _instrument_ids() -> str:
    return ", ".join(instrument_catalogue())
