"""What a region would look like if proposals were carried out: a simulation, never stored.

It is asked like the region itself, by a context in which the inventory is another. Seals of OPDs
are taken to hold as they do now, which carrying out would have to see to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.consolidation import what_if as engine
from engine.consolidation.proposal import Proposal, ProposalKind
from engine.graph.graph import GraphBasis, hash_texts
from engine.model import AssessmentKind, Region
from resolvers import consolidation, graph, verification
from resolvers.context import Context
from resolvers.graph import GraphDiagnosis
from resolvers.problems import InvalidArgument
from resolvers.verification import VerificationResult
from storage.inventory import RegionInventoryRecord

PROPOSALS_MOST = 50


@dataclass(frozen=True)
class SimulatedInventory(RegionInventoryRecord):
    """An inventory after proposals; what was computed from it is never taken for the real one."""

    carried_out: tuple[str, ...] = ()  # what it follows from, the inventory before included

    @cached_property
    def inputs(self) -> str:
        return hash_texts(["what-if", *self.carried_out])


@dataclass(frozen=True)
class WhatIfOutcome:
    """The region as it is and as it would be, and what became of its integrations."""

    region: str
    proposals: tuple[Proposal, ...]
    what_if: engine.WhatIf
    before: Context
    after: Context

    async def diagnosed(self, context: Context, basis: GraphBasis) -> GraphDiagnosis:
        """Return the diagnoses on one side."""
        self.before.budget.count_searches()  # the other side counts by itself only
        return await graph.diagnose_region_graph(context, self.region, basis)

    async def verified(
        self, context: Context, instrument: str, year: int | None, kind: AssessmentKind
    ) -> VerificationResult:
        """Return the verification on one side: the same claims against its graph."""
        self.before.budget.count_searches()
        return await verification.verify_region_claims(
            context, self.region, instrument=instrument, year=year, kind=kind
        )


async def simulate_proposals(context: Context, region: Region, ids: Sequence[str]) -> WhatIfOutcome:
    """Carry out proposals on a copy, in the order given.

    Raises:
        InvalidArgument: they are none, too many, or not proposals of this region.
    """
    wanted = list(dict.fromkeys(ids))
    if not 1 <= len(wanted) <= PROPOSALS_MOST:
        raise InvalidArgument("proposals", f"1 to {PROPOSALS_MOST} ids", str(len(wanted)))
    known = {
        each.proposal.id: each.proposal
        for each in await consolidation.list_all_proposals(context, region)
    }
    unknown = [id for id in wanted if id not in known]
    if unknown:
        raise InvalidArgument("proposals", "ids of proposals of this region", ", ".join(unknown))
    chosen = tuple(known[id] for id in wanted)
    recorded = await context.loaders.inventories.load(region.code)
    shared = [id for each in chosen if each.kind is ProposalKind.SHARE for id in each.applications]
    originals = [
        each for each in await context.loaders.applications.load_many(shared) if each is not None
    ]
    others = {each.id: each for each in (*recorded.elsewhere, *originals)}
    found = engine.apply_proposals(
        chosen, (*recorded.applications, *others.values()), recorded.integrations
    )
    after = SimulatedInventory(
        region=region.code,
        opds=recorded.opds,
        applications=tuple(each for each in found.applications if each.region == region.code),
        integrations=found.integrations,
        elsewhere=tuple(each for each in found.applications if each.region != region.code),
        attested=recorded.attested,
        carried_out=(recorded.inputs, *(f"{each.id} {each.inputs}" for each in chosen)),
    )
    simulated = Context(context.instance, context.viewer)
    simulated.loaders.inventories.prime(region.code, after)
    return WhatIfOutcome(region.code, chosen, found, context, simulated)
