"""Converts values of the model to and from JSON documents, which are the bodies of log entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from pydantic import TypeAdapter

Value = TypeVar("Value")


def to_document(value: object) -> dict[str, Any]:
    """Return a value of the model as JSON values: strings, whole numbers, lists and objects."""
    return cast(dict[str, Any], _adapter(type(value)).dump_python(value, mode="json"))


def from_document(
    kind: type[Value], document: Mapping[str, Any], *, has_known_fields: bool = False
) -> Value:
    """Return the value of type `kind` from its document, the inverse of `to_document`.

    Args:
        has_known_fields: whether the document may have only the fields of the type; otherwise
            further ones are ignored.

    Raises:
        pydantic.ValidationError: the document does not match the type.
    """
    extra: Literal["forbid"] | None = "forbid" if has_known_fields else None
    return cast(Value, _adapter(kind).validate_python(document, extra=extra))


def parse_document(kind: type[Value], text: str | bytes) -> Value:
    """Return the value of type `kind` from a document in JSON text.

    Raises:
        pydantic.ValidationError: the text is not JSON, or does not match the type.
    """
    return cast(Value, _adapter(kind).validate_json(text))


_adapters: dict[type[Any], TypeAdapter[Any]] = {}  # a cache: creating one is slow


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]
