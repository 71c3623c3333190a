"""Converts values of the model to and from JSON documents, which are the bodies of log entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

Value = TypeVar("Value")


def to_document(value: object) -> dict[str, Any]:
    """Return a value of the model as JSON values: strings, whole numbers, lists and objects."""
    return cast(dict[str, Any], _adapter(type(value)).dump_python(value, mode="json"))


def from_document(kind: type[Value], document: Mapping[str, Any]) -> Value:
    """Return the value of type `kind` from its document, the inverse of `to_document`.

    Raises:
        pydantic.ValidationError: the document does not match the type.
    """
    return cast(Value, _adapter(kind).validate_python(document))


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
