"""The instruments that ship with Simpul, read once from the package's own data files.

The one read that the engine does: what it reads is part of the program.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from engine.assessment.instrument import Instrument
from engine.assessment.instruments.parsing import parse

IDS = ("spbe-2018", "spbe-2020", "pemdi-2026")  # oldest first


@cache
def catalogue() -> Mapping[str, Instrument]:
    """Every instrument by its id, oldest first."""
    return MappingProxyType({id: _read(id) for id in IDS})


def instrument(id: str) -> Instrument:
    """The instrument of that id; `KeyError` where there is none."""
    return catalogue()[id]


def in_year(year: int) -> Instrument | None:
    """The instrument that official results of a year are assessed by."""
    for each in catalogue().values():
        if each.year_from <= year and (each.year_to is None or year <= each.year_to):
            return each
    return None


def _read(id: str) -> Instrument:
    name = f"{id}.json"
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return parse(json.loads(text), name)
