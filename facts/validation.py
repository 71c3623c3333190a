"""The error for an invalid shipped file, and its conversion from the errors of pydantic."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

# Plain texts for what pydantic expects, by the type of its error.
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
    """A shipped file is invalid.

    Attributes: file, place, expected (a text), found (the value that came).
    """

    def __init__(self, file: str, place: str, expected: str, found: object) -> None:
        got = "nothing" if found is None else repr(found)
        super().__init__(f"{file}: {place}: expected {expected}, got {got}")
        self.file = file
        self.place = place
        self.expected = expected
        self.found = found


def first_error(error: ValidationError) -> tuple[tuple[str | int, ...], str, object]:
    """Return the place of the first error of pydantic, what was expected, and what came."""
    first = error.errors(include_url=False)[0]
    kind, found = first["type"], first["input"]
    expected = _EXPECTED.get(kind, first["msg"].removeprefix("Input should be "))
    if kind == "missing":
        found = None  # the input of the error is the object without the key
    elif kind == "json_invalid":
        found = first["ctx"]["error"]  # the input of the error is the whole text
    return first["loc"], expected, found


def expect_equal(file: str, place: str, expected: object, found: object) -> None:
    """Raise FactInvalid unless the value is equal to the expected one."""
    if found != expected:
        raise FactInvalid(file, place, str(expected), found)


def expect_one_of(file: str, place: str, expected: Iterable[object], found: object) -> None:
    """Raise FactInvalid unless the value is one of the expected ones."""
    known = set(expected)
    if found not in known:
        raise FactInvalid(file, place, f"one of {', '.join(sorted(map(str, known)))}", found)
