"""Simulates a region as if proposals were carried out; the simulation is never stored.

Resolvers read it like the region itself, through a context with the simulated inventory. It assumes
that the attestations of OPDs stay valid, which carrying out the proposals would have to ensure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

from engine.consolidation import what_if as engine
from engine.consolidation.proposal import Proposal, ProposalKind
from engine.graph.graph import GraphBasis, hash_texts
from engine.model import ApplicationStatus, AssessmentKind, Region
from resolvers import consolidation, graph, verification
from resolvers.context import Context
from resolvers.graph import GraphDiagnosis
from resolvers.problems import InvalidArgument
from resolvers.verification import VerificationResult
from storage.region_inventory import RegionInventoryRecord

PROPOSALS_MOST = 50


@dataclass(frozen=True)
class SimulatedInventory(RegionInventoryRecord):
    """An inventory after proposals; its own hash separates cached results from the real ones."""

    input_hashes: tuple[str, ...] = ()  # hashes of the inventory before and of the proposals

    @cached_property
    def digest(self) -> str:
        """The hash that identifies this inventory in caches."""
        return hash_texts(["what-if", *self.input_hashes])


@dataclass(frozen=True)
class WhatIfOutcome:
    """The region before and after the proposals, and the changes of its integrations."""

    region: str
    proposals: tuple[Proposal, ...]
    what_if: engine.WhatIf
    before: Context
    after: Context

    async def count_applications_in_use(self, context: Context) -> int:
        """Return the number of applications of one side that are not retired."""
        record = await context.loaders.inventories.load(self.region)
        return sum(
            application.status is not ApplicationStatus.RETIRED
            for application in record.applications
        )

    async def diagnose_side(self, context: Context, basis: GraphBasis) -> GraphDiagnosis:
        """Return the diagnostics of one side, `before` or `after`."""
        self.before.budget.count_searches()  # `after` has a budget of its own, too
        return await graph.diagnose_region_graph(context, self.region, basis)

    async def verify_side(
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
    requested_ids = list(dict.fromkeys(ids))
    if not 1 <= len(requested_ids) <= PROPOSALS_MOST:
        raise InvalidArgument("proposalIds", f"1 to {PROPOSALS_MOST} ids", str(len(requested_ids)))
    proposals_by_id = {
        entry.proposal.id: entry.proposal
        for entry in await consolidation.list_all_proposals(context, region)
    }
    unknown_ids = [id for id in requested_ids if id not in proposals_by_id]
    if unknown_ids:
        raise InvalidArgument(
            "proposalIds", "ids of proposals of this region", ", ".join(unknown_ids)
        )
    proposals = tuple(proposals_by_id[id] for id in requested_ids)
    record = await context.loaders.inventories.load(region.code)
    shared_ids = [
        id
        for proposal in proposals
        if proposal.kind is ProposalKind.SHARE
        for id in proposal.applications
    ]
    originals = [
        application
        for application in await context.loaders.applications.load_many(shared_ids)
        if application is not None
    ]
    elsewhere = {
        application.id: application for application in (*record.foreign_applications, *originals)
    }
    result = engine.apply_proposals(
        proposals, (*record.applications, *elsewhere.values()), record.integrations
    )
    unchanged = {field.name: getattr(record, field.name) for field in fields(RegionInventoryRecord)}
    after = SimulatedInventory(
        **unchanged
        | {
            "applications": tuple(
                application
                for application in result.applications
                if application.region == region.code
            ),
            "integrations": result.integrations,
            "foreign_applications": tuple(
                application
                for application in result.applications
                if application.region != region.code
            ),
        },
        input_hashes=(
            record.digest,
            *(f"{proposal.id} {proposal.inputs}" for proposal in proposals),
        ),
    )
    simulated = Context(context.instance, context.viewer)
    simulated.loaders.inventories.prime(region.code, after)
    return WhatIfOutcome(region.code, proposals, result, context, simulated)
