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

    Attributes: file, location, expected (a text), received (the value in the file).
    """

    def __init__(self, file: str, location: str, expected: str, received: object) -> None:
        text = "nothing" if received is None else repr(received)
        super().__init__(f"{file}: {location}: expected {expected}, got {text}")
        self.file = file
        self.location = location
        self.expected = expected
        self.received = received


def first_error(error: ValidationError) -> tuple[tuple[str | int, ...], str, object]:
    """Return the location of pydantic's first error, the expected value, and the received one."""
    details = error.errors(include_url=False)[0]
    kind, received = details["type"], details["input"]
    expected = _EXPECTED.get(kind, details["msg"].removeprefix("Input should be "))
    if kind == "missing":
        received = None  # the input of the error is the object without the key
    elif kind == "json_invalid":
        received = details["ctx"]["error"]  # the input of the error is the whole text
    return details["loc"], expected, received


def expect_equal(file: str, location: str, expected: object, received: object) -> None:
    """Raise FactInvalid unless the value is equal to the expected one."""
    if received != expected:
        raise FactInvalid(file, location, str(expected), received)


def expect_one_of(file: str, location: str, expected: Iterable[object], received: object) -> None:
    """Raise FactInvalid unless the value is one of the expected ones."""
    allowed = set(expected)
    if received not in allowed:
        raise FactInvalid(
            file, location, f"one of {', '.join(sorted(map(str, allowed)))}", received
        )
