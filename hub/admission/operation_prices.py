"""Estimates what an operation costs in CPU time, from what such operations have cost before."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

from cachetools import LRUCache
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionSetNode,
    get_operation_ast,
)

from schema.limits import CACHED_DOCUMENTS, DocumentLimits, parse_within_limits

DOCUMENTS_MOST = 4_096  # whose own prices are known
SMOOTHING = 0.3  # weight of the newest measurement
FIRST_FIELD_SECONDS = 0.005  # a root field that was not measured yet
LEAST_SECONDS = 0.0002


@dataclass(frozen=True, slots=True)
class PricedOperation:
    """An operation, as far as its price depends on it."""

    key: Hashable  # identifies the document and the operation in it
    root_fields: tuple[str, ...]  # names of the root fields, one for each time that it is selected


@lru_cache(maxsize=CACHED_DOCUMENTS)
def priced_operation(
    query: str, operation_name: str | None, limits: DocumentLimits
) -> PricedOperation:
    """Return what the price of an operation depends on; an invalid document has no root fields."""
    key = (hash(query), operation_name)
    try:
        document = parse_within_limits(query, limits)
    except GraphQLError:
        return PricedOperation(key, ())
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return PricedOperation(key, ())
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    return PricedOperation(key, tuple(_root_fields(operation.selection_set, fragments)))


def _root_fields(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]
) -> list[str]:
    names: list[str] = []
    pending = [selections]
    visited: set[str] = set()  # a field of a fragment is executed once, however often it is spread
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode):
                names.append(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = fragments.get(selection.name.value)
                if fragment is not None and selection.name.value not in visited:
                    visited.add(selection.name.value)
                    pending.append(fragment.selection_set)
    return names


class OperationPrices:
    """Prices in CPU seconds, which follow what the operations are measured to cost."""

    def __init__(self) -> None:
        self._by_document: LRUCache[Hashable, float] = LRUCache(DOCUMENTS_MOST)
        self._by_field: dict[str, float] = {}

    def estimate(self, operation: PricedOperation) -> float:
        """Return the CPU seconds that the operation will probably take."""
        own_price = self._by_document.get(operation.key)
        if own_price is not None:
            return own_price
        return max(LEAST_SECONDS, self._sum_of_fields(operation))

    def learn(self, operation: PricedOperation, seconds: float) -> None:
        """Record what an operation has cost."""
        previous = self._by_document.get(operation.key, seconds)
        self._by_document[operation.key] = previous + SMOOTHING * (seconds - previous)
        fields_sum = self._sum_of_fields(operation)
        if fields_sum:
            factor = 1 + SMOOTHING * (seconds / fields_sum - 1)
            for name in {*operation.root_fields}:
                self._by_field[name] = self._field_price(name) * factor

    def _sum_of_fields(self, operation: PricedOperation) -> float:
        return sum(self._field_price(name) for name in operation.root_fields)

    def _field_price(self, name: str) -> float:
        return self._by_field.get(name, FIRST_FIELD_SECONDS)
