"""The kinds of bounds that a value may have: lengths, characters, addresses, numbers and lists.

`engine.log.body_bounds` declares the bounds of each field that a log holds. The API, the import of
files and the check of followed logs all use that one declaration.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Protocol

from engine.matching.names import url_host
from engine.plain_text import is_plain_lines, is_plain_text

COUNT_MOST = 2**53 - 1  # the largest integer that every JSON reader represents exactly
FIT_MOST = 5  # an OPD rates the fitness of an application from 1 on
IMPORTED_ROWS_MOST = 5_000  # of one file; one transaction writes them and blocks others
_SHOWN_MOST = 40  # characters of a refused text that a message quotes
_ADDRESS = re.compile(r"(?i:(?P<scheme>[a-z]+)://)[^\s<>\"\\]+")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")


class BoundExceeded(ValueError):
    """A value exceeds a bound.

    Attributes: field (a path such as `evidence.0.url`), expected and received (texts).
    """

    def __init__(self, field: str, expected: str, received: str) -> None:
        super().__init__(f"{field}: expected {expected}, got {received}")
        self.field = field
        self.expected = expected
        self.received = received


class Bound(Protocol):
    """A bound of the values of one field."""

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if the value exceeds the bound."""

    def describe(self) -> str:
        """Return what the bound allows, in English."""


@dataclass(frozen=True, slots=True)
class TextBound:
    """The length of a text in characters, which are plain ones, and whether it may have lines."""

    least: int
    most: int
    has_lines: bool = False

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if a text is too short or too long, or has other characters."""
        text = str(value)
        if not self.least <= len(text) <= self.most:
            raise BoundExceeded(field, f"{self.least} to {self.most} characters", f"{len(text)}")
        is_plain = is_plain_lines(text) if self.has_lines else is_plain_text(text)
        if not is_plain:
            expected = "a text without control or format characters"
            raise BoundExceeded(field, expected, quote_start(text))

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        kind = "several lines" if self.has_lines else "one line"
        return f"{self.least} to {self.most} characters in {kind}"


@dataclass(frozen=True, slots=True)
class IdBound:
    """An id or a code, which has plain characters without spaces."""

    most: int  # characters
    least: int = 1

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if an id is too short or too long, or has other characters."""
        text = str(value)
        if self.least <= len(text) <= self.most and text.isprintable() and " " not in text:
            return  # as nearly all ids
        TextBound(self.least, self.most).check(field, text)
        if any(map(str.isspace, text)):
            raise BoundExceeded(field, "no spaces", quote_start(text))

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"{self.least} to {self.most} characters without spaces"


@dataclass(frozen=True, slots=True)
class AddressBound:
    """An address with one of these schemes, and a host. An empty one may stand for none."""

    most: int = 2_000  # characters; browsers open no longer ones everywhere
    schemes: tuple[str, ...] = ("http", "https")
    may_be_empty: bool = False

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if a text is no such address."""
        text = str(value)
        if self.may_be_empty and not text:
            return
        TextBound(1, self.most).check(field, text)
        address = _ADDRESS.fullmatch(text)
        if address is None or address["scheme"].lower() not in self.schemes or not url_host(text):
            raise BoundExceeded(field, self._form(), _shorten(text))

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"{self._form()}, of at most {self.most} characters"

    def _form(self) -> str:
        starts = " or ".join(f"{scheme}://" for scheme in self.schemes)
        return f"an address that begins with {starts} and names a host"


@dataclass(frozen=True, slots=True)
class NumberBound:
    """The least and the most of a whole number."""

    least: int
    most: int

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if a number is too small or too large."""
        if not isinstance(value, int) or not self.least <= value <= self.most:
            raise BoundExceeded(field, self.describe(), str(value)[:_SHOWN_MOST])

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"a whole number from {self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class DecimalBound:
    """The least and the most of a number in decimal notation without an exponent."""

    least: int
    most: int

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if a text is no such number, before anything computes with it."""
        text = str(value)
        if not _DECIMAL.fullmatch(text) or not self.least <= Decimal(text) <= self.most:
            raise BoundExceeded(field, self.describe(), quote_start(text))

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"a decimal number from {self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class DayBound:
    """The first and the last day of a date."""

    first: date
    last: date

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if a date is too early or too late."""
        if not isinstance(value, date) or not self.first <= value <= self.last:
            raise BoundExceeded(field, self.describe(), str(value))

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"a day from {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class TimeBound:
    """The first and the last time, which has an offset to UTC."""

    first: datetime
    last: datetime

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if a time is too early or too late, or has no offset."""
        is_aware = isinstance(value, datetime) and value.utcoffset() is not None
        if not is_aware or not self.first <= value <= self.last:  # type: ignore[operator]
            raise BoundExceeded(field, self.describe(), str(value))

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"a time with an offset, from {self.first.date()} to {self.last.date()}"


@dataclass(frozen=True, slots=True)
class ListBound:
    """The most items of a list, and the bound of each item."""

    most: int
    item: Bound

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if a list is too long, or an item exceeds its bound."""
        assert isinstance(value, Sequence)  # the type of the field says so
        if len(value) > self.most:
            raise BoundExceeded(field, f"at most {self.most} items", str(len(value)))
        for index, item in enumerate(value):
            self.item.check(f"{field}.{index}", item)

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"at most {self.most} items, each {self.item.describe()}"


@dataclass(frozen=True, slots=True)
class PairBound:
    """The bounds of the two values of a pair."""

    first: Bound
    second: Bound

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if one of the two exceeds its bound."""
        assert isinstance(value, Sequence)  # the type of the field says so
        self.first.check(f"{field}.0", value[0])
        self.second.check(f"{field}.1", value[1])

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        return f"{self.first.describe()}, and {self.second.describe()}"


@dataclass(frozen=True, slots=True)
class TypeBound:
    """A value whose type bounds it: one of few values, or an object with bounds of its own."""

    kinds: tuple[type, ...] = (Enum, bool)

    def check(self, field: str, value: object) -> None:
        """Raise BoundExceeded if the value has another type."""
        if not isinstance(value, self.kinds):
            raise BoundExceeded(field, self.describe(), type(value).__name__)

    def describe(self) -> str:
        """Return what the bound allows, in English."""
        if self.kinds == (Enum, bool):
            return "one of the values of its type"
        return " or ".join(kind.__name__ for kind in self.kinds)


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN_MOST else f"{text[:_SHOWN_MOST]}…"


def quote_start(text: str) -> str:
    """Return the start of a text in quotes, in ASCII, so that it can deceive no reader."""
    return ascii(_shorten(text))
