"""GraphQL type for references to declared tables of rules."""

from __future__ import annotations

import strawberry


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
    def from_id_and_version(cls, value: tuple[str, str]) -> RuleTableReference:
        """Return the reference to the table with this id and version."""
        return cls(table_id=strawberry.ID(value[0]), version=value[1])
