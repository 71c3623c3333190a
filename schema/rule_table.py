"""GraphQL types for declared tables of rules, and for references to them."""

from __future__ import annotations

import strawberry

from engine.verification import rule as engine
from schema.node import Node


@strawberry.type(
    description="A table of rules or figures that Simpul declares, and its version. The table is "
    "published with the source code."
)
class RuleTableReference:
    table_id: strawberry.ID = strawberry.field(
        description="The id of the table, such as `effort-scale` or `precedence-spbe-2020`."
    )
    version: str = strawberry.field(
        description="The version of the table, which increases with each change of its content."
    )

    @classmethod
    def from_id_and_version(cls, id: str, version: str) -> RuleTableReference:
        """Return the reference to the table with this id and version."""
        return cls(table_id=strawberry.ID(id), version=version)


@strawberry.type(
    description="A versioned table of the rules by which claims for one instrument are verified. "
    "Each rule states what the levels of some indicators require of the integrations and documents."
)
class RuleTable(Node):
    version: str = strawberry.field(
        description="The version of the table. It changes with every change of a rule."
    )
    is_confirmed: bool = strawberry.field(
        description="Whether the rules are based on the regulation itself. Rules that are based "
        "only on secondary sources refute no claim."
    )
    note: str | None = strawberry.field(
        description="A remark on how the rules interpret the regulation, in Indonesian; null if "
        "there is none."
    )
    sources: list[str] = strawberry.field(
        description="The regulations and other publications that the rules are based on; a few "
        "titles in Indonesian."
    )

    @classmethod
    def from_model(cls, value: engine.RuleTable) -> RuleTable:
        return cls(
            id=strawberry.ID(value.id),
            version=value.version,
            is_confirmed=value.confirmed,
            note=value.note or None,
            sources=list(value.sources),
        )
