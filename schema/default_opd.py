"""GraphQL type and query for the usual OPDs that a region lacks."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import default_opds as resolved
from schema.affair import Affair
from schema.descriptions import REGION_CODE
from schema.enums import OpdKind
from schema.info import Info


@strawberry.type(
    description="An OPD that most regions of the kind have, and that the region lacks. It is a "
    "suggestion, and becomes an OPD by `registerDefaultOpds`."
)
class DefaultOpd:
    reference_id: strawberry.ID = strawberry.field(
        description="The id that `registerDefaultOpds` accepts."
    )
    name: str = strawberry.field(description="The official name.")
    acronym: str | None = strawberry.field(
        description="The usual short name; null if there is none, or if the region uses it for "
        "another OPD."
    )
    kind: OpdKind = strawberry.field(description="What it is in the structure of the region.")
    parent_name: str | None = strawberry.field(
        description="The name of the OPD that it is a part of; null if there is none."
    )
    affairs: list[Affair] = strawberry.field(
        description="The government affairs that it carries out. Empty if it supports others."
    )

    @classmethod
    def from_model(cls, value: resolved.DefaultOpd) -> DefaultOpd:
        return cls(
            reference_id=strawberry.ID(value.id),
            name=value.name,
            acronym=value.acronym or None,
            kind=value.kind,
            parent_name=value.parent_name,
            affairs=Affair.from_ids(value.affairs),
        )


@strawberry.type
class DefaultOpdQuery:
    @strawberry.field(
        description="The OPDs that most regencies or cities have, without those that the region "
        "has already; at most 42. Empty for a province and for a central agency. An unknown "
        "region is an error with the code INVALID_ARGUMENT."
    )
    async def default_opds(
        self,
        info: Info,
        region_code: Annotated[strawberry.ID, strawberry.argument(description=REGION_CODE)],
    ) -> list[DefaultOpd]:
        defaults = await resolved.list_default_opds(info.context, region_code)
        return [DefaultOpd.from_model(opd) for opd in defaults]
