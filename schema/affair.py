"""GraphQL type and query for the government affairs that OPDs carry out."""

from __future__ import annotations

import strawberry

from resolvers import opd as resolved
from schema.enums import AffairGroup


@strawberry.type(
    description="A government affair that regions carry out (urusan pemerintahan, UU 23/2014)."
)
class Affair:
    id: strawberry.ID = strawberry.field(
        description="The letter of the affair in the annex of UU 23/2014, such as `P`."
    )
    name: str = strawberry.field(description="The official name in Indonesian.")
    group: AffairGroup = strawberry.field(description="The group of the affair in the law.")

    @classmethod
    def from_ids(cls, ids: tuple[str, ...] | None) -> list[Affair]:
        """Return the affairs with these ids, or all of them."""
        return [
            cls(id=strawberry.ID(affair.id), name=affair.name, group=affair.group)
            for affair in resolved.list_affairs(ids)
        ]


@strawberry.type
class AffairQuery:
    @strawberry.field(
        description="The 32 government affairs that OPDs carry out, in the order of the law."
    )
    def affairs(self) -> list[Affair]:
        return Affair.from_ids(None)
