"""Finds subscriptions to events after a cursor, which can be shared and resumed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    VariableNode,
)

from schema.limits import CACHED_DOCUMENTS

RESUMABLE_FIELDS = frozenset({"indexChanged", "verificationChanged", "proposalsChanged", "events"})


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where a subscription's document gives the cursor after which it begins."""

    variable: str | None  # the variable that holds the cursor
    literal: str | None  # the cursor itself; both None: there is no cursor


@lru_cache(maxsize=CACHED_DOCUMENTS)
def find_resume_point(document: DocumentNode, operation_name: str | None) -> ResumePoint | None:
    """Return how an operation can be resumed; None if it cannot be resumed."""
    operations = [
        definition
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        and operation_name in (None, definition.name and definition.name.value)
    ]
    if len(operations) != 1 or operations[0].operation is not OperationType.SUBSCRIPTION:
        return None
    selections = operations[0].selection_set.selections
    if len(selections) != 1 or not isinstance(selections[0], FieldNode):
        return None
    field = selections[0]
    if field.name.value not in RESUMABLE_FIELDS or field.directives:
        return None
    after = next(
        (argument.value for argument in field.arguments or () if argument.name.value == "after"),
        None,
    )
    if after is None:
        return ResumePoint(None, None)
    if isinstance(after, StringValueNode):
        return ResumePoint(None, after.value)
    if not isinstance(after, VariableNode):
        return None
    name = after.name.value
    definitions = (
        definition
        for definition in operations[0].variable_definitions or ()
        if definition.variable.name.value == name
    )
    return (
        None
        if any(definition.default_value for definition in definitions)
        else ResumePoint(name, None)
    )
