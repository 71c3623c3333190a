"""Evaluates the requirements of a rule: each is met, failed or unknown.

The evaluation assumes an open world: a fact that an inventory lacks may still exist. So a missing
fact fails a requirement only if the OPDs concerned attest a complete inventory, and a missing
document only after submission has ended. If an exchange would suffice but for its unknown date or
mode, the requirement is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from engine.assessment.instrument import Indicator
from engine.graph.graph import GraphEdge, GraphNodeKind
from engine.model import EvidenceKind, IntegrationMode
from engine.verification.evaluation import (
    Evaluation,
    Finding,
    Missing,
    VerificationGap,
    met_finding,
    not_counted,
    unmet_finding,
)
from engine.verification.rule import Requirement, RequirementKind

LIVE = (IntegrationMode.HUB, IntegrationMode.API)
OUTSIDE = (GraphNodeKind.COMMON_APPLICATION, GraphNodeKind.ELSEWHERE)  # ends at another instance
MAYBE_BUS = (IntegrationMode.HUB, IntegrationMode.UNKNOWN)

Bus = dict[str, list[GraphEdge]]  # the edges of each OPD in scope


def evaluate_requirement(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    """Evaluate one requirement of an indicator."""
    return _ANSWERS[asked.ask](reading, indicator, asked)


def _any_opd_on_bus(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    on_bus, others = _bus(reading)
    if on_bus:
        return met_finding(asked, (edge for edges in on_bus.values() for edge in edges))
    return _not_on_bus(reading, asked, on_bus, others, every=False)


def _every_opd_on_bus(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    on_bus, others = _bus(reading)
    if on_bus and on_bus.keys() == set(reading.inventory.in_scope):
        return met_finding(asked, (edge for edges in on_bus.values() for edge in edges))
    return _not_on_bus(reading, asked, on_bus, others, every=True)


def _bus(reading: Evaluation) -> tuple[Bus, Bus]:
    """Return the edges that show an OPD on the bus, and those that might, by OPD in scope."""
    scope = reading.inventory.in_scope
    among = set(scope)
    owner = {each.id: each.opd for each in reading.applications if each.opd in among}
    reading.note("scope", *scope, "exempt", *sorted(reading.inventory.exempt.items()))
    reading.note("owners", *owner.items())
    shown: Bus = {}
    others: Bus = {}
    for edge in reading.chosen(lambda edge: edge.integration.mode in MAYBE_BUS):
        sure = edge.counts and edge.integration.mode is IntegrationMode.HUB
        for opd in {owner.get(edge.source), owner.get(edge.target)}:
            if opd is not None:
                (shown if sure else others).setdefault(opd, []).append(edge)
    return shown, others


def _not_on_bus(
    reading: Evaluation, asked: Requirement, on_bus: Bus, others: Bus, *, every: bool
) -> Finding:
    """Return the finding on OPDs without an edge on the bus.

    If every OPD must be on the bus, one OPD that attests its inventory suffices to refute it.
    """
    left = [opd for opd in reading.inventory.in_scope if opd not in on_bus]
    candidates = {edge.id: edge for opd in left for edge in others.get(opd, ())}
    unsure = {
        opd for opd in left if any(each.counts or each.undecided for each in others.get(opd, ()))
    }
    open_opds = reading.not_vouched_for(left)
    unsure.update(each.subject for each in open_opds)
    gaps = [Missing(VerificationGap.OPD_NOT_ON_BUS, opd) for opd in left]
    gaps += [not_counted(candidates[id]) for id in sorted(candidates)]
    return unmet_finding(
        asked,
        gaps + open_opds,
        unknown=unsure.issuperset(left) if every else bool(unsure),
        edges=(edge for edges in on_bus.values() for edge in edges),
    )


def _bus_joined_outside(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    shown, gaps, unknown = [], [Missing(VerificationGap.NO_EXCHANGE)], False
    nodes = reading.inventory.graph.nodes
    for edge in reading.chosen(lambda edge: edge.integration.mode in MAYBE_BUS):
        if nodes[edge.source].inside and nodes[edge.target].inside:
            continue
        far = reading.node(edge.target if nodes[edge.source].inside else edge.source)
        if not edge.counts or edge.integration.mode is IntegrationMode.UNKNOWN:
            gaps.append(not_counted(edge))
            unknown = unknown or edge.counts or edge.undecided
        elif far.kind in OUTSIDE:
            shown.append(edge)
        else:
            gaps.append(Missing(VerificationGap.OWNER_UNKNOWN, edge.id))
            unknown = True
    if shown:
        return met_finding(asked, shown)
    open_opds = reading.not_vouched_for(reading.inventory.in_scope)
    return unmet_finding(asked, gaps + open_opds, unknown=unknown or bool(open_opds))


def _partner_linked(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    """Look for an exchange with an application of a partner or of another instance.

    The partners in the instrument are examples, so an assessor decides on an exchange with any
    other service of the region. Two applications of one service do not count as partners.
    """
    partners = frozenset(indicator.integration.partners if indicator.integration else ())
    reading.note("partners", *sorted(partners))
    own = {each.id: each.opd for each in reading.serving(indicator.number)}
    if not own:
        return _nothing_serves(reading, indicator, asked)
    fitting: dict[str, bool] = {}
    shown: list[GraphEdge] = []
    others: list[GraphEdge] = []  # edges of the service that are not evidence
    for edge in reading.edges_at(own):
        ends = (edge.source, edge.target)
        far = [end for end, near in (ends, ends[::-1]) if near in own]
        for id in far:
            if id not in fitting:
                kind = reading.node(id).kind
                fitting[id] = kind in OUTSIDE or not partners.isdisjoint(reading.serves(id))
        if fitting[far[0]] or fitting[far[-1]]:
            (shown if edge.counts else others).append(edge)
        elif len(far) == 1:
            others.append(edge)
    if shown:
        return met_finding(asked, shown)
    nodes = reading.inventory.graph.nodes
    gaps = []
    for edge in others:
        if not edge.counts:
            gaps.append(not_counted(edge))
        elif GraphNodeKind.NAMED in (nodes[edge.source].kind, nodes[edge.target].kind):
            gaps.append(Missing(VerificationGap.OWNER_UNKNOWN, edge.id))
        else:
            gaps.append(Missing(VerificationGap.PARTNER_NOT_NAMED, edge.id))
    open_opds = reading.not_vouched_for(own.values())
    unknown = bool(open_opds) or any(each.counts or each.undecided for each in others)
    gaps += [Missing(VerificationGap.NO_EXCHANGE, id) for id in own]
    return unmet_finding(asked, gaps + open_opds, unknown=unknown)


def _nothing_serves(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    """No known application serves the indicator. It is a fact only if all services are known."""
    unclassified = [
        each.id for each in reading.applications if each.id not in reading.inventory.serves
    ]
    open_opds = reading.not_vouched_for(reading.inventory.in_scope)
    # The text is part of a hash that is stored, so it must not change.
    reading.note("untold", *unclassified)
    gaps = [Missing(VerificationGap.NO_APPLICATION, str(indicator.number)), *open_opds]
    gaps += [Missing(VerificationGap.SERVICE_UNKNOWN, id) for id in unclassified]
    return unmet_finding(asked, gaps, unknown=bool(unclassified or open_opds))


def _every_serving_linked(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    own = [each.id for each in reading.serving(indicator.number)]
    return _linked(reading, own, asked) if own else _nothing_serves(reading, indicator, asked)


def _every_application_linked(
    reading: Evaluation, indicator: Indicator, asked: Requirement
) -> Finding:
    own = [each.id for each in reading.applications]
    if own:
        return _linked(reading, own, asked)
    open_opds = reading.not_vouched_for(reading.inventory.in_scope)
    gaps = [Missing(VerificationGap.NO_APPLICATION, str(indicator.number)), *open_opds]
    return unmet_finding(asked, gaps, unknown=True)


def _linked(reading: Evaluation, applications: list[str], asked: Requirement) -> Finding:
    """Check that each of these applications has an exchange that counts."""
    reading.note("applications", *applications)
    edges = reading.edges_at(applications)
    shown = [edge for edge in edges if edge.counts]
    linked = {end for edge in shown for end in (edge.source, edge.target)}
    alone = [id for id in applications if id not in linked]
    if applications and not alone:
        return met_finding(asked, shown)
    undecided = {end for edge in edges if edge.undecided for end in (edge.source, edge.target)}
    owner = {id: reading.inventory.graph.nodes[id].opd for id in alone}
    open_opds = reading.not_vouched_for(owner.values())
    unsure = {each.subject for each in open_opds}
    refuted = [id for id in alone if id not in undecided and (owner[id] or "") not in unsure]
    gaps = [Missing(VerificationGap.NO_EXCHANGE, id) for id in alone]
    gaps += [
        not_counted(edge)
        for edge in edges
        if not edge.counts and {edge.source, edge.target} & owner.keys()
    ]
    return unmet_finding(asked, gaps + open_opds, unknown=not refuted, edges=shown)


def _live_exchange(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    edges = reading.edges_at(each.id for each in reading.applications)
    shown = [edge for edge in edges if edge.counts and edge.integration.mode in LIVE]
    if shown:
        return met_finding(asked, shown)
    maybe = [
        edge
        for edge in edges
        if edge.integration.mode in (*LIVE, IntegrationMode.UNKNOWN)
        and (edge.counts or edge.undecided)
    ]
    open_opds = reading.not_vouched_for(reading.inventory.in_scope)
    gaps = [Missing(VerificationGap.NO_EXCHANGE), *map(not_counted, maybe), *open_opds]
    return unmet_finding(asked, gaps, unknown=bool(maybe or open_opds))


def _consulted(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    """Check the share of applications built since the policy with a recorded consultation."""
    known = reading.inventory.development
    if known is None:
        return unmet_finding(asked, [Missing(VerificationGap.CONSULTATION_UNKNOWN)], unknown=True)
    reading.note("built", known.built, known.year_unknown, sorted(known.consulted.items()))
    never = [id for id in known.built if known.consulted.get(id) is False]
    unrecorded = [id for id in known.built if id not in known.consulted]
    undated = [id for id in known.year_unknown if not known.consulted.get(id)]
    built = len(known.built)
    if not undated and built - len(never) - len(unrecorded) >= asked.share * built:
        return met_finding(asked)
    gaps = [Missing(VerificationGap.NOT_CONSULTED, id) for id in never]
    gaps += [Missing(VerificationGap.CONSULTATION_UNKNOWN, id) for id in unrecorded + undated]
    possible = built + len(known.year_unknown)  # if all of unknown year were built since
    most = Fraction(possible - len(never), possible or 1)
    return unmet_finding(asked, gaps, unknown=most >= asked.share)


def _no_duplicate(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    known = reading.inventory.development
    if known is None:
        return unmet_finding(asked, [Missing(VerificationGap.CONSULTATION_UNKNOWN)], unknown=True)
    reading.note("built", known.built, known.year_unknown, known.duplicates)
    built, maybe = set(known.built), {*known.built, *known.year_unknown}
    pairs = [pair for pair in known.duplicates if maybe.issuperset(pair)]
    if not pairs:
        return met_finding(asked)
    gaps = [Missing(VerificationGap.DUPLICATE, " ".join(pair)) for pair in pairs]
    return unmet_finding(asked, gaps, unknown=not any(built.issuperset(pair) for pair in pairs))


def _review(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    return _document(reading, indicator, asked, EvidenceKind.REVIEW)


def _follow_up(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    return _document(reading, indicator, asked, EvidenceKind.FOLLOW_UP)


def _document(
    reading: Evaluation, indicator: Indicator, asked: Requirement, kind: EvidenceKind
) -> Finding:
    inventory = reading.inventory
    handed_in = [
        each
        for each in inventory.documents
        if each.indicator == indicator.number and each.kind is kind
    ]
    reading.note(kind.value, *((each.id, str(each.dated)) for each in handed_in))
    fitting = [
        each.id
        for each in handed_in
        if not asked.in_year or (each.dated is not None and each.dated.year == inventory.year)
    ]
    if fitting:
        return met_finding(asked, documents=fitting)
    undated = [each.id for each in handed_in if each.dated is None]
    gaps = [Missing(VerificationGap.NO_DOCUMENT, kind.value)]
    gaps += [Missing(VerificationGap.DOCUMENT_UNDATED, id) for id in undated]
    return unmet_finding(asked, gaps, unknown=bool(undated) or not inventory.documents_closed)


def _judgement(reading: Evaluation, indicator: Indicator, asked: Requirement) -> Finding:
    return unmet_finding(asked, [Missing(VerificationGap.NOT_DECIDABLE)], unknown=True)


_ANSWERS: dict[RequirementKind, Callable[[Evaluation, Indicator, Requirement], Finding]] = {
    RequirementKind.ANY_OPD_ON_BUS: _any_opd_on_bus,
    RequirementKind.EVERY_OPD_ON_BUS: _every_opd_on_bus,
    RequirementKind.BUS_JOINED_OUTSIDE: _bus_joined_outside,
    RequirementKind.PARTNER_LINKED: _partner_linked,
    RequirementKind.EVERY_SERVING_LINKED: _every_serving_linked,
    RequirementKind.EVERY_APPLICATION_LINKED: _every_application_linked,
    RequirementKind.LIVE_EXCHANGE: _live_exchange,
    RequirementKind.CONSULTED: _consulted,
    RequirementKind.NO_DUPLICATE: _no_duplicate,
    RequirementKind.REVIEW: _review,
    RequirementKind.FOLLOW_UP: _follow_up,
    RequirementKind.JUDGEMENT: _judgement,
}
