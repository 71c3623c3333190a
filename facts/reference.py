"""The types of values that refer to other facts, such as region codes and instrument ids."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from facts.instrument import instrument_by_id, instrument_catalogue
from facts.region import region_codes
from facts.row import WholeNumbers


def _check_region_code(code: str) -> str:
    if code not in region_codes():
        raise PydanticCustomError("region", "the code of a region or central agency")
    return code


def _check_instrument(id: str) -> str:
    if id not in instrument_catalogue():
        raise PydanticCustomError("instrument", "one of " + ", ".join(instrument_catalogue()))
    return id


def _check_indicators(numbers: tuple[int, ...]) -> tuple[int, ...]:
    known_numbers = {indicator.number for indicator in instrument_by_id("spbe-2020").indicators}
    if not known_numbers.issuperset(numbers):
        raise PydanticCustomError("indicators", "indicators of spbe-2020")
    return numbers


RegionCode = Annotated[str, AfterValidator(_check_region_code)]
InstrumentId = Annotated[str, AfterValidator(_check_instrument)]
Spbe2020Indicators = Annotated[WholeNumbers, AfterValidator(_check_indicators)]
