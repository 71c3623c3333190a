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

from hub.admission.first_prices import COMPUTED_FIELDS, FIRST_PRICES_SECONDS
from schema.limits import CACHED_DOCUMENTS, DocumentLimits, parse_within_limits

DOCUMENTS_MOST = 4_096  # whose own prices are known; a key is a hash and a name of 256 characters
SMOOTHING = 0.3  # weight of the newest measurement
FIRST_FIELD_SECONDS = 0.005  # a root field without a first price
RANGE = 20  # a field's price stays between its first price divided and multiplied by this
LEAST_SECONDS = 0.0002


@dataclass(frozen=True, slots=True)
class PricedOperation:
    """An operation, as far as its price depends on it."""

    key: Hashable  # identifies the document and the operation in it
    root_fields: tuple[str, ...]  # names of the root fields, one for each time that it is selected
    computed_fields: tuple[str, ...] = ()  # the same for the fields below that are computed

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that the price is the sum of."""
        return self.root_fields + self.computed_fields


def priced_operation(
    query: str, operation_name: str | None, limits: DocumentLimits
) -> PricedOperation:
    """Return what the price of an operation depends on; an invalid document has no root fields."""
    try:
        return _priced_document(query, operation_name, limits)
    except GraphQLError:
        return PricedOperation("invalid", ())


# The keys are documents within the limits: an invalid one may have the size of a whole body.
@lru_cache(maxsize=CACHED_DOCUMENTS)
def _priced_document(
    query: str, operation_name: str | None, limits: DocumentLimits
) -> PricedOperation:
    key = (hash(query), operation_name)
    document = parse_within_limits(query, limits)
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return PricedOperation(key, ())
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    root_fields, computed_fields = _priced_fields(operation.selection_set, fragments)
    return PricedOperation(key, tuple(root_fields), tuple(computed_fields))


def _priced_fields(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]
) -> tuple[list[str], list[str]]:
    """Return the names of the root fields, and of the computed fields below them."""
    root_fields: list[str] = []
    computed_fields: list[str] = []
    pending = [(selections, True)]
    visited: set[tuple[str, bool]] = set()  # otherwise fragments in fragments multiply the work
    while pending:
        selection_set, is_root = pending.pop()
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                name = selection.name.value
                if is_root:
                    root_fields.append(name)
                elif name in COMPUTED_FIELDS:
                    computed_fields.append(name)
                if selection.selection_set is not None:
                    pending.append((selection.selection_set, False))
            elif isinstance(selection, InlineFragmentNode):
                pending.append((selection.selection_set, is_root))
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                fragment = fragments.get(name)
                if fragment is not None and (name, is_root) not in visited:
                    visited.add((name, is_root))
                    pending.append((fragment.selection_set, is_root))
    return root_fields, computed_fields


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
            for name in {*operation.fields}:
                first = FIRST_PRICES_SECONDS.get(name, FIRST_FIELD_SECONDS)
                price = self._field_price(name) * factor
                # What one client sends must not make a field look free, or expensive, to others.
                self._by_field[name] = min(max(price, first / RANGE), first * RANGE)

    def _sum_of_fields(self, operation: PricedOperation) -> float:
        return sum(self._field_price(name) for name in operation.fields)

    def _field_price(self, name: str) -> float:
        first = FIRST_PRICES_SECONDS.get(name, FIRST_FIELD_SECONDS)
        return self._by_field.get(name, first)
