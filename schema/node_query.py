"""GraphQL query that finds any node by its id."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.identifier import EntityId, parse_entity_id
from resolvers.consolidation import find_proposal
from resolvers.context import Context
from resolvers.import_history import find_import
from resolvers.instrument import find_instrument
from resolvers.verification import find_rule_table
from schema.application import Application, CommonApplication
from schema.assessment import Assessment
from schema.consolidation import Proposal
from schema.duplicates import NationalSystem
from schema.function_tag import BusinessFunction
from schema.info import Info
from schema.instrument import schema_instrument
from schema.integration import Integration
from schema.inventory_import import InventoryImport
from schema.node import Node
from schema.opd import Opd
from schema.region import Region
from schema.rule_table import RuleTable


@strawberry.type
class NodeQuery:
    @strawberry.field(
        description="The object with this id; null if there is none that the viewer may read."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of the object.")],
    ) -> Node | None:
        return await find_node(info.context, id)


async def find_node(context: Context, id: str) -> Node | None:
    """Return the node with this id; None if it does not exist or the viewer may not read it."""
    match parse_entity_id(id):
        case EntityId(code, "region"):
            region = await context.loaders.regions.load(code)
            return None if region is None else Region.from_model(region)
        case EntityId(kind="opd"):
            opd = await context.loaders.opds.load(id)
            return None if opd is None else Opd.from_model(opd)
        case EntityId(kind="application"):
            application = await context.loaders.applications.load(id)
            return None if application is None else Application.from_model(application)
        case EntityId(kind="assessment"):
            assessment = await context.loaders.assessments.load(id)
            return None if assessment is None else Assessment.from_model(*assessment)
        case EntityId(kind="integration"):
            integration = await context.loaders.integrations.load(id)
            return None if integration is None else Integration.from_model(integration)
        case EntityId(kind="import"):
            inventory_import = await find_import(context, id)
            return (
                None if inventory_import is None else InventoryImport.from_model(inventory_import)
            )
        case EntityId(kind="proposal"):
            proposal = await find_proposal(context, id)
            return None if proposal is None else Proposal.from_model(proposal)
        case _:
            return _find_catalogue_node(id)


def _find_catalogue_node(id: str) -> Node | None:
    """Return the object of a catalogue that ships with Simpul; None if there is none."""
    if find_instrument(id) is not None:
        return schema_instrument(id)
    if (table := find_rule_table(id)) is not None:
        return RuleTable.from_model(table)
    return (
        CommonApplication.find_by_id(id)
        or BusinessFunction.find_by_id(id)
        or NationalSystem.find_by_id(id)
    )
