"""Looks up the functions of applications that ship with this version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from engine.matching.function_classifier import Function
from facts.function import function_lexicon


def filter_shipped_functions(functions: Mapping[str, str]) -> dict[str, str]:
    """Return the entries whose function ships; an earlier version may have had others."""
    return {id: function for id, function in functions.items() if function in functions_by_id()}


@cache
def functions_by_id() -> dict[str, Function]:
    """Return the shipped functions, by id."""
    return {function.id: function for function in function_lexicon().functions}
