"""GraphQL types for a region as if proposals were carried out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import strawberry

from engine import model
from resolvers import what_if as resolved
from resolvers.context import Context
from schema.application_reference import LISTED_MOST, first_ids
from schema.arguments import BasisArgument, InstrumentIdArgument, KindArgument
from schema.descriptions import NOT_COMPUTED
from schema.diagnostics import Diagnostics
from schema.enums import AssessmentKind
from schema.graph_enums import GraphBasis
from schema.info import Info
from schema.verification import SPBE_2020, Verification

SIMULATED_ONLY = (
    "They exist in this simulation only, so `node` does not find them. There is at most one for "
    "each proposal."
)


@strawberry.type(description="The state of a region before or after proposals are carried out.")
class WhatIfSide:
    is_simulated: bool = strawberry.field(
        description="Whether this is the state after the proposals, of which nothing is a fact."
    )
    _outcome: strawberry.Private[resolved.WhatIfOutcome]
    _context: strawberry.Private[Context]

    @strawberry.field(description="The number of applications that are not retired.")
    async def application_count(self) -> int:
        return await self._outcome.count_applications_in_use(self._context)

    @strawberry.field(
        description=f"The diagnostics of the integration graph of this side. {NOT_COMPUTED}"
    )
    async def diagnostics(
        self,
        basis: BasisArgument = GraphBasis.RECORDED,
    ) -> Diagnostics | None:
        return Diagnostics.from_model(await self._outcome.diagnose_side(self._context, basis))

    @strawberry.field(
        description="The verification of the region's claims against the integration graph of this "
        f"side. Both sides have the same claims. {NOT_COMPUTED}"
    )
    async def verification(
        self,
        instrument_id: InstrumentIdArgument = SPBE_2020,
        year: Annotated[
            int | None,
            strawberry.argument(
                description="The year of the assessment. Null selects the newest assessment."
            ),
        ] = None,
        kind: KindArgument = AssessmentKind.SELF,
    ) -> Verification | None:
        result = await self._outcome.verify_side(self._context, instrument_id, year, kind)
        return Verification.from_model(result)


@strawberry.type(
    description="A simulation: proposals are carried out on a copy of the inventory, in the order "
    "given. A new connection counts as documented, and never as confirmed. Nothing is stored."
)
class WhatIf:
    proposal_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the proposals that are carried out, each of them once; at most "
        f"{resolved.PROPOSALS_MOST}."
    )
    repointed_integration_count: int = strawberry.field(
        description="The number of integrations that move to another application or to the service "
        "bus."
    )
    repointed_integration_ids: list[strawberry.ID] = strawberry.field(
        description=f"The ids of the integrations that move; the first {LISTED_MOST}."
    )
    lost_integration_count: int = strawberry.field(
        description="The number of integrations that end, because an application at one end is "
        "gone or the remaining application already has the same exchange."
    )
    lost_integration_ids: list[strawberry.ID] = strawberry.field(
        description=f"The ids of the integrations that end; the first {LISTED_MOST}."
    )
    added_integration_ids: list[strawberry.ID] = strawberry.field(
        description=f"The ids of the integrations that are new. {SIMULATED_ONLY}"
    )
    added_application_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the applications that are taken over from other regions. "
        f"{SIMULATED_ONLY}"
    )
    before: WhatIfSide = strawberry.field(description="The region as it is.")
    after: WhatIfSide = strawberry.field(
        description="The region as it would be after the proposals."
    )

    @classmethod
    def from_model(cls, value: resolved.WhatIfOutcome) -> WhatIf:
        what_if = value.what_if
        return cls(
            proposal_ids=_ids(proposal.id for proposal in value.proposals),
            repointed_integration_count=len(what_if.repointed),
            repointed_integration_ids=first_ids(what_if.repointed),
            lost_integration_count=len(what_if.lost),
            lost_integration_ids=first_ids(what_if.lost),
            added_integration_ids=_ids(what_if.added_integrations),
            added_application_ids=_ids(what_if.added_applications),
            before=WhatIfSide(is_simulated=False, _outcome=value, _context=value.before),
            after=WhatIfSide(is_simulated=True, _outcome=value, _context=value.after),
        )


@strawberry.type
class RegionWhatIf:
    """The field of Region that simulates proposals."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="A simulation of the region before and after proposals are carried out. "
        f"{NOT_COMPUTED}"
    )
    async def what_if(
        self,
        info: Info,
        proposal_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(
                description=f"The ids of 1 to {resolved.PROPOSALS_MOST} proposals of this region, "
                "in the order in which they are carried out. They may be rejected ones."
            ),
        ],
    ) -> WhatIf | None:
        return WhatIf.from_model(
            await resolved.simulate_proposals(info.context, self._value, proposal_ids)
        )


def _ids(values: Iterable[str]) -> list[strawberry.ID]:
    return [strawberry.ID(id) for id in values]
