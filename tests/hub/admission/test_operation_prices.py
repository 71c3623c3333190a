"""The prices of operations."""

from __future__ import annotations

import pytest

from hub.admission.first_prices import COMPUTED_FIELDS, FIRST_PRICES_SECONDS
from hub.admission.operation_prices import (
    FIRST_FIELD_SECONDS,
    OperationPrices,
    PricedOperation,
    _priced_document,
    priced_operation,
)
from schema.limits import DocumentLimits
from schema.schema import schema

LIMITS = DocumentLimits()


def operation_of(query: str, operation_name: str | None = None) -> PricedOperation:
    return priced_operation(query, operation_name, LIMITS)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("{ instance { name } }", ("instance",)),
        ("{ a: instance { name } b: instance { name } }", ("instance", "instance")),
        ('{ region(code: "32.11") { name } }', ("region",)),
        (
            '{ region(code: "32.11") { a: proposals { __typename } b: proposals { __typename } } }',
            ("region", "proposals", "proposals"),
        ),
        ("{ ...F } fragment F on Query { instance { name } }", ("instance",)),
        ("{ ...F ...F } fragment F on Query { instance { name } }", ("instance",)),
        ("{ ... on Query { instance { name } } }", ("instance",)),
        ("{ peers { name } }", ("peers",)),  # no such root field
        ("{ instance", ()),
        ("query A { instance { name } } query B { affairs { id } }", ()),
    ],
)
def test_an_operation_is_priced_by_its_root_fields_and_the_computed_fields_below(
    query: str, fields: tuple[str, ...]
) -> None:
    assert operation_of(query).fields == fields


def test_only_the_named_operation_has_a_price() -> None:
    query = "query A { instance { name } } query B { affairs { id } }"
    assert operation_of(query, "B").fields == ("affairs",)


def test_an_unknown_document_costs_the_sum_of_its_fields() -> None:
    prices = OperationPrices()
    peers = FIRST_PRICES_SECONDS["region"] + FIRST_PRICES_SECONDS["peers"]
    query = '{ region(code: "32.11") { peers { __typename } } }'
    assert prices.estimate(operation_of(query)) == pytest.approx(peers)
    fields = " ".join(f"a{number}: instance {{ name }}" for number in range(40))
    forty = prices.estimate(operation_of(f"{{ {fields} }}"))
    assert forty == pytest.approx(40 * FIRST_PRICES_SECONDS["instance"])
    assert prices.estimate(operation_of("{ unknown }")) == FIRST_FIELD_SECONDS


def test_the_price_of_a_document_rises_and_falls_to_what_it_costs() -> None:
    prices = OperationPrices()
    operation = operation_of("{ ranking { totalCount } }")
    prices.learn(operation, 0.1)
    assert prices.estimate(operation) == pytest.approx(0.1)
    prices.learn(operation, 0.02)
    assert prices.estimate(operation) == pytest.approx(0.1 + 0.3 * (0.02 - 0.1))
    for _ in range(40):
        prices.learn(operation, 0.02)
    assert prices.estimate(operation) == pytest.approx(0.02, rel=1e-3)


def test_the_price_of_a_field_follows_other_documents_within_a_range() -> None:
    prices = OperationPrices()
    first = FIRST_PRICES_SECONDS["ranking"]
    other = operation_of("{ other: ranking { totalCount } }")
    for _ in range(40):
        prices.learn(operation_of("{ ranking { totalCount } }"), 2 * first)
    assert prices.estimate(other) == pytest.approx(2 * first, rel=1e-3)
    for _ in range(40):
        prices.learn(operation_of("{ ranking { totalCount } }"), 1e-9)
    assert prices.estimate(other) == pytest.approx(first / 20, rel=1e-3)
    for _ in range(40):
        prices.learn(operation_of("{ ranking { totalCount } }"), 60.0)
    assert prices.estimate(other) == pytest.approx(20 * first, rel=1e-3)


def test_each_field_with_a_first_price_exists() -> None:
    query = {*schema._schema.query_type.fields}  # type: ignore[union-attr]
    below = {
        name
        for graphql_type in ("Region", "UpgradePath")
        for name in schema._schema.type_map[graphql_type].fields  # type: ignore[attr-defined]
    }
    roots = {name for name in FIRST_PRICES_SECONDS if name not in COMPUTED_FIELDS}
    assert roots - query == {"__schema", "__type", "__typename"}
    assert COMPUTED_FIELDS - below == set()


def test_no_document_beyond_the_limits_is_kept() -> None:
    held = _priced_document.cache_info().currsize
    for letter in "abc":
        assert operation_of("{ " + letter * 100_000 + " }") == PricedOperation("invalid", ())
    assert _priced_document.cache_info().currsize == held
