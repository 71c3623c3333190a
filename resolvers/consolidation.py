"""Consolidation proposals: what could be retired, replaced, merged, shared or connected.

Proposals are computed from the inventory and not stored; what people decided about them is. What
nobody recorded (users, fit, costs) is not guessed: it is named as missing.
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
    """A proposal, and where it stands."""

    proposal: Proposal
    status: ProposalStatus
    decided: Decided | None  # the latest decision, on these inputs or on earlier ones


@dataclass(frozen=True, slots=True)
class DecideProposal:
    """A person's answer to a proposal as it stood with `inputs`."""

    region: str
    id: str
    inputs: str
    decision: Decision
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProvinceContext:
    """What a region's proposals rest on besides its own inventory."""

    candidates: tuple[ReuseCandidate, ...]  # of its sisters
    models: inventory_analysis.AnalysisModels


async def list_region_proposals(
    context: Context,
    region: Region,
    *,
    status: ProposalStatus | None = None,
    kinds: Sequence[ProposalKind] = (),
) -> list[ProposalWithStatus]:
    """Return a region's proposals; without `status` all but those rejected on their inputs."""
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
    """Return all proposals that a region's inventory gives, those rejected included."""
    context.budget.count_searches()
    recorded = await context.loaders.inventories.load(region.code)
    found = await compute_proposals(context, recorded, await load_province_context(context, region))
    async with context.read() as session:
        decided = await stored.decisions_by_proposal(session, region.code)
    return [_standing(each, decided.get(each.id)) for each in found]


async def decide_proposal(context: Context, asked: DecideProposal, key: str | None) -> Decided:
    """Record what a person decided about a proposal."""
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
            # What was accepted may be taken back, also when it is proposed no more.
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
    """Return what a region's proposals rest on besides its own inventory."""
    return ProvinceContext(
        await sharing.find_reuse_candidates(context, region),
        await inventory_analysis.load_analysis_models(context),
    )


async def _before_the_lock(context: Context, code: str) -> ProvinceContext | None:
    """Do what takes long before others have to wait, and read what lies in other regions."""
    region = await context.loaders.regions.load(code)
    if region is None or not access.covers_region(context.viewer, region):
        return None  # refused later, with the right problem
    around = await load_province_context(context, region)
    await compute_proposals(context, await context.loaders.inventories.load(code), around)
    return around


async def compute_proposals(
    context: Context, recorded: RegionInventoryRecord, around: ProvinceContext
) -> tuple[Proposal, ...]:
    """Return the proposals that this state of an inventory gives; reads no database."""
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
    """The required exchanges that nobody recorded, whatever their evidence would be."""
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
    """The common application that regulation asks for, by function."""
    common = {each.id: each for each in common_applications()}
    found: dict[str, CommonApplication] = {}
    for system in national_systems():
        if system.common_application is not None:
            for function in system.functions:
                found.setdefault(function, common[system.common_application])
    return found


def _standing(proposal: Proposal, decided: Decided | None) -> ProposalWithStatus:
    return ProposalWithStatus(proposal, proposal_status(proposal, decided), decided)
