"""Reads the facts that ship as JSON documents, and defines the types of their values."""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from facts.validation import FactInvalid, first_error

Item = TypeVar("Item")
Shape = TypeVar("Shape", bound="FactDocument")


class FactDocument(BaseModel):
    """The base class for objects in a document, with strict types and without unknown keys."""

    model_config = ConfigDict(
        strict=True,  # rejects true as a whole number
        extra="forbid",
        str_min_length=1,
        str_strip_whitespace=True,
    )


def _positive_fraction(value: object) -> Fraction:
    try:
        number = Fraction(value) if isinstance(value, str) else Fraction()
    except (ValueError, ZeroDivisionError):
        number = Fraction()
    if number <= 0:
        expected = 'a positive number as text, like "2.75" or "10/3"'
        raise PydanticCustomError("positive_fraction", expected)
    return number


# A decimal or a quotient is written as text, because a float would be inexact.
PositiveFraction = Annotated[Fraction, BeforeValidator(_positive_fraction)]
NonEmpty = Annotated[tuple[Item, ...], Field(min_length=1)]


def parse_document(shape: type[Shape], text: str, file: str) -> Shape:
    """Parse a document of this shape.

    Raises:
        FactInvalid: the document has another shape.
    """
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        location, expected, received = first_error(error)
        raise FactInvalid(
            file, _format_location(location) or "document", expected, received
        ) from error


def document_text(folder: str, file: str) -> str:
    """Return the text of a shipped document."""
    return files("facts").joinpath(folder, file).read_text(encoding="utf-8")


def _format_location(location: tuple[str | int, ...]) -> str:
    """Return a location in the usual notation, such as `aspects[2].weight`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")
