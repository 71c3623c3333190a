"""Computes consolidation proposals for a region, and records decisions about them.

A proposal is to retire, replace, merge, share or connect applications. Proposals are computed from
the inventory and not stored; decisions are stored. Values that are not recorded (users, fit, costs)
are not guessed: the proposal lists them as missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.consolidation import consolidation as engine
from engine.consolidation.decision import Decided, Decision, ProposalStatus, proposal_status
from engine.consolidation.proposal import Proposal, ProposalKind, drop_rejected_proposals
from engine.consolidation.region_facts import MissingExchange, RegionFacts
from engine.consolidation.reuse import ReuseCandidate
from engine.document import to_document
from engine.graph.exchange import match_required_exchanges
from engine.graph.graph import GraphBasis, IntegrationGraph
from engine.model import CommonApplication, EventKind, Region
from engine.verification.completeness import measure_completeness
from facts.function import national_systems
from facts.tables import common_applications
from resolvers import access, graph, inventory_analysis, sharing
from resolvers.change import checked_text, open_region_change
from resolvers.context import Context
from resolvers.problems import InvalidInput, NotFound
from resolvers.region_record import required_exchanges
from storage import proposal as stored
from storage.inventory import RegionInventoryRecord
from storage.log import LogTransaction

REASON_LENGTH = 2000
INPUTS_NOW = "those that the proposal has now: read it again"


@dataclass(frozen=True, slots=True)
class ProposalWithStatus:
    """A proposal with its status and the latest decision about it."""

    proposal: Proposal
    status: ProposalStatus
    decided: Decided | None  # the latest decision, on these inputs or on earlier ones


@dataclass(frozen=True, slots=True)
class DecideProposal:
    """Input to decide on a proposal. `inputs` is the hash of the inputs that the person saw."""

    region: str
    id: str
    inputs: str
    decision: Decision
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProvinceContext:
    """The inputs of a region's proposals besides its own inventory."""

    candidates: tuple[ReuseCandidate, ...]  # from the other regions of its province
    models: inventory_analysis.AnalysisModels


async def list_region_proposals(
    context: Context,
    region: Region,
    *,
    status: ProposalStatus | None = None,
    kinds: Sequence[ProposalKind] = (),
) -> list[ProposalWithStatus]:
    """Return a region's proposals; without `status`, omit those rejected on their current inputs."""
    found = await list_all_proposals(context, region)
    if status is None:
        decided = [each.decided for each in found if each.decided is not None]
        no = {each.proposal: each.inputs for each in decided if each.decision is Decision.REJECT}
        left = {each.id for each in drop_rejected_proposals((each.proposal for each in found), no)}
        found = [each for each in found if each.proposal.id in left]
    return [
        each
        for each in found
        if status in (None, each.status) and (not kinds or each.proposal.kind in kinds)
    ]


async def list_all_proposals(context: Context, region: Region) -> list[ProposalWithStatus]:
    """Return all proposals for a region's inventory, including the rejected ones."""
    context.budget.count_searches()
    recorded = await context.loaders.inventories.load(region.code)
    found = await compute_proposals(context, recorded, await load_province_context(context, region))
    async with context.read() as session:
        decided = await stored.decisions_by_proposal(session, region.code)
    return [_standing(each, decided.get(each.id)) for each in found]


async def decide_proposal(context: Context, asked: DecideProposal, key: str | None) -> Decided:
    """Record a person's decision on a proposal.

    Raises:
        NotFound: the region has no such proposal.
        InvalidInput: the proposal's inputs have changed, or the reason is too short or long.
    """
    around = await _before_the_lock(context, asked.region)

    async def work(transaction: LogTransaction, region: Region) -> Decided:
        access.allow_proposal_decision(context.viewer, region)
        least = 1 if asked.decision is Decision.REJECT else 0
        reason = checked_text("reason", asked.reason, least=least, most=REASON_LENGTH)
        recorded = await context.instance.inventories.of_region(transaction.session, region.code)
        found = () if around is None else await compute_proposals(context, recorded, around)
        about: Proposal | Decided | None
        about = next((each for each in found if each.id == asked.id), None)
        if about is None and asked.decision is Decision.REJECT:
            # An accepted proposal can be rejected later, even if it is no longer proposed.
            about = (await stored.decisions_by_proposal(transaction.session, region.code)).get(
                asked.id
            )
        if about is None:
            raise NotFound("proposal", asked.id)
        if about.inputs != asked.inputs:
            raise InvalidInput("inputs", INPUTS_NOW, repr(asked.inputs))
        decided = Decided(
            region=region.code,
            proposal=asked.id,
            inputs=about.inputs,
            decision=asked.decision,
            reason=reason,
            by=context.viewer.subject,
            at=transaction.at,
            kind=about.kind,
            applications=about.applications,
        )
        await transaction.append(
            actor=context.viewer.subject,
            kind=EventKind.PROPOSAL_DECIDED,
            subject=asked.id,
            body=to_document(decided),
        )
        return decided

    async with open_region_change(
        context, asked.region, key=key, request=asked, answer=Decided
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def load_province_context(context: Context, region: Region) -> ProvinceContext:
    """Return the inputs of a region's proposals besides its own inventory."""
    return ProvinceContext(
        await sharing.find_reuse_candidates(context, region),
        await inventory_analysis.load_analysis_models(context),
    )


async def _before_the_lock(context: Context, code: str) -> ProvinceContext | None:
    """Load other regions' data and cache the proposals before the lock, so that it is held briefly."""
    region = await context.loaders.regions.load(code)
    if region is None or not access.covers_region(context.viewer, region):
        return None  # the mutation raises the right problem later
    around = await load_province_context(context, region)
    await compute_proposals(context, await context.loaders.inventories.load(code), around)
    return around


async def compute_proposals(
    context: Context, recorded: RegionInventoryRecord, around: ProvinceContext
) -> tuple[Proposal, ...]:
    """Return the proposals for this state of an inventory, without reading the inventory again."""
    candidates = around.candidates
    read = await inventory_analysis.analyse_inventory(context, recorded, around.models)
    drawn = await graph.compute_integration_graph(context, recorded)

    def work() -> tuple[Proposal, ...]:
        filled = measure_completeness(recorded.region, recorded.applications).exact
        known = RegionFacts(
            tags=read.tags,
            completeness=None if filled is None else float(filled),
            mandates=_mandates(),
            national=read.national,
            relisted=read.relisted,
            clusters=read.clusters,
            candidates=candidates,
            gaps=_gaps(recorded, drawn),
        )
        return engine.consolidation_proposals(
            recorded.region, recorded.applications, recorded.integrations, known
        )

    key = ("proposals", recorded.inputs, read.lessons, candidates)
    return await context.instance.computed.find_or_compute(key, work)


def _gaps(recorded: RegionInventoryRecord, drawn: IntegrationGraph) -> list[MissingExchange]:
    """Return the required exchanges that no recorded integration meets, whatever its evidence."""
    asked = match_required_exchanges(
        required_exchanges(recorded, drawn), drawn.chosen(GraphBasis.RECORDED)
    )
    return [
        MissingExchange(
            each.required.one,
            each.required.other,
            each.required.data,
            f"{each.required.rule}/{each.required.id}",
        )
        for each in asked
        if not each.edges
    ]


def _mandates() -> dict[str, CommonApplication]:
    """Return the common application that regulation requires, by function."""
    common = {each.id: each for each in common_applications()}
    found: dict[str, CommonApplication] = {}
    for system in national_systems():
        if system.common_application is not None:
            for function in system.functions:
                found.setdefault(function, common[system.common_application])
    return found


def _standing(proposal: Proposal, decided: Decided | None) -> ProposalWithStatus:
    return ProposalWithStatus(proposal, proposal_status(proposal, decided), decided)
