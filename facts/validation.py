"""The one error that a file which ships is refused with, and how pydantic's errors become it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

# What pydantic expects where its own words are not plain, by the type of its error.
_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "an object",
    "extra_forbidden": "no such key",
    "int_type": "a whole number",
    "json_invalid": "JSON",
    "missing": "a value",
    "model_type": "an object",
    "string_too_short": "a text",
    "string_type": "a text",
    "too_short": "a list with at least one entry",
    "tuple_type": "a list",
}


class FactInvalid(ValueError):
    """A file that ships is not as it must be: at which place, what was expected, what came."""

    def __init__(self, file: str, place: str, expected: str, found: object) -> None:
        got = "nothing" if found is None else repr(found)
        super().__init__(f"{file}: {place}: expected {expected}, got {got}")
        self.file = file
        self.place = place
        self.expected = expected
        self.found = found


def first_error(error: ValidationError) -> tuple[tuple[str | int, ...], str, object]:
    """The place of pydantic's first error, what was expected there, and what came."""
    first = error.errors(include_url=False)[0]
    kind, found = first["type"], first["input"]
    expected = _EXPECTED.get(kind, first["msg"].removeprefix("Input should be "))
    if kind == "missing":
        found = None  # pydantic gives the object that lacks it
    elif kind == "json_invalid":
        found = first["ctx"]["error"]  # pydantic gives the whole text
    return first["loc"], expected, found


def expect_equal(file: str, place: str, expected: object, found: object) -> None:
    """Raise FactInvalid unless what came is what was expected."""
    if found != expected:
        raise FactInvalid(file, place, str(expected), found)


def expect_one_of(file: str, place: str, expected: Iterable[object], found: object) -> None:
    """Raise FactInvalid unless what came is one of the values that were expected."""
    known = set(expected)
    if found not in known:
        raise FactInvalid(file, place, f"one of {', '.join(sorted(map(str, known)))}", found)
