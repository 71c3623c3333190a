"""Every part of the schema has a description: full sentences for a client that reads nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    is_specified_scalar_type,
)

from schema.schema import schema

SDL = build_schema(schema.as_str())
# A sentence begins with a capital letter, a digit or a code, and ends with a period.
SENTENCES = re.compile(r"[A-Z0-9`\"].*\.", re.DOTALL)
# Types that the specification of federation defines, without descriptions.
FEDERATION = ("_", "federation__", "link__")


def _described_parts(named_type: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Yield the name and the description of a type, and of all its parts."""
    name = named_type.name
    yield name, named_type.description
    if isinstance(named_type, GraphQLEnumType):
        for value_name, value in named_type.values.items():
            yield f"{name}.{value_name}", value.description
    elif isinstance(named_type, GraphQLInputObjectType):
        for field_name, input_field in named_type.fields.items():
            yield f"{name}.{field_name}", input_field.description
    elif isinstance(named_type, GraphQLObjectType | GraphQLInterfaceType):
        for field_name, field in named_type.fields.items():
            if field_name.startswith("_"):
                continue
            yield f"{name}.{field_name}", field.description
            for argument_name, argument in field.args.items():
                yield f"{name}.{field_name}({argument_name})", argument.description


TYPES = [
    named_type
    for named_type in SDL.type_map.values()
    if not named_type.name.startswith(FEDERATION) and not is_specified_scalar_type(named_type)
]


@pytest.mark.parametrize("named_type", TYPES, ids=lambda named_type: named_type.name)
def test_every_part_of_a_type_is_described_in_sentences(named_type: GraphQLNamedType) -> None:
    undescribed = {
        name: description
        for name, description in _described_parts(named_type)
        if description is None or not SENTENCES.fullmatch(description.strip())
    }
    assert undescribed == {}
