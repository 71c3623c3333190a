"""Simulates a region as if proposals were carried out; the simulation is never stored.

Resolvers read it like the region itself, through a context with the simulated inventory. It assumes
that the attestations of OPDs stay valid, which carrying out the proposals would have to ensure.
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
    """An inventory after proposals; its own hash separates cached results from the real ones."""

    carried_out: tuple[str, ...] = ()  # hashes of the inventory before and of the proposals

    @cached_property
    def inputs(self) -> str:
        """The hash that identifies this inventory in caches."""
        return hash_texts(["what-if", *self.carried_out])


@dataclass(frozen=True)
class WhatIfOutcome:
    """The region before and after the proposals, and the changes of its integrations."""

    region: str
    proposals: tuple[Proposal, ...]
    what_if: engine.WhatIf
    before: Context
    after: Context

    async def diagnosed(self, context: Context, basis: GraphBasis) -> GraphDiagnosis:
        """Return the diagnostics of one side, `before` or `after`."""
        self.before.budget.count_searches()  # `after` has a budget of its own, too
        return await graph.diagnose_region_graph(context, self.region, basis)

    async def verified(
        self, context: Context, instrument: str, year: int | None, kind: AssessmentKind
    ) -> VerificationResult:
        """Return the verification of one side: the same claims against its graph."""
        self.before.budget.count_searches()
        return await verification.verify_region_claims(
            context, self.region, instrument=instrument, year=year, kind=kind
        )


async def simulate_proposals(context: Context, region: Region, ids: Sequence[str]) -> WhatIfOutcome:
    """Carry out proposals on a copy, in the order given.

    Raises:
        InvalidArgument: there are no or too many ids, or one is no proposal of this region.
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
