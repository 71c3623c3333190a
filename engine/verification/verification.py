"""Verifies the levels that a region claims by its graph and its documents.

Verification never raises a level: it caps a claim, supports it, or nominates one that seems too
low. Each indicator has two bounds. Evidence shows every level up to `ceiling`, and no level up to
`not_refuted` is refuted. A claim between the bounds cannot be verified, but is no over-claim.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from engine.assessment.instrument import Indicator, Instrument
from engine.assessment.score import Score, score_levels
from engine.graph.graph import hash_texts
from engine.verification.evaluation import Evaluation, Finding, RequirementState
from engine.verification.inventory import Inventory
from engine.verification.requirement_evaluation import evaluate_requirement
from engine.verification.rule import Rule, RuleTable


class VerificationFlag(Enum):
    """The result of verifying a claim."""

    OVER_CLAIM = "OVER_CLAIM"
    UNDER_CLAIM = "UNDER_CLAIM"  # a nomination: the level stays as claimed
    SUPPORTED = "SUPPORTED"
    UNVERIFIABLE = "UNVERIFIABLE"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of the rule of one indicator."""

    indicator: int
    rule: str  # table, version and rule
    confirmed: bool  # False if the rule is based on secondary sources
    claim: int | None
    ceiling: int
    not_refuted: int
    flag: VerificationFlag | None  # None without a claim
    findings: tuple[Finding, ...]
    inputs: str  # hash of all inputs of the verdict
    nodes_read: frozenset[str] | None  # nodes whose edges were read; None if all were

    @property
    def edges(self) -> tuple[str, ...]:
        """The ids of the integrations that show a requirement or a part of one."""
        return tuple(sorted({edge for finding in self.findings for edge in finding.edges}))

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The unmet findings for the claim, or for the next level if the claim is supported."""
        target = max(self.claim or 0, self.ceiling + 1)
        return tuple(
            finding
            for finding in self.findings
            if finding.state is not RequirementState.MET and finding.requirement.level <= target
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdicts on an assessment, and its index as claimed, supported and not refuted."""

    instrument: str
    table: str
    today: date
    verdicts: tuple[Verdict, ...]
    claimed: Score | None  # None without claims
    supported: Score | None  # each claim capped at its ceiling
    not_refuted: Score | None  # only over-claims are capped


def verify_levels(
    instrument: Instrument, table: RuleTable, levels: Mapping[int, int], inventory: Inventory
) -> Verification:
    """Verify claimed levels by an inventory. Without levels, the result has the bounds only.

    Raises:
        engine.assessment.score.LevelInvalid: the instrument lacks a level.
    """
    return _verify(instrument, table, levels, inventory, {}, None)


def update_verification(
    before: Verification,
    instrument: Instrument,
    table: RuleTable,
    levels: Mapping[int, int],
    inventory: Inventory,
    *,
    changed: Collection[str],
) -> Verification:
    """Return the result of `verify_levels` faster, if only edges differ from those of `before`.

    `changed` holds the ends of all edges that were added, removed or changed.
    """
    reused = {
        verdict.indicator: verdict
        for verdict in before.verdicts
        if verdict.nodes_read is not None and verdict.nodes_read.isdisjoint(changed)
    }
    return _verify(instrument, table, levels, inventory, reused, before)


def _verify(
    instrument: Instrument,
    table: RuleTable,
    levels: Mapping[int, int],
    inventory: Inventory,
    reused: Mapping[int, Verdict],
    before: Verification | None,
) -> Verification:
    evaluation = Evaluation(inventory)
    indicators = {indicator.number: indicator for indicator in instrument.indicators}
    results = [
        reused.get(number)
        or _verdict(instrument, table, rule, indicators[number], levels.get(number), evaluation)
        for rule in table.rules
        for number in rule.indicators
    ]
    verdicts = tuple(sorted(results, key=lambda verdict: verdict.indicator))
    claimed = supported = not_refuted = None
    if before is not None and _bounds(before.verdicts) == _bounds(verdicts):
        claimed, supported, not_refuted = before.claimed, before.supported, before.not_refuted
    elif levels:
        claimed = score_levels(instrument, levels)
        ceilings = {verdict.indicator: verdict.ceiling for verdict in verdicts}
        bounds = {verdict.indicator: verdict.not_refuted for verdict in verdicts}
        supported = _capped_score(instrument, levels, ceilings, claimed)
        not_refuted = supported
        if bounds != ceilings:
            not_refuted = _capped_score(instrument, levels, bounds, claimed)
    return Verification(
        instrument=instrument.id,
        table=table.reference,
        today=inventory.graph.today,
        verdicts=verdicts,
        claimed=claimed,
        supported=supported,
        not_refuted=not_refuted,
    )


def _bounds(verdicts: Iterable[Verdict]) -> list[tuple[int, int, int]]:
    return [(verdict.indicator, verdict.ceiling, verdict.not_refuted) for verdict in verdicts]


def _capped_score(
    instrument: Instrument, levels: Mapping[int, int], caps: Mapping[int, int], claimed: Score
) -> Score:
    capped = {number: min(level, caps.get(number, level)) for number, level in levels.items()}
    return claimed if capped == levels else score_levels(instrument, capped)


def _verdict(
    instrument: Instrument,
    table: RuleTable,
    rule: Rule,
    indicator: Indicator,
    claim: int | None,
    evaluation: Evaluation,
) -> Verdict:
    evaluation.clear_records()
    findings = tuple(
        evaluate_requirement(evaluation, indicator, requirement)
        for requirement in rule.requirements
    )
    ceiling = not_refuted = instrument.level_max
    for finding in reversed(findings):
        if finding.state is not RequirementState.MET:
            ceiling = finding.requirement.level - 1
        if finding.state is RequirementState.FAILED and table.confirmed:
            not_refuted = finding.requirement.level - 1
    ticked = indicator.number in evaluation.inventory.functions_ticked
    flag = None
    if claim is not None:
        flag = _claim_flag(claim, ceiling, not_refuted, rule.nominates_to if ticked else None)
    evaluation.record(
        "claim", claim, evaluation.inventory.year, evaluation.inventory.documents_closed, ticked
    )
    name = f"{table.reference}/{rule.id}"
    return Verdict(
        indicator=indicator.number,
        rule=name,
        confirmed=table.confirmed,
        claim=claim,
        ceiling=ceiling,
        not_refuted=not_refuted,
        flag=flag,
        findings=findings,
        inputs=hash_texts([name, str(indicator.number), *evaluation.records]),
        nodes_read=None if evaluation.read_all else frozenset(evaluation.nodes_read),
    )


def _claim_flag(
    claim: int, ceiling: int, not_refuted: int, nominates_to: int | None
) -> VerificationFlag:
    if claim > not_refuted:
        return VerificationFlag.OVER_CLAIM
    if claim > ceiling:
        return VerificationFlag.UNVERIFIABLE
    if nominates_to is not None and claim < min(ceiling, nominates_to):
        return VerificationFlag.UNDER_CLAIM
    return VerificationFlag.SUPPORTED
