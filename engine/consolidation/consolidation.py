"""Computes the consolidation proposals of one region by rule `consolidation/1`.

The rules apply in this order, and an application is in at most one of the first three:

- RETIRE an application that is reported inactive or has no users.
- REPLACE a local application if a common application serves its function. The proposal states
  that this is mandated only if the mandate is confirmed.
- MERGE the systems that serve one function.
- SHARE a system of another region if a function is missing.
- INTEGRATE applications that exchange data without the hub, or lack a required exchange.
- KEEP the rest.

An uncertain function never leads to a proposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.consolidation.proposal import (
    Confidence,
    ConfidenceFactor,
    MissingInput,
    MissingInputKind,
    Proposal,
    ProposalImpact,
    ProposalKind,
    ProposalReason,
    ProposalReasonCode,
    ReasonValueName,
    Saving,
    application_costs,
    compute_proposal_id,
    inputs_hash,
    yearly_saving,
)
from engine.consolidation.region_facts import RegionFacts
from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplicationClassification,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
)

RULE = "consolidation/1"
EXCEPTION = "Perpres 95/2018 Pasal 37"  # allows an application next to a common one
_MANDATED_CLASS = CommonApplicationClassification.COMMON_APPLICATION
# Confidence by evidence grade: claimed, documented, confirmed, logged by a machine.
_GRADE_CONFIDENCE = (0.25, 0.5, 0.75, 1.0)
# In the order in which they decide which application of a merger remains.
_SURVIVOR_GROUNDS = (
    ProposalReasonCode.ON_HUB,
    ProposalReasonCode.MORE_EVIDENCED_EXCHANGES,
    ProposalReasonCode.MORE_USERS,
    ProposalReasonCode.BETTER_FIT,
)
_NO_SAVING = Saving(None, (MissingInput(MissingInputKind.ALTERNATIVE_COST),))


def consolidation_proposals(
    region: str,
    applications: Iterable[Application],
    integrations: Iterable[Integration],
    facts: RegionFacts,
) -> tuple[Proposal, ...]:
    """Return all proposals of a region, in the order of the rules."""
    return tuple(_RegionRules(region, applications, integrations, facts).proposals())


class _RegionRules:
    """Applies the rules to one region."""

    def __init__(
        self,
        code: str,
        applications: Iterable[Application],
        integrations: Iterable[Integration],
        facts: RegionFacts,
    ) -> None:
        self._code = code
        self._facts = facts
        self._applications = {
            application.id: application
            for application in applications
            if application.region == code and application.status is not ApplicationStatus.RETIRED
        }
        self._active_integrations = [
            integration
            for integration in integrations
            if integration.status is IntegrationStatus.ACTIVE
        ]
        self._edges: dict[str, list[Integration]] = {id: [] for id in self._applications}
        for edge in self._active_integrations:
            for end in {edge.source, edge.target}:
                if end in self._edges:
                    self._edges[end].append(edge)
        self._on_hub = {
            id
            for id, edges in self._edges.items()
            if any(edge.mode is IntegrationMode.HUB for edge in edges)
        }
        self._costs = application_costs(self._applications.values())
        # A system that several OPDs list gets one decision, under its first listing.
        self._first_listing = {id: group[0] for group in facts.listing_groups for id in group}

    def proposals(self) -> Iterator[Proposal]:
        decided: set[str] = set()
        for rule in (self._propose_retirements, self._propose_replacements, self._propose_merges):
            proposals = list(rule(decided))
            for proposal in proposals:
                decided.update(proposal.applications)
            yield from proposals
        yield from self._propose_sharing()
        integration_proposals = list(self._propose_integrations(decided))
        yield from integration_proposals
        decided.update(end for proposal in integration_proposals for end in proposal.applications)
        yield from self._propose_keeping(decided)

    def _propose_retirements(self, decided: set[str]) -> Iterator[Proposal]:
        for id, application in self._applications.items():
            reasons = []
            if application.status is ApplicationStatus.INACTIVE:
                reasons.append(ProposalReason(ProposalReasonCode.REPORTED_INACTIVE))
            if application.users == 0:
                reasons.append(ProposalReason(ProposalReasonCode.NO_USERS))
            if reasons:
                impact = self._removal_impact([id])
                repointed = len(impact.integrations)
                code = (
                    ProposalReasonCode.AFTER_REPOINTING
                    if repointed
                    else ProposalReasonCode.NO_ACTIVE_EXCHANGE_KNOWN
                )
                reasons.append(
                    ProposalReason(code, ((ReasonValueName.INTEGRATION_COUNT, str(repointed)),))
                )
                yield self._build_proposal(ProposalKind.RETIRE, [id], reasons, leaving=[id])

    def _propose_replacements(self, decided: set[str]) -> Iterator[Proposal]:
        for id, application in self._applications.items():
            function = self._function(id)
            mandate = self._facts.mandates.get(function or "")
            is_instance = (
                application.common_application is not None or id in self._facts.national_systems
            )
            if mandate is None or id in decided or is_instance:
                continue
            if mandate.classification != _MANDATED_CLASS or self._first_listing.get(id, id) != id:
                continue
            basis = ((ReasonValueName.LEGAL_BASIS, mandate.legal_basis),)
            reasons = [
                ProposalReason(
                    ProposalReasonCode.SAME_FUNCTION_AS_COMMON_APPLICATION,
                    ((ReasonValueName.FUNCTION_ID, function or ""),),
                )
            ]
            confirmed = mandate.provenance.confirmed
            if confirmed:
                reasons.append(
                    ProposalReason(
                        ProposalReasonCode.EXCEPTION_POSSIBLE,
                        ((ReasonValueName.LEGAL_BASIS, EXCEPTION),),
                    )
                )
            mandate_reason = (
                ProposalReason(ProposalReasonCode.MANDATED, basis)
                if confirmed
                else ProposalReason(ProposalReasonCode.MANDATE_NOT_CONFIRMED, basis)
            )
            yield self._build_proposal(
                ProposalKind.REPLACE,
                [id],
                reasons,
                leaving=[id],
                survivor=mandate.id,
                survivor_reasons=(mandate_reason,),
                cluster_confidence=self._facts.tags[id].confidence,
                legal_basis=mandate.legal_basis if confirmed else "",
                missing=() if confirmed else (MissingInput(MissingInputKind.MANDATE),),
            )

    def _propose_merges(self, decided: set[str]) -> Iterator[Proposal]:
        for cluster in self._facts.clusters:
            systems = {self._first_listing.get(system, system): None for system in cluster.systems}
            members = [
                system
                for system in systems
                if system in self._applications and system not in decided
            ]
            if cluster.region != self._code or len(members) < 2:
                continue
            decided.update(members)
            ranked = sorted(members, key=self._survivor_rank)
            survivor, runner_up = ranked[0], ranked[1]
            weakest = min((overlap.score for overlap in cluster.pairs), default=cluster.confidence)
            yield self._build_proposal(
                ProposalKind.MERGE,
                members,
                [
                    ProposalReason(
                        ProposalReasonCode.SAME_FUNCTION,
                        ((ReasonValueName.FUNCTION_ID, cluster.function),),
                    )
                ],
                leaving=[system for system in members if system != survivor],
                survivor=survivor,
                survivor_reasons=(self._survivor_reason(survivor, runner_up),),
                cluster_confidence=min(cluster.confidence, weakest),
            )

    def _propose_sharing(self) -> Iterator[Proposal]:
        for candidate in self._facts.reuse_candidates:
            # A candidate whose level is unknown is listed, but not proposed.
            if candidate.region != self._code or candidate.level is None:
                continue
            missing = [MissingInput(MissingInputKind.NEED_FOR_FUNCTION)]
            if not candidate.is_shareable:
                missing.append(MissingInput(MissingInputKind.SOURCE_CODE_PERMISSION))
            yield self._build_proposal(
                ProposalKind.SHARE,
                [candidate.system],
                [
                    ProposalReason(
                        ProposalReasonCode.FUNCTION_NOT_IN_INVENTORY,
                        ((ReasonValueName.FUNCTION_ID, candidate.function),),
                    ),
                    ProposalReason(
                        ProposalReasonCode.ANOTHER_REGION_SERVES_IT,
                        (
                            (ReasonValueName.REGION_CODE, candidate.owner),
                            (ReasonValueName.LEVEL, str(candidate.level)),
                        ),
                    ),
                ],
                survivor=candidate.system,
                cluster_confidence=candidate.confidence,
                missing=missing,
            )

    def _propose_integrations(self, decided: set[str]) -> Iterator[Proposal]:
        without_hub = (IntegrationMode.API, IntegrationMode.FILE, IntegrationMode.DATABASE)
        for edge in self._active_integrations:
            if edge.target is None or {edge.source, edge.target} & decided:
                continue
            if edge.mode in without_hub and {edge.source, edge.target} <= self._on_hub:
                values = (
                    (ReasonValueName.INTEGRATION_MODE, edge.mode.value),
                    (ReasonValueName.DATA_OBJECT, edge.data_object),
                )
                yield self._build_proposal(
                    ProposalKind.INTEGRATE,
                    [edge.source, edge.target],
                    [ProposalReason(ProposalReasonCode.BYPASSES_HUB, values)],
                    edges=[edge],
                    topic=edge.id,
                )
        for gap in self._facts.missing_exchanges:
            sides = [self._remaining_candidates(ids, decided) for ids in (gap.sources, gap.targets)]
            if not all(sides) or sides[0][0] == sides[1][0]:
                continue
            named_values = (
                (ReasonValueName.DATA_OBJECT, gap.data_object),  # empty if services are required
                (ReasonValueName.RULE, gap.rule),
            )
            required = tuple((name, text) for name, text in named_values if text)
            yield self._build_proposal(
                ProposalKind.INTEGRATE,
                [side[0] for side in sides],
                [ProposalReason(ProposalReasonCode.REQUIRED_EXCHANGE_MISSING, required)],
                missing=[
                    # The rules are examples, not law.
                    MissingInput(MissingInputKind.NEED_FOR_EXCHANGE),
                    *(
                        MissingInput(MissingInputKind.CHOICE_OF_APPLICATION, side[0], len(side))
                        for side in sides
                        if len(side) > 1
                    ),
                ],
                topic=gap.rule,
            )

    def _propose_keeping(self, decided: set[str]) -> Iterator[Proposal]:
        for id in self._applications:
            if id in decided or self._function(id) is None or self._first_listing.get(id, id) != id:
                continue
            values = ((ReasonValueName.FUNCTION_ID, self._function(id) or ""),)
            confidence = self._facts.tags[id].confidence
            yield self._build_proposal(
                ProposalKind.KEEP,
                [id],
                [ProposalReason(ProposalReasonCode.NOTHING_BETTER_KNOWN, values)],
                cluster_confidence=confidence,
            )

    def _remaining_candidates(self, candidates: Iterable[str], decided: set[str]) -> list[str]:
        """Return the candidates that stay, those on the hub first."""
        remaining = [id for id in candidates if id in self._applications.keys() - decided]
        return sorted(remaining, key=lambda id: (id not in self._on_hub, id))

    def _function(self, id: str) -> str | None:
        tag = self._facts.tags.get(id)
        return None if tag is None else tag.function

    def _survivor_rank(self, id: str) -> tuple[float, float, float, float, str]:
        degree = sum(_GRADE_CONFIDENCE[edge.evidence_grade] for edge in self._edges[id])
        application = self._applications[id]
        users_and_fit = [
            -1 if value is None else value for value in (application.users, application.fit)
        ]
        return (id not in self._on_hub, -degree, -users_and_fit[0], -users_and_fit[1], id)

    def _survivor_reason(self, survivor: str, runner_up: str) -> ProposalReason:
        """Return the first ground on which the survivor is better than the next best."""
        survivor_rank, runner_up_rank = (
            self._survivor_rank(survivor),
            self._survivor_rank(runner_up),
        )
        for code, survivor_value, runner_up_value in zip(
            _SURVIVOR_GROUNDS, survivor_rank[:-1], runner_up_rank[:-1], strict=True
        ):
            if survivor_value != runner_up_value:
                return ProposalReason(code, _ground_values(code, survivor_value, runner_up_value))
        return ProposalReason(ProposalReasonCode.EQUAL_IN_ALL_KNOWN)

    def _removal_impact(self, leaving: Iterable[str]) -> ProposalImpact:
        leaving_ids = set(leaving)
        edges = {edge.id: edge for id in leaving_ids for edge in self._edges.get(id, ())}
        ends = {end for edge in edges.values() for end in (edge.source, edge.target) if end}
        outside = {edge.target_name for edge in edges.values() if edge.target is None}
        return ProposalImpact(
            tuple(sorted(edges)), tuple(sorted(ends - leaving_ids)), tuple(sorted(outside))
        )

    def _build_proposal(
        self,
        kind: ProposalKind,
        subjects: Sequence[str],
        reasons: Sequence[ProposalReason],
        *,
        leaving: Sequence[str] = (),
        survivor: str | None = None,
        survivor_reasons: tuple[ProposalReason, ...] = (),
        cluster_confidence: float | None = None,
        edges: Sequence[Integration] | None = None,
        legal_basis: str = "",
        missing: Sequence[MissingInput] = (),
        topic: str = "",
    ) -> Proposal:
        evidence = edges if edges is not None else self._evidence(subjects)
        impact = self._removal_impact(leaving)
        saving = yearly_saving(leaving, survivor, self._costs) if leaving else _NO_SAVING
        confidence_parts: list[tuple[ConfidenceFactor, float | None]] = [
            (ConfidenceFactor.INVENTORY_COMPLETENESS, self._facts.completeness)
        ]
        if cluster_confidence is not None:
            confidence_parts.insert(0, (ConfidenceFactor.FUNCTION, cluster_confidence))
        if evidence:
            weakest = min(edge.evidence_grade for edge in evidence)
            confidence_parts.append((ConfidenceFactor.EVIDENCE_GRADE, _GRADE_CONFIDENCE[weakest]))
        missing_inputs = [*missing, *saving.missing_inputs] if leaving else list(missing)
        if self._facts.completeness is None:
            missing_inputs.append(MissingInput(MissingInputKind.INVENTORY_COMPLETENESS))
        return Proposal(
            id=compute_proposal_id(kind, self._code, [topic] if topic else subjects),
            kind=kind,
            rule=RULE,
            region=self._code,
            applications=tuple(subjects),
            survivor=survivor,
            survivor_reasons=survivor_reasons,
            reasons=tuple(reasons),
            evidence=tuple(sorted(edge.id for edge in evidence)),
            impact=impact,
            missing_inputs=tuple(missing_inputs),
            saving=saving,
            confidence=Confidence(tuple(confidence_parts)),
            legal_basis=legal_basis,
            inputs=inputs_hash(
                self._input_values(kind, subjects, reasons, survivor, evidence, legal_basis)
            ),
        )

    def _evidence(self, subjects: Iterable[str]) -> list[Integration]:
        edges = {edge.id: edge for id in subjects for edge in self._edges.get(id, ())}
        return [edges[id] for id in sorted(edges)]

    def _input_values(
        self,
        kind: ProposalKind,
        subjects: Iterable[str],
        reasons: Iterable[ProposalReason],
        survivor: str | None,
        evidence: Iterable[Integration],
        legal_basis: str,
    ) -> dict[str, object]:
        """Return the inputs whose change reopens a rejected proposal.

        Confidence and completeness are not inputs, because every edit changes them.
        """
        application_inputs = []
        for id in sorted(subjects):
            application = self._applications.get(id)
            facts: list[object] = []
            if application is not None:
                facts = [
                    application.name,
                    application.opd or "",
                    application.status.value,
                    application.users,
                    application.fit,
                ]
                facts += [
                    application.yearly_cost,
                    application.migration_cost,
                    application.added_cost,
                ]
            application_inputs.append([id, *facts, self._function(id)])
        edges = [
            [edge.id, edge.source, edge.target or edge.target_name, edge.mode.value]
            + [edge.direction is IntegrationDirection.TWO_WAY, edge.evidence_grade]
            for edge in evidence
        ]
        return {
            "rule": RULE,
            "kind": kind.value,
            "applications": application_inputs,
            "edges": edges,
            "reasons": [
                [reason.code.value, *([name.value, text] for name, text in reason.values)]
                for reason in reasons
            ],
            "survivor": survivor,
            "legalBasis": legal_basis,
        }


def _ground_values(
    code: ProposalReasonCode, survivor_value: float, runner_up_value: float
) -> tuple[tuple[ReasonValueName, str], ...]:
    """Return the known values of two ranks. The best is the lowest; an unknown one is above 0."""
    if code is ProposalReasonCode.ON_HUB:
        return ()  # the survivor is connected to the hub and the runner-up is not
    named_values = (
        (ReasonValueName.SURVIVOR_VALUE, survivor_value),
        (ReasonValueName.RUNNER_UP_VALUE, runner_up_value),
    )
    return tuple((name, f"{-value:g}") for name, value in named_values if value <= 0)
