"""The federation fields of the subgraph: entities by their keys, and the SDL to compose.

Strawberry's own `_entities` lets one unknown type fail all items and removes `__typename` from the
variables that another alias reads; its `_service` prints the schema again for each request.
"""

from __future__ import annotations

import asyncio
import reprlib
from functools import cache
from typing import Annotated

import strawberry
from strawberry.federation.schema import FederationAny
from strawberry.schema import BaseSchema

from engine.identifier import region_id
from resolvers.context import Context
from resolvers.operation_budget import REFERENCES_MOST
from resolvers.problems import InvalidArgument, UnknownEntity
from schema import node_query
from schema.application import Application, CommonApplication
from schema.assessment import Assessment
from schema.info import Info
from schema.opd import Opd
from schema.region import Region

KeyedNode = Application | Assessment | CommonApplication | Opd | Region
Entity = Annotated[KeyedNode, strawberry.union("_Entity")]

KEY_CHARACTERS_SHOWN = 100  # characters of a key in an error message


@strawberry.type(name="_Service", description="This instance as a subgraph of Apollo Federation.")
class Service:
    sdl: str


@strawberry.type
class EntityQuery:
    @strawberry.field(
        name="_entities",
        description="Returns objects by their keys to gateways, in the order of the references. An "
        "object that is not found is null, with an error of its own. At most "
        f"{REFERENCES_MOST} references in one operation.",
    )
    async def entities(
        self, info: Info, representations: list[FederationAny]
    ) -> list[Entity | None]:
        info.context.budget.count_references(len(representations))
        entities = (_find_entity(info.context, reference) for reference in representations)
        # GraphQL reports an exception in place of an item as the error of that item only.
        return await asyncio.gather(*entities, return_exceptions=True)  # type: ignore[return-value]

    @strawberry.field(name="_service", description="The schema of this subgraph, for composers.")
    def service(self, info: Info) -> Service:
        return Service(sdl=_sdl(info.schema))


async def _find_entity(context: Context, reference: object) -> KeyedNode:
    entity: object
    match reference:
        case {"__typename": "Region" as kind, "code": str(key)}:
            entity = await node_query.find_node(context, region_id(key))
        case {"__typename": "Application" | "Assessment" | "Opd" as kind, "id": str(key)}:
            entity = await node_query.find_node(context, key)
        case {"__typename": "CommonApplication" as kind, "id": str(key)}:
            entity = CommonApplication.find_by_id(key)
        case _:
            raise InvalidArgument(
                "representations",
                "Region by code, or Application, Assessment, CommonApplication or Opd by id",
                reprlib.repr(reference),
            )
    # An id may belong to a node of another type than the requested one.
    if isinstance(entity, KeyedNode) and type(entity).__name__ == kind:
        return entity
    raise UnknownEntity(kind, key[:KEY_CHARACTERS_SHOWN])


@cache
def _sdl(schema: BaseSchema) -> str:
    return schema.as_str()
