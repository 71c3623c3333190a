"""GraphQL types for a region as if proposals were carried out."""

from __future__ import annotations

import strawberry

from engine import model
from engine.graph import graph as engine_graph
from resolvers import what_if as resolved
from resolvers.context import Context
from schema.application_reference import LISTED_MOST
from schema.descriptions import NOT_COMPUTED
from schema.diagnostics import Diagnostics
from schema.enums import AssessmentKind, GraphBasis
from schema.info import Info
from schema.verification import SPBE_2020, Verification


@strawberry.type(description="A region before or after: what its shape and its rules tell.")
class WhatIfSide:
    simulated: bool = strawberry.field(description="True of what would be: none of it is a fact.")
    _outcome: strawberry.Private[resolved.WhatIfOutcome]
    _context: strawberry.Private[Context]

    @strawberry.field
    async def diagnostics(
        self, basis: GraphBasis = engine_graph.GraphBasis.RECORDED
    ) -> Diagnostics:
        return Diagnostics.from_model(await self._outcome.diagnose_side(self._context, basis))

    @strawberry.field(description="The same claims, held against the graph of this side.")
    async def verification(
        self,
        instrument: strawberry.ID = SPBE_2020,
        year: int | None = None,
        kind: AssessmentKind = model.AssessmentKind.SELF,
    ) -> Verification:
        result = await self._outcome.verify_side(self._context, instrument, year, kind)
        return Verification.from_model(result)


@strawberry.type(
    description="SIMULATION: proposals carried out on a copy, in the order given. What is newly "
    "connected counts as documented, never as verified. Nothing is stored."
)
class WhatIf:
    proposals: list[strawberry.ID]
    applications_before: int = strawberry.field(description="That are not retired.")
    applications_after: int
    repointed_count: int
    repointed: list[strawberry.ID] = strawberry.field(description="Integrations; the first 100.")
    lost_count: int
    lost: list[strawberry.ID] = strawberry.field(
        description="Integrations without an end, or that the survivor has; the first 100."
    )
    added: list[strawberry.ID] = strawberry.field(description="Ids of the simulation only.")
    before: WhatIfSide
    after: WhatIfSide

    @classmethod
    async def from_model(cls, value: resolved.WhatIfOutcome) -> WhatIf:
        what_if = value.what_if
        return cls(
            proposals=[strawberry.ID(proposal.id) for proposal in value.proposals],
            applications_before=await _count_in_use(value, value.before),
            applications_after=await _count_in_use(value, value.after),
            repointed_count=len(what_if.repointed),
            repointed=_first_ids(what_if.repointed),
            lost_count=len(what_if.lost),
            lost=_first_ids(what_if.lost),
            added=_first_ids(what_if.added),
            before=WhatIfSide(simulated=False, _outcome=value, _context=value.before),
            after=WhatIfSide(simulated=True, _outcome=value, _context=value.after),
        )


@strawberry.type
class RegionWhatIf:
    """The field of Region that simulates proposals."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="1 to 50 proposals of this region, rejected ones too: before and after. "
        + NOT_COMPUTED
    )
    async def what_if(self, info: Info, proposals: list[strawberry.ID]) -> WhatIf | None:
        return await WhatIf.from_model(
            await resolved.simulate_proposals(info.context, self._value, proposals)
        )


async def _count_in_use(value: resolved.WhatIfOutcome, context: Context) -> int:
    recorded = await context.loaders.inventories.load(value.region)
    return sum(
        application.status is not model.ApplicationStatus.RETIRED
        for application in recorded.applications
    )


def _first_ids(values: tuple[str, ...]) -> list[strawberry.ID]:
    return [strawberry.ID(id) for id in values[:LISTED_MOST]]
