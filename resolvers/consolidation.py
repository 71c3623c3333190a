"""Computes consolidation proposals for a region, and records decisions about them.

A proposal is to retire, replace, merge, share or connect applications. Proposals are computed from
the inventory and not stored; decisions are stored. Values that are not recorded (users, fit, costs)
are not guessed: the proposal lists them as missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.consolidation import consolidation as engine
from engine.consolidation.decision import (
    ProposalChoice,
    ProposalDecision,
    ProposalStatus,
    proposal_status,
)
from engine.consolidation.proposal import Proposal, ProposalKind, drop_rejected_proposals
from engine.consolidation.region_facts import MissingExchange, RegionFacts
from engine.consolidation.reuse import ReuseCandidate
from engine.document import to_document
from engine.graph.exchange import match_required_exchanges
from engine.graph.graph import GraphBasis, IntegrationGraph
from engine.identifier import parse_entity_id
from engine.log.body_bounds import text_bound
from engine.model import CommonApplication, EventKind, Region
from engine.verification.completeness import measure_completeness
from facts.function import national_systems
from facts.tables import common_applications
from resolvers import access, graph, inventory_analysis, reuse
from resolvers.context import Context
from resolvers.problems import InvalidInput, NotFound
from resolvers.region_change import checked_text, open_region_change
from resolvers.region_record import required_exchanges
from storage import proposal as stored
from storage.log import LogTransaction
from storage.region_inventory import RegionInventoryRecord

CURRENT_INPUTS_HASH = "the current hash of the proposal: read it again"


@dataclass(frozen=True, slots=True)
class ProposalWithStatus:
    """A proposal with its status and the latest decision about it."""

    proposal: Proposal
    status: ProposalStatus
    latest_decision: (
        ProposalDecision | None
    )  # the latest decision, on these inputs or on earlier ones


@dataclass(frozen=True, slots=True)
class DecideProposal:
    """Input to decide on a proposal, of which the person saw the inputs with `inputs_hash`."""

    proposal_id: str
    inputs_hash: str
    choice: ProposalChoice
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProvinceContext:
    """The inputs of a region's proposals other than its own inventory."""

    candidates: tuple[ReuseCandidate, ...]  # from the other regions of its province
    models: inventory_analysis.AnalysisModels


async def list_region_proposals(
    context: Context,
    region: Region,
    *,
    status: ProposalStatus | None = None,
    kinds: Sequence[ProposalKind] = (),
) -> list[ProposalWithStatus]:
    """Return a region's proposals, by default without those rejected on their current inputs."""
    entries = await list_all_proposals(context, region)
    if status is None:
        decisions = [
            entry.latest_decision for entry in entries if entry.latest_decision is not None
        ]
        rejected_inputs = {
            decision.proposal: decision.inputs
            for decision in decisions
            if decision.decision is ProposalChoice.REJECT
        }
        remaining_ids = {
            proposal.id
            for proposal in drop_rejected_proposals(
                (entry.proposal for entry in entries), rejected_inputs
            )
        }
        entries = [entry for entry in entries if entry.proposal.id in remaining_ids]
    return [
        entry
        for entry in entries
        if status in (None, entry.status) and (not kinds or entry.proposal.kind in kinds)
    ]


async def list_all_proposals(context: Context, region: Region) -> list[ProposalWithStatus]:
    """Return all proposals for a region's inventory, including the rejected ones."""
    context.budget.count_searches()
    record = await context.loaders.inventories.load(region.code)
    proposals = await compute_proposals(
        context, record, await load_province_context(context, region)
    )
    async with context.read() as session:
        decisions = await stored.decisions_by_proposal(session, region.code)
    return [_attach_status(proposal, decisions.get(proposal.id)) for proposal in proposals]


async def find_proposal(context: Context, id: str) -> ProposalWithStatus | None:
    """Return the proposal with this id; None if there is no such proposal now."""
    parts = parse_entity_id(id)
    region = None if parts is None else await context.loaders.regions.load(parts.region)
    if region is None:
        return None
    entries = await list_all_proposals(context, region)
    return next((entry for entry in entries if entry.proposal.id == id), None)


async def decide_proposal(
    context: Context, request: DecideProposal, key: str | None
) -> ProposalDecision:
    """Record a person's decision on a proposal.

    Raises:
        NotFound: the region has no such proposal.
        InvalidInput: the proposal's inputs have changed, or the reason is too short or long.
    """
    parts = parse_entity_id(request.proposal_id)
    if parts is None or parts.kind != "proposal":
        raise NotFound("proposal", request.proposal_id)
    province_context = await _preload_province_context(context, parts.region)

    async def apply_request(transaction: LogTransaction, region: Region) -> ProposalDecision:
        access.allow_proposal_decision(context.viewer, region)
        bound = replace(
            text_bound(ProposalDecision, "reason"),
            least=1 if request.choice is ProposalChoice.REJECT else 0,
        )
        reason = checked_text("reason", request.reason, bound)
        record = await context.instance.inventories.load_region_inventory(
            transaction.session, region.code
        )
        proposals = (
            ()
            if province_context is None
            else await compute_proposals(context, record, province_context)
        )
        subject: Proposal | ProposalDecision | None
        subject = next(
            (proposal for proposal in proposals if proposal.id == request.proposal_id), None
        )
        if subject is None and request.choice is ProposalChoice.REJECT:
            # An accepted proposal can be rejected later, even if it is no longer proposed.
            subject = (await stored.decisions_by_proposal(transaction.session, region.code)).get(
                request.proposal_id
            )
        if subject is None:
            raise NotFound("proposal", request.proposal_id)
        if subject.inputs != request.inputs_hash:
            raise InvalidInput("inputsHash", CURRENT_INPUTS_HASH, repr(request.inputs_hash))
        decided = ProposalDecision(
            region=region.code,
            proposal=request.proposal_id,
            inputs=subject.inputs,
            decision=request.choice,
            reason=reason,
            by=context.viewer.subject,
            at=transaction.at,
            kind=subject.kind,
            applications=subject.applications,
        )
        await transaction.append(
            actor=context.actor,
            kind=EventKind.PROPOSAL_DECIDED,
            subject=request.proposal_id,
            body=to_document(decided),
        )
        return decided

    async with open_region_change(
        context,
        parts.region,
        key=key,
        request=request,
        result_type=ProposalDecision,
        counted_field="proposalId",
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def load_province_context(context: Context, region: Region) -> ProvinceContext:
    """Return the inputs of a region's proposals other than its own inventory."""
    return ProvinceContext(
        await reuse.find_reuse_candidates(context, region),
        await inventory_analysis.load_analysis_models(context),
    )


async def _preload_province_context(context: Context, code: str) -> ProvinceContext | None:
    """Load other regions' data and cache the proposals, so that the lock is held only briefly."""
    region = await context.loaders.regions.load(code)
    if region is None or not access.covers_region(context.viewer, region):
        return None  # the mutation raises the right problem later
    province_context = await load_province_context(context, region)
    await compute_proposals(context, await context.loaders.inventories.load(code), province_context)
    return province_context


async def compute_proposals(
    context: Context, record: RegionInventoryRecord, province_context: ProvinceContext
) -> tuple[Proposal, ...]:
    """Return the proposals for this state of an inventory, without reading the inventory again."""
    candidates = province_context.candidates
    analysis = await inventory_analysis.analyse_inventory(context, record, province_context.models)
    integration_graph = await graph.compute_integration_graph(context, record)

    def compute() -> tuple[Proposal, ...]:
        completeness = measure_completeness(record.region, record.applications).exact
        region_facts = RegionFacts(
            tags=analysis.tags,
            completeness=None if completeness is None else float(completeness),
            mandates=_mandated_applications(),
            national_systems=analysis.national,
            listing_groups=analysis.duplicate_groups,
            clusters=analysis.clusters,
            reuse_candidates=candidates,
            missing_exchanges=_missing_exchanges(record, integration_graph),
        )
        return engine.consolidation_proposals(
            record.region, record.applications, record.integrations, region_facts
        )

    key = ("proposals", record.digest, analysis.training_digest, candidates)
    return await context.instance.result_cache.find_or_compute(key, compute)


def _missing_exchanges(
    record: RegionInventoryRecord, integration_graph: IntegrationGraph
) -> list[MissingExchange]:
    """Return the required exchanges that no recorded integration meets, whatever its evidence."""
    exchanges = match_required_exchanges(
        required_exchanges(record, integration_graph),
        integration_graph.edges_by_basis(GraphBasis.RECORDED),
    )
    return [
        MissingExchange(
            exchange.required.first_applications,
            exchange.required.second_applications,
            exchange.required.data_object,
            f"{exchange.required.rule}/{exchange.required.id}",
        )
        for exchange in exchanges
        if not exchange.edges
    ]


def _mandated_applications() -> dict[str, CommonApplication]:
    """Return the common application that regulation requires, by function."""
    applications_by_id = {application.id: application for application in common_applications()}
    mandates: dict[str, CommonApplication] = {}
    for system in national_systems():
        if system.common_application is not None:
            for function in system.functions:
                mandates.setdefault(function, applications_by_id[system.common_application])
    return mandates


def _attach_status(proposal: Proposal, decided: ProposalDecision | None) -> ProposalWithStatus:
    return ProposalWithStatus(proposal, proposal_status(proposal, decided), decided)
