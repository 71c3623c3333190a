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
    MissingFact,
    VerificationGap,
    met_finding,
    not_counted_gap,
    unmet_finding,
)
from engine.verification.rule import Requirement, RequirementKind

LIVE_MODES = (IntegrationMode.HUB, IntegrationMode.API)
# The kinds of the ends at another instance.
OUTSIDE_KINDS = (GraphNodeKind.COMMON_APPLICATION, GraphNodeKind.ELSEWHERE)
POSSIBLE_BUS_MODES = (IntegrationMode.HUB, IntegrationMode.UNKNOWN)

EdgesByOpd = dict[str, list[GraphEdge]]  # the edges of each OPD in scope


def evaluate_requirement(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    """Evaluate one requirement of an indicator."""
    return _EVALUATORS[requirement.kind](evaluation, indicator, requirement)


def _any_opd_on_bus(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    on_bus, unconfirmed = _edges_on_bus(evaluation)
    if on_bus:
        return met_finding(requirement, (edge for edges in on_bus.values() for edge in edges))
    return _opds_not_on_bus(evaluation, requirement, on_bus, unconfirmed, every=False)


def _every_opd_on_bus(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    on_bus, unconfirmed = _edges_on_bus(evaluation)
    if on_bus and on_bus.keys() == set(evaluation.inventory.in_scope):
        return met_finding(requirement, (edge for edges in on_bus.values() for edge in edges))
    return _opds_not_on_bus(evaluation, requirement, on_bus, unconfirmed, every=True)


def _edges_on_bus(evaluation: Evaluation) -> tuple[EdgesByOpd, EdgesByOpd]:
    """Return the edges that show an OPD on the bus, and those that might, by OPD in scope."""
    scope = evaluation.inventory.in_scope
    in_scope = set(scope)
    owner = {
        application.id: application.opd
        for application in evaluation.applications
        if application.opd in in_scope
    }
    evaluation.record("scope", *scope, "exempt", *sorted(evaluation.inventory.exemptions.items()))
    evaluation.record("owners", *owner.items())
    shown: EdgesByOpd = {}
    unconfirmed: EdgesByOpd = {}
    for edge in evaluation.select_edges(lambda edge: edge.integration.mode in POSSIBLE_BUS_MODES):
        is_shown = edge.is_counted and edge.integration.mode is IntegrationMode.HUB
        for opd in {owner.get(edge.source), owner.get(edge.target)}:
            if opd is not None:
                (shown if is_shown else unconfirmed).setdefault(opd, []).append(edge)
    return shown, unconfirmed


def _opds_not_on_bus(
    evaluation: Evaluation,
    requirement: Requirement,
    on_bus: EdgesByOpd,
    unconfirmed: EdgesByOpd,
    *,
    every: bool,
) -> Finding:
    """Return the finding on OPDs without an edge on the bus.

    If every OPD must be on the bus, one OPD that attests its inventory suffices to refute it.
    """
    absent = [opd for opd in evaluation.inventory.in_scope if opd not in on_bus]
    candidates = {edge.id: edge for opd in absent for edge in unconfirmed.get(opd, ())}
    undecided_opds = {
        opd
        for opd in absent
        if any(edge.is_counted or edge.is_undecided for edge in unconfirmed.get(opd, ()))
    }
    attestation_gaps = evaluation.attestation_gaps(absent)
    undecided_opds.update(gap.subject for gap in attestation_gaps)
    gaps = [MissingFact(VerificationGap.OPD_NOT_ON_BUS, opd) for opd in absent]
    gaps += [not_counted_gap(candidates[id]) for id in sorted(candidates)]
    return unmet_finding(
        requirement,
        gaps + attestation_gaps,
        unknown=undecided_opds.issuperset(absent) if every else bool(undecided_opds),
        edges=(edge for edges in on_bus.values() for edge in edges),
    )


def _bus_joined_outside(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    shown, gaps, unknown = [], [MissingFact(VerificationGap.NO_EXCHANGE)], False
    nodes = evaluation.inventory.graph.nodes
    for edge in evaluation.select_edges(lambda edge: edge.integration.mode in POSSIBLE_BUS_MODES):
        if nodes[edge.source].inside and nodes[edge.target].inside:
            continue
        far_end = evaluation.read_far_node(
            edge.target if nodes[edge.source].inside else edge.source
        )
        if not edge.is_counted or edge.integration.mode is IntegrationMode.UNKNOWN:
            gaps.append(not_counted_gap(edge))
            unknown = unknown or edge.is_counted or edge.is_undecided
        elif far_end.kind in OUTSIDE_KINDS:
            shown.append(edge)
        else:
            gaps.append(MissingFact(VerificationGap.OWNER_UNKNOWN, edge.id))
            unknown = True
    if shown:
        return met_finding(requirement, shown)
    attestation_gaps = evaluation.attestation_gaps(evaluation.inventory.in_scope)
    return unmet_finding(
        requirement, gaps + attestation_gaps, unknown=unknown or bool(attestation_gaps)
    )


def _partner_linked(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    """Look for an exchange with an application of a partner or of another instance.

    The partners in the instrument are examples, so an assessor decides on an exchange with any
    other service of the region. Two applications of one service do not count as partners.
    """
    partners = frozenset(indicator.integration.partners if indicator.integration else ())
    evaluation.record("partners", *sorted(partners))
    owner_of = {
        application.id: application.opd
        for application in evaluation.serving_applications(indicator.number)
    }
    if not owner_of:
        return _no_serving_application(evaluation, indicator, requirement)
    is_partner: dict[str, bool] = {}
    shown: list[GraphEdge] = []
    unconfirmed: list[GraphEdge] = []  # edges of the service that are not evidence
    for edge in evaluation.edges_at(owner_of):
        ends = (edge.source, edge.target)
        far_ends = [end for end, near in (ends, ends[::-1]) if near in owner_of]
        for id in far_ends:
            if id not in is_partner:
                kind = evaluation.read_far_node(id).kind
                is_partner[id] = kind in OUTSIDE_KINDS or not partners.isdisjoint(
                    evaluation.served_indicators(id)
                )
        if is_partner[far_ends[0]] or is_partner[far_ends[-1]]:
            (shown if edge.is_counted else unconfirmed).append(edge)
        elif len(far_ends) == 1:
            unconfirmed.append(edge)
    if shown:
        return met_finding(requirement, shown)
    nodes = evaluation.inventory.graph.nodes
    gaps = []
    for edge in unconfirmed:
        if not edge.is_counted:
            gaps.append(not_counted_gap(edge))
        elif GraphNodeKind.NAMED in (nodes[edge.source].kind, nodes[edge.target].kind):
            gaps.append(MissingFact(VerificationGap.OWNER_UNKNOWN, edge.id))
        else:
            gaps.append(MissingFact(VerificationGap.PARTNER_NOT_NAMED, edge.id))
    attestation_gaps = evaluation.attestation_gaps(owner_of.values())
    unknown = bool(attestation_gaps) or any(
        edge.is_counted or edge.is_undecided for edge in unconfirmed
    )
    gaps += [MissingFact(VerificationGap.NO_EXCHANGE, id) for id in owner_of]
    return unmet_finding(requirement, gaps + attestation_gaps, unknown=unknown)


def _no_serving_application(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    """Return the finding that no known application serves the indicator.

    The absence is a fact only if the functions of all applications are known.
    """
    unclassified = [
        application.id
        for application in evaluation.applications
        if application.id not in evaluation.inventory.indicators_by_application
    ]
    attestation_gaps = evaluation.attestation_gaps(evaluation.inventory.in_scope)
    # The text is part of a hash that is stored, so it must not change.
    evaluation.record("untold", *unclassified)
    gaps = [MissingFact(VerificationGap.NO_APPLICATION, str(indicator.number)), *attestation_gaps]
    gaps += [MissingFact(VerificationGap.SERVICE_UNKNOWN, id) for id in unclassified]
    return unmet_finding(requirement, gaps, unknown=bool(unclassified or attestation_gaps))


def _every_serving_linked(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    serving = [application.id for application in evaluation.serving_applications(indicator.number)]
    return (
        _every_linked(evaluation, serving, requirement)
        if serving
        else _no_serving_application(evaluation, indicator, requirement)
    )


def _every_application_linked(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    applications = [application.id for application in evaluation.applications]
    if applications:
        return _every_linked(evaluation, applications, requirement)
    attestation_gaps = evaluation.attestation_gaps(evaluation.inventory.in_scope)
    gaps = [MissingFact(VerificationGap.NO_APPLICATION, str(indicator.number)), *attestation_gaps]
    return unmet_finding(requirement, gaps, unknown=True)


def _every_linked(
    evaluation: Evaluation, applications: list[str], requirement: Requirement
) -> Finding:
    """Return the finding on whether each of these applications has an exchange that counts."""
    evaluation.record("applications", *applications)
    edges = evaluation.edges_at(applications)
    shown = [edge for edge in edges if edge.is_counted]
    linked = {end for edge in shown for end in (edge.source, edge.target)}
    unlinked = [id for id in applications if id not in linked]
    if applications and not unlinked:
        return met_finding(requirement, shown)
    undecided = {end for edge in edges if edge.is_undecided for end in (edge.source, edge.target)}
    owner = {id: evaluation.inventory.graph.nodes[id].opd for id in unlinked}
    attestation_gaps = evaluation.attestation_gaps(owner.values())
    undecided_opds = {gap.subject for gap in attestation_gaps}
    refuted = [
        id for id in unlinked if id not in undecided and (owner[id] or "") not in undecided_opds
    ]
    gaps = [MissingFact(VerificationGap.NO_EXCHANGE, id) for id in unlinked]
    gaps += [
        not_counted_gap(edge)
        for edge in edges
        if not edge.is_counted and {edge.source, edge.target} & owner.keys()
    ]
    return unmet_finding(requirement, gaps + attestation_gaps, unknown=not refuted, edges=shown)


def _live_exchange(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    edges = evaluation.edges_at(application.id for application in evaluation.applications)
    shown = [edge for edge in edges if edge.is_counted and edge.integration.mode in LIVE_MODES]
    if shown:
        return met_finding(requirement, shown)
    possible = [
        edge
        for edge in edges
        if edge.integration.mode in (*LIVE_MODES, IntegrationMode.UNKNOWN)
        and (edge.is_counted or edge.is_undecided)
    ]
    attestation_gaps = evaluation.attestation_gaps(evaluation.inventory.in_scope)
    gaps = [
        MissingFact(VerificationGap.NO_EXCHANGE),
        *map(not_counted_gap, possible),
        *attestation_gaps,
    ]
    return unmet_finding(requirement, gaps, unknown=bool(possible or attestation_gaps))


def _consulted(evaluation: Evaluation, indicator: Indicator, requirement: Requirement) -> Finding:
    """Return the finding on the share of applications with a recorded consultation.

    It considers the applications that were built since the policy took effect.
    """
    development = evaluation.inventory.development
    if development is None:
        return unmet_finding(
            requirement, [MissingFact(VerificationGap.CONSULTATION_UNKNOWN)], unknown=True
        )
    evaluation.record(
        "built", development.built, development.year_unknown, sorted(development.consulted.items())
    )
    not_consulted = [id for id in development.built if development.consulted.get(id) is False]
    unrecorded = [id for id in development.built if id not in development.consulted]
    undated = [id for id in development.year_unknown if not development.consulted.get(id)]
    built = len(development.built)
    if not undated and built - len(not_consulted) - len(unrecorded) >= requirement.share * built:
        return met_finding(requirement)
    gaps = [MissingFact(VerificationGap.NOT_CONSULTED, id) for id in not_consulted]
    gaps += [MissingFact(VerificationGap.CONSULTATION_UNKNOWN, id) for id in unrecorded + undated]
    # The highest share results if all applications of unknown year were built since the policy.
    possibly_built = built + len(development.year_unknown)
    highest_share = Fraction(possibly_built - len(not_consulted), possibly_built or 1)
    return unmet_finding(requirement, gaps, unknown=highest_share >= requirement.share)


def _no_duplicate(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement
) -> Finding:
    development = evaluation.inventory.development
    if development is None:
        return unmet_finding(
            requirement, [MissingFact(VerificationGap.CONSULTATION_UNKNOWN)], unknown=True
        )
    evaluation.record("built", development.built, development.year_unknown, development.duplicates)
    built, possibly_built = set(development.built), {*development.built, *development.year_unknown}
    pairs = [pair for pair in development.duplicates if possibly_built.issuperset(pair)]
    if not pairs:
        return met_finding(requirement)
    gaps = [MissingFact(VerificationGap.DUPLICATE, " ".join(pair)) for pair in pairs]
    return unmet_finding(
        requirement, gaps, unknown=not any(built.issuperset(pair) for pair in pairs)
    )


def _review(evaluation: Evaluation, indicator: Indicator, requirement: Requirement) -> Finding:
    return _document_submitted(evaluation, indicator, requirement, EvidenceKind.REVIEW)


def _follow_up(evaluation: Evaluation, indicator: Indicator, requirement: Requirement) -> Finding:
    return _document_submitted(evaluation, indicator, requirement, EvidenceKind.FOLLOW_UP)


def _document_submitted(
    evaluation: Evaluation, indicator: Indicator, requirement: Requirement, kind: EvidenceKind
) -> Finding:
    inventory = evaluation.inventory
    submitted = [
        document
        for document in inventory.documents
        if document.indicator == indicator.number and document.kind is kind
    ]
    evaluation.record(kind.value, *((document.id, str(document.dated)) for document in submitted))
    accepted = [
        document.id
        for document in submitted
        if not requirement.in_year
        or (document.dated is not None and document.dated.year == inventory.year)
    ]
    if accepted:
        return met_finding(requirement, documents=accepted)
    undated = dict.fromkeys(document.id for document in submitted if document.dated is None)
    gaps = [MissingFact(VerificationGap.NO_DOCUMENT, kind.value)]
    gaps += [MissingFact(VerificationGap.DOCUMENT_UNDATED, id) for id in undated]
    return unmet_finding(requirement, gaps, unknown=bool(undated) or not inventory.documents_closed)


def _judgement(evaluation: Evaluation, indicator: Indicator, requirement: Requirement) -> Finding:
    return unmet_finding(requirement, [MissingFact(VerificationGap.NOT_DECIDABLE)], unknown=True)


_EVALUATORS: dict[RequirementKind, Callable[[Evaluation, Indicator, Requirement], Finding]] = {
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
