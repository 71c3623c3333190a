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
    Proposal,
    ProposalImpact,
    ProposalKind,
    ProposalReason,
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
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
)

RULE = "consolidation/1"
EXCEPTION = "Perpres 95/2018 art. 37"  # allows an application next to a common one
_MANDATED = "APLIKASI_UMUM"
# Confidence by evidence grade: claimed, documented, confirmed, logged by a machine.
_GRADE = (0.25, 0.5, 0.75, 1.0)
_NO_SAVING = Saving(None, ("what it would cost otherwise",))


def consolidation_proposals(
    region: str,
    applications: Iterable[Application],
    integrations: Iterable[Integration],
    known: RegionFacts,
) -> tuple[Proposal, ...]:
    """Return all proposals of a region, in the order of the rules."""
    return tuple(_Region(region, applications, integrations, known).proposals())


class _Region:
    def __init__(
        self,
        code: str,
        applications: Iterable[Application],
        integrations: Iterable[Integration],
        known: RegionFacts,
    ) -> None:
        self._code = code
        self._known = known
        self._applications = {
            each.id: each
            for each in applications
            if each.region == code and each.status is not ApplicationStatus.RETIRED
        }
        self._live = [each for each in integrations if each.status is IntegrationStatus.ACTIVE]
        self._edges: dict[str, list[Integration]] = {each: [] for each in self._applications}
        for edge in self._live:
            for end in {edge.source, edge.target}:
                if end in self._edges:
                    self._edges[end].append(edge)
        self._on_hub = {
            id
            for id, edges in self._edges.items()
            if any(each.mode is IntegrationMode.HUB for each in edges)
        }
        self._costs = application_costs(self._applications.values())
        # A system that several OPDs list gets one decision, under its first listing.
        self._first = {each: group[0] for group in known.relisted for each in group}

    def proposals(self) -> Iterator[Proposal]:
        decided: set[str] = set()
        for rule in (self._retire, self._replace, self._merge):
            found = list(rule(decided))
            for each in found:
                decided.update(each.applications)
            yield from found
        yield from self._share()
        integrate = list(self._integrate(decided))
        yield from integrate
        decided.update(end for each in integrate for end in each.applications)
        yield from self._keep(decided)

    def _retire(self, decided: set[str]) -> Iterator[Proposal]:
        for id, each in self._applications.items():
            reasons = []
            if each.status is ApplicationStatus.INACTIVE:
                reasons.append(ProposalReason("REPORTED_INACTIVE"))
            if each.users == 0:
                reasons.append(ProposalReason("NO_USERS"))
            if reasons:
                impact = self._impact([id])
                served = len(impact.integrations)
                code = "AFTER_REPOINTING" if served else "NO_LIVE_CONSUMER_KNOWN"
                reasons.append(ProposalReason(code, (("integrations", str(served)),)))
                yield self._proposal(ProposalKind.RETIRE, [id], reasons, leaving=[id])

    def _replace(self, decided: set[str]) -> Iterator[Proposal]:
        for id, each in self._applications.items():
            function = self._function(id)
            mandate = self._known.mandates.get(function or "")
            instance = each.common_application is not None or id in self._known.national
            if mandate is None or id in decided or instance:
                continue
            if mandate.classification != _MANDATED or self._first.get(id, id) != id:
                continue
            basis = (("basis", mandate.legal_basis),)
            reasons = [
                ProposalReason(
                    "SAME_FUNCTION_AS_COMMON_APPLICATION", (("function", function or ""),)
                )
            ]
            confirmed = mandate.provenance.confirmed
            if confirmed:
                reasons.append(ProposalReason("EXCEPTION_PATH", (("basis", EXCEPTION),)))
            because = (
                ProposalReason("MANDATED", basis)
                if confirmed
                else ProposalReason("NOT_CONFIRMED", basis)
            )
            yield self._proposal(
                ProposalKind.REPLACE,
                [id],
                reasons,
                leaving=[id],
                survivor=mandate.id,
                because=(because,),
                cluster=self._known.tags[id].confidence,
                legal_basis=mandate.legal_basis if confirmed else "",
                missing=() if confirmed else ("whether it is mandated",),
            )

    def _merge(self, decided: set[str]) -> Iterator[Proposal]:
        for cluster in self._known.clusters:
            systems = {self._first.get(each, each): None for each in cluster.systems}
            about = [each for each in systems if each in self._applications and each not in decided]
            if cluster.region != self._code or len(about) < 2:
                continue
            decided.update(about)
            ranked = sorted(about, key=self._standing)
            survivor, runner_up = ranked[0], ranked[1]
            weakest = min((each.score for each in cluster.pairs), default=cluster.confidence)
            yield self._proposal(
                ProposalKind.MERGE,
                about,
                [ProposalReason("SAME_FUNCTION", (("function", cluster.function),))],
                leaving=[each for each in about if each != survivor],
                survivor=survivor,
                because=(self._better(survivor, runner_up),),
                cluster=min(cluster.confidence, weakest),
            )

    def _share(self) -> Iterator[Proposal]:
        for each in self._known.candidates:
            # A candidate whose level is unknown is listed, but not proposed.
            if each.region != self._code or each.level is None:
                continue
            missing = ["whether the function is needed here"]
            missing += [] if each.shareable else ["whether the source may be given on"]
            yield self._proposal(
                ProposalKind.SHARE,
                [each.system],
                [
                    ProposalReason("FUNCTION_NOT_IN_INVENTORY", (("function", each.function),)),
                    ProposalReason(
                        "SISTER_SERVES_IT", (("region", each.owner), ("level", str(each.level)))
                    ),
                ],
                survivor=each.system,
                cluster=each.confidence,
                missing=missing,
            )

    def _integrate(self, decided: set[str]) -> Iterator[Proposal]:
        past = (IntegrationMode.API, IntegrationMode.FILE, IntegrationMode.DATABASE)
        for edge in self._live:
            if edge.target is None or {edge.source, edge.target} & decided:
                continue
            if edge.mode in past and {edge.source, edge.target} <= self._on_hub:
                values = (("mode", edge.mode.value), ("data", edge.data_object))
                yield self._proposal(
                    ProposalKind.INTEGRATE,
                    [edge.source, edge.target],
                    [ProposalReason("PAST_THE_HUB", values)],
                    edges=[edge],
                    topic=edge.id,
                )
        for gap in self._known.gaps:
            sides = [self._would_do(each, decided) for each in (gap.sources, gap.targets)]
            if not all(sides) or sides[0][0] == sides[1][0]:
                continue
            values = (("data", gap.data_object), ("rule", gap.rule))
            yield self._proposal(
                ProposalKind.INTEGRATE,
                [each[0] for each in sides],
                [ProposalReason("REQUIRED_EXCHANGE_MISSING", values)],
                missing=[
                    "whether the work here asks for it",  # the rules are examples, not law
                    *(
                        f"which of the {len(each)} applications beside {each[0]} would do"
                        for each in sides
                        if len(each) > 1
                    ),
                ],
                topic=gap.rule,
            )

    def _keep(self, decided: set[str]) -> Iterator[Proposal]:
        for id in self._applications:
            if id in decided or self._function(id) is None or self._first.get(id, id) != id:
                continue
            values = (("function", self._function(id) or ""),)
            confidence = self._known.tags[id].confidence
            yield self._proposal(
                ProposalKind.KEEP,
                [id],
                [ProposalReason("NOTHING_BETTER_KNOWN", values)],
                cluster=confidence,
            )

    def _would_do(self, candidates: Iterable[str], decided: set[str]) -> list[str]:
        """Return the candidates that stay, those on the hub first."""
        staying = [each for each in candidates if each in self._applications.keys() - decided]
        return sorted(staying, key=lambda id: (id not in self._on_hub, id))

    def _function(self, id: str) -> str | None:
        tag = self._known.tags.get(id)
        return None if tag is None else tag.function

    def _standing(self, id: str) -> tuple[float, float, float, float, str]:
        degree = sum(_GRADE[each.evidence_grade] for each in self._edges[id])
        each = self._applications[id]
        known = [-1 if value is None else value for value in (each.users, each.fit)]
        return (id not in self._on_hub, -degree, -known[0], -known[1], id)

    def _better(self, winner: str, other: str) -> ProposalReason:
        """Return the first ground on which the survivor is better than the next best."""
        grounds = ("ON_HUB", "EVIDENCED_DEGREE", "USERS", "FIT")
        mine, theirs = self._standing(winner), self._standing(other)
        for ground, a, b in zip(grounds, mine[:-1], theirs[:-1], strict=True):
            if a != b:
                named = [_named(ground, each) for each in (a, b)]
                return ProposalReason(ground, (("survivor", named[0]), ("next", named[1])))
        return ProposalReason("ALIKE_IN_ALL_THAT_IS_KNOWN")

    def _impact(self, leaving: Iterable[str]) -> ProposalImpact:
        gone = set(leaving)
        edges = {each.id: each for id in gone for each in self._edges.get(id, ())}
        ends = {end for each in edges.values() for end in (each.source, each.target) if end}
        outside = {each.target_name for each in edges.values() if each.target is None}
        return ProposalImpact(
            tuple(sorted(edges)), tuple(sorted(ends - gone)), tuple(sorted(outside))
        )

    def _proposal(
        self,
        kind: ProposalKind,
        about: Sequence[str],
        reasons: Sequence[ProposalReason],
        *,
        leaving: Sequence[str] = (),
        survivor: str | None = None,
        because: tuple[ProposalReason, ...] = (),
        cluster: float | None = None,
        edges: Sequence[Integration] | None = None,
        legal_basis: str = "",
        missing: Sequence[str] = (),
        topic: str = "",
    ) -> Proposal:
        evidence = edges if edges is not None else self._evidence(about)
        impact = self._impact(leaving)
        saved = yearly_saving(leaving, survivor, self._costs) if leaving else _NO_SAVING
        parts: list[tuple[str, float | None]] = [("completeness", self._known.completeness)]
        if cluster is not None:
            parts.insert(0, ("cluster", cluster))
        if evidence:
            weakest = min(each.evidence_grade for each in evidence)
            parts.append(("evidence grade", _GRADE[weakest]))
        lacking = [*missing, *saved.unknown] if leaving else list(missing)
        if self._known.completeness is None:
            lacking.append("completeness of the inventory")
        return Proposal(
            id=compute_proposal_id(kind, self._code, [topic] if topic else about),
            kind=kind,
            rule=RULE,
            region=self._code,
            applications=tuple(about),
            survivor=survivor,
            survivor_because=because,
            reasons=tuple(reasons),
            evidence=tuple(sorted(each.id for each in evidence)),
            impact=impact,
            missing=tuple(lacking),
            saving=saved,
            confidence=Confidence(tuple(parts)),
            legal_basis=legal_basis,
            inputs=inputs_hash(self._inputs(kind, about, reasons, survivor, evidence, legal_basis)),
        )

    def _evidence(self, about: Iterable[str]) -> list[Integration]:
        edges = {each.id: each for id in about for each in self._edges.get(id, ())}
        return [edges[id] for id in sorted(edges)]

    def _inputs(
        self,
        kind: ProposalKind,
        about: Iterable[str],
        reasons: Iterable[ProposalReason],
        survivor: str | None,
        evidence: Iterable[Integration],
        legal_basis: str,
    ) -> dict[str, object]:
        """Return the inputs whose change reopens a rejected proposal.

        Confidence and completeness are not inputs, because every edit changes them.
        """
        application_inputs = []
        for id in sorted(about):
            each = self._applications.get(id)
            facts: list[object] = []
            if each is not None:
                facts = [each.name, each.opd or "", each.status.value, each.users, each.fit]
                facts += [each.yearly_cost, each.migration_cost, each.added_cost]
            application_inputs.append([id, *facts, self._function(id)])
        edges = [
            [each.id, each.source, each.target or each.target_name, each.mode.value]
            + [each.direction is IntegrationDirection.TWO_WAY, each.evidence_grade]
            for each in evidence
        ]
        return {
            "rule": RULE,
            "kind": kind.value,
            "applications": application_inputs,
            "edges": edges,
            "reasons": [[each.code, *map(list, each.values)] for each in reasons],
            "survivor": survivor,
            "legalBasis": legal_basis,
        }


def _named(ground: str, standing: float) -> str:
    """Format a ground's value. The best value is the lowest, and an unknown one is above 0."""
    if ground == "ON_HUB":
        return "no" if standing else "yes"
    return "unknown" if standing > 0 else f"{-standing:g}"
