"""Selects the variables that an operation uses, so that nothing keeps what a client adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, get_operation_ast


def declared_variables(
    document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the variables that the operation declares; the others have no effect on it.

    The result is empty if the document has no such operation, because it is not executed then.
    """
    operation = get_operation_ast(document, operation_name)
    if operation is None or not variables:
        return {}
    names = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    return {name: value for name, value in variables.items() if name in names}
