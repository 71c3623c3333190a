"""Simulates the inventory of a region after proposals are carried out.

The simulation works on copies. Applications that leave become RETIRED, and their integrations
move to the survivor. New connections count as documented (grade 1), because carrying out a
proposal requires a document. The result is not a fact: callers must label every figure computed
from it as a simulation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.consolidation.proposal import Proposal, ProposalKind, ReasonValueName
from engine.model import (
    Application,
    ApplicationStatus,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The simulated inventory, and the changes to its integrations."""

    applications: tuple[Application, ...]
    integrations: tuple[Integration, ...]
    repointed: tuple[str, ...]  # ids
    lost: tuple[str, ...]  # ids of withdrawn ones: an end is gone, or the survivor has the exchange
    added_integrations: tuple[str, ...]  # ids that exist in the simulation only
    added_applications: tuple[str, ...]  # ids that exist in the simulation only


def apply_proposals(
    proposals: Iterable[Proposal],
    applications: Iterable[Application],
    integrations: Iterable[Integration],
) -> WhatIf:
    """Apply proposals in order. A proposal changes nothing if its applications are gone."""
    state = _SimulatedInventory(applications, integrations)
    for proposal in proposals:
        state.apply_proposal(proposal)
    return WhatIf(
        applications=tuple(state.applications.values()),
        integrations=tuple(state.integrations.values()),
        repointed=tuple(sorted(state.repointed - state.lost)),
        lost=tuple(sorted(state.lost)),
        added_integrations=tuple(state.added_integrations),
        added_applications=tuple(state.added_applications),
    )


class _SimulatedInventory:
    """The inventory that the proposals change."""

    def __init__(
        self, applications: Iterable[Application], integrations: Iterable[Integration]
    ) -> None:
        self.applications = {application.id: application for application in applications}
        self.integrations = {integration.id: integration for integration in integrations}
        self.repointed: set[str] = set()
        self.lost: set[str] = set()
        self.added_integrations: list[str] = []
        self.added_applications: list[str] = []

    def apply_proposal(self, proposal: Proposal) -> None:
        match proposal.kind:
            case ProposalKind.RETIRE:
                for id in proposal.applications:
                    self._retire_application(id, None, "")
            case ProposalKind.REPLACE:
                inside = self._find_instance(proposal.region, proposal.survivor)
                for id in proposal.applications:
                    self._retire_application(id, inside, proposal.survivor or "")
            case ProposalKind.MERGE:
                for id in proposal.applications:
                    if id != proposal.survivor:
                        self._retire_application(id, proposal.survivor, "")
            case ProposalKind.INTEGRATE:
                self._connect_applications(proposal)
            case ProposalKind.SHARE:
                self._copy_applications(proposal)
            case ProposalKind.KEEP:
                pass

    def _find_instance(self, region: str, common: str | None) -> str | None:
        """Return the region's own listing of a common application, if it has one."""
        for application in self.applications.values():
            is_live = application.status is not ApplicationStatus.RETIRED
            if (
                application.region == region
                and application.common_application == common
                and is_live
            ):
                return application.id
        return None

    def _retire_application(self, id: str, survivor: str | None, outside_name: str) -> None:
        application = self.applications.get(id)
        if application is None or application.status is ApplicationStatus.RETIRED:
            return
        self.applications[id] = replace(application, status=ApplicationStatus.RETIRED)
        for edge in list(self.integrations.values()):
            if edge.status is IntegrationStatus.ACTIVE and id in (edge.source, edge.target):
                self._repoint(edge, id, survivor, outside_name)

    def _repoint(self, edge: Integration, id: str, survivor: str | None, outside_name: str) -> None:
        moved = edge
        if survivor is not None:
            name = self.applications[survivor].name
            if edge.source == id:
                moved = replace(moved, source=survivor)
            if edge.target == id:
                moved = replace(moved, target=survivor, target_name=name)
        elif outside_name and edge.target == id:
            moved = replace(edge, target=None, target_name=outside_name)
        if moved is edge or moved.source == moved.target or self._has_exchange(moved):
            self.integrations[edge.id] = replace(edge, status=IntegrationStatus.WITHDRAWN)
            self.lost.add(edge.id)
        else:
            self.integrations[edge.id] = moved
            self.repointed.add(edge.id)

    def _has_exchange(self, moved: Integration) -> bool:
        """Whether the survivor already exchanges that data with that partner."""
        exchange = (moved.source, moved.target, moved.target_name, moved.data_object)
        return any(
            (
                integration.source,
                integration.target,
                integration.target_name,
                integration.data_object,
            )
            == exchange
            for integration in self.integrations.values()
            if integration.id != moved.id and integration.status is IntegrationStatus.ACTIVE
        )

    def _connect_applications(self, proposal: Proposal) -> None:
        if proposal.evidence:  # an integration without the hub moves to the hub
            for id in proposal.evidence:
                edge = self.integrations.get(id)
                if edge is not None and edge.status is IntegrationStatus.ACTIVE:
                    grade = max(edge.evidence_grade, EvidenceGrade.DOCUMENTED)
                    self.integrations[id] = replace(
                        edge, mode=IntegrationMode.HUB, evidence_grade=grade
                    )
                    self.repointed.add(id)
            return
        source, target = proposal.applications
        if source not in self.applications or target not in self.applications:
            return
        values = dict(value for reason in proposal.reasons for value in reason.values)
        id = f"what-if:{proposal.id}"
        self.integrations[id] = Integration(
            id=id,
            region=proposal.region,
            source=source,
            target=target,
            target_name=self.applications[target].name,
            data_object=values.get(ReasonValueName.DATA_OBJECT, ""),
            mode=IntegrationMode.HUB,
            direction=IntegrationDirection.ONE_WAY,
            status=IntegrationStatus.ACTIVE,
            evidence_grade=EvidenceGrade.DOCUMENTED,
            version=1,
            provenance=Provenance(f"what-if {proposal.rule}", confirmed=False),
        )
        self.added_integrations.append(id)

    def _copy_applications(self, proposal: Proposal) -> None:
        for id in proposal.applications:
            original = self.applications.get(id)
            if original is None:
                continue
            copy = f"what-if:{proposal.id}"
            self.applications[copy] = replace(
                original,
                id=copy,
                region=proposal.region,
                opd=None,
                status=ApplicationStatus.ACTIVE,
                url=None,
                version=1,
                provenance=Provenance(f"what-if {proposal.rule}", confirmed=False),
            )
            self.added_applications.append(copy)
