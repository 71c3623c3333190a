"""Values of the vocabulary as JSON documents and back: the bodies of log entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

Value = TypeVar("Value")


def to_document(value: object) -> dict[str, Any]:
    """Return a vocabulary value as JSON values: strings, whole numbers, lists, objects."""
    return cast(dict[str, Any], _adapter(type(value)).dump_python(value, mode="json"))


def value_of(kind: type[Value], source: Mapping[str, Any]) -> Value:
    """Return the value that `document` made `source` from.

    Raises:
        pydantic.ValidationError: what was expected and what came, by field.
    """
    return cast(Value, _adapter(kind).validate_python(source))


def value_in(kind: type[Value], text: str | bytes) -> Value:
    """Return the value of a document that is still JSON text.

    Raises:
        pydantic.ValidationError: what was expected and what came, by field.
    """
    return cast(Value, _adapter(kind).validate_json(text))


_adapters: dict[type[Any], TypeAdapter[Any]] = {}  # one is dear to make


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]
