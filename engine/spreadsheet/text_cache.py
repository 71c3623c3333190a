"""Caches what cells mean, since the cells of a column repeat few texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple, cast

Texts = TypeVarTuple("Texts")
Meaning = TypeVar("Meaning")

_TEXTS_MOST = 4096
_CHARACTERS_MOST = 200  # a cell may have 32,767, of which a cache would keep too many


def cache_short_texts(parse: Callable[[*Texts], Meaning]) -> Callable[[*Texts], Meaning]:
    """Return a function that remembers the results for short texts; all arguments are texts."""
    cached = lru_cache(maxsize=_TEXTS_MOST)(parse)

    @wraps(parse)
    def parse_or_remember(*texts: *Texts) -> Meaning:
        if any(len(text) > _CHARACTERS_MOST for text in cast(tuple[str, ...], texts)):
            return parse(*texts)
        return cached(*texts)

    return parse_or_remember
