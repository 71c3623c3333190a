"""A part of a data document, read by type, that says where it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction


class Malformed(ValueError):
    """A data document is not as it must be: where, what was expected, what came."""

    def __init__(self, file: str, place: str, expected: str, found: object) -> None:
        super().__init__(f"{file}: {place}: expected {expected}, got {found!r}")
        self.file = file
        self.place = place
        self.expected = expected
        self.found = found


class Section:
    """An object inside a document, with the path that leads to it."""

    def __init__(self, value: object, file: str, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise Malformed(file, path or "document", "an object", value)
        self._value: Mapping[str, object] = value
        self._file = file
        self._path = path

    def has(self, key: str) -> bool:
        return self._value.get(key) is not None

    def child(self, key: str) -> Section:
        return Section(self._value.get(key), self._file, self._place(key))

    def items(self, key: str) -> list[Section]:
        """The objects of a list, at least one."""
        value = self._value.get(key)
        if not isinstance(value, list) or not value:
            raise self._wrong(key, "a list with at least one entry")
        return [
            Section(each, self._file, f"{self._place(key)}[{at}]") for at, each in enumerate(value)
        ]

    def text(self, key: str) -> str:
        value = self._value.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "a text")
        return value

    def optional_text(self, key: str) -> str:
        return self.text(key) if self.has(key) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._value.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, "a list of texts")
        return tuple(value)

    def whole(self, key: str) -> int:
        value = self._value.get(key)
        if type(value) is not int:  # True is an int to Python, and not a number to us
            raise self._wrong(key, "a whole number")
        return value

    def optional_whole(self, key: str) -> int | None:
        return self.whole(key) if self.has(key) else None

    def wholes(self, key: str) -> tuple[int, ...]:
        value = self._value.get(key, [])
        if not isinstance(value, list) or not all(type(each) is int for each in value):
            raise self._wrong(key, "a list of whole numbers")
        return tuple(value)

    def truth(self, key: str) -> bool:
        value = self._value.get(key)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def fraction(self, key: str) -> Fraction:
        """A decimal or quotient written as text, so that no float comes between."""
        value = self._value.get(key)
        try:
            number = Fraction(value) if isinstance(value, str) else Fraction(0)
        except (ValueError, ZeroDivisionError):
            number = Fraction(0)
        if number <= 0:
            raise self._wrong(key, 'a positive number as text, like "2.75" or "10/3"')
        return number

    def optional_fraction(self, key: str) -> Fraction | None:
        return self.fraction(key) if self.has(key) else None

    def malformed(self, place: str, expected: str, found: object) -> Malformed:
        """The error to raise about a place in the same file."""
        return Malformed(self._file, place, expected, found)

    def expect(self, place: str, expected: object, found: object) -> None:
        """Raise unless `found` is what was expected."""
        if found != expected:
            raise self.malformed(place, str(expected), found)

    def expect_one_of(self, place: str, expected: AbstractSet[object], found: object) -> None:
        """Raise unless `found` is one of those expected."""
        if found not in expected:
            known = ", ".join(sorted(map(str, expected)))
            raise self.malformed(place, f"one of {known}", found)

    def _place(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _wrong(self, key: str, expected: str) -> Malformed:
        return self.malformed(self._place(key), expected, self._value.get(key))
