"""Facts that ship as JSON documents: how one is read, and the types of its values."""

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
    """An object of a document. It has no other keys, and its values are of just these types."""

    model_config = ConfigDict(
        strict=True,  # true is no whole number
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


# A decimal or a quotient is written as text, so that no float comes between.
PositiveFraction = Annotated[Fraction, BeforeValidator(_positive_fraction)]
NonEmpty = Annotated[tuple[Item, ...], Field(min_length=1)]


def parse_document(shape: type[Shape], text: str, file: str) -> Shape:
    """Read a document that must have this shape.

    Raises:
        FactInvalid: names the file and the place, what was expected and what came.
    """
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        place, expected, found = first_error(error)
        raise FactInvalid(file, _path(place) or "document", expected, found) from error


def document_text(folder: str, file: str) -> str:
    """The text of a document that ships."""
    return files("facts").joinpath(folder, file).read_text(encoding="utf-8")


def _path(place: tuple[str | int, ...]) -> str:
    """The place as one writes it: `aspects[2].weight`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")
