"""Summarises a region's verification and proposals, and computes changes between two summaries.

The last announced summary is stored. A difference from it is announced to subscribers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.assessment.score import Score
from engine.consolidation.proposal import Proposal, ProposalKind
from engine.model import Assessment, AssessmentKind, AssessmentState
from engine.verification.verification import Verdict, Verification, VerificationFlag


@dataclass(frozen=True, slots=True)
class VerdictState:
    """The claim, bounds and flag of one indicator."""

    claim: int | None
    ceiling: int
    not_refuted: int
    flag: VerificationFlag | None


@dataclass(frozen=True, slots=True)
class VerifiedValues:
    """The exact index as claimed, supported and not refuted; None without claims."""

    claimed: str | None = None
    supported: str | None = None
    not_refuted: str | None = None


@dataclass(frozen=True, slots=True)
class VerificationState:
    """The verdicts on an assessment's claims. Without an assessment they hold bounds only."""

    assessment: str | None
    instrument: str
    table: str  # the rule table, with its version
    year: int
    kind: AssessmentKind | None
    published: bool
    values: VerifiedValues
    verdicts: dict[int, VerdictState]  # by indicator


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A changed verdict. `before` is None for a new verdict."""

    indicator: int
    before: VerdictState | None
    after: VerdictState


@dataclass(frozen=True, slots=True)
class VerificationChange:
    """A change of a verification, as sent to subscribers. `before` is None if all of it is new."""

    subject: str  # the assessment, or the region
    assessment: str | None
    instrument: str
    year: int
    kind: AssessmentKind | None
    before: VerifiedValues | None
    after: VerifiedValues
    changed: tuple[VerdictChange, ...]

    @property
    def topic(self) -> str:
        """The topic: a newer change replaces an older one of the same subject and instrument."""
        return f"{self.subject} {self.instrument}"


@dataclass(frozen=True, slots=True)
class ProposalsState:
    """The kind and inputs of each proposal, by id. Decisions are not included."""

    proposals: dict[str, tuple[ProposalKind, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProposalsChange:
    """A change of a region's proposals, as ids, as sent to subscribers."""

    subject: str  # the region
    opened: tuple[str, ...]
    changed: tuple[str, ...]  # proposals with changed inputs
    closed: tuple[str, ...]
    counts: dict[ProposalKind, int]

    @property
    def topic(self) -> str:
        """The topic: a newer change replaces an older one of the same region."""
        return self.subject


def summarise_verification(
    verification: Verification, year: int, claims: Assessment | None
) -> VerificationState:
    """Return the summary of a verification. `claims` is its assessment, if there is one."""
    return VerificationState(
        assessment=None if claims is None else claims.id,
        instrument=verification.instrument,
        table=verification.table,
        year=year,
        kind=None if claims is None else claims.kind,
        published=claims is None or claims.state is AssessmentState.PUBLISHED,
        values=VerifiedValues(
            _exact_value(verification.claimed),
            _exact_value(verification.supported),
            _exact_value(verification.not_refuted),
        ),
        verdicts={verdict.indicator: _verdict_state(verdict) for verdict in verification.verdicts},
    )


def verification_change(
    subject: str, before: VerificationState | None, after: VerificationState
) -> VerificationChange | None:
    """Return the change of a verification, or None if no verdict differs.

    A score that changes only by an indicator without a rule is no change of the verification.
    When an assessment is published, all of its verdicts are new, because the public saw none.
    """
    if before is not None and after.published and not before.published:
        before = None
    earlier = {} if before is None else before.verdicts
    changed = tuple(
        VerdictChange(indicator, earlier.get(indicator), verdict)
        for indicator, verdict in after.verdicts.items()
        if earlier.get(indicator) != verdict
    )
    if not changed:
        return None
    return VerificationChange(
        subject=subject,
        assessment=after.assessment,
        instrument=after.instrument,
        year=after.year,
        kind=after.kind,
        before=None if before is None else before.values,
        after=after.values,
        changed=changed,
    )


def summarise_proposals(proposals: Iterable[Proposal]) -> ProposalsState:
    """Return the summary of a region's proposals."""
    return ProposalsState({proposal.id: (proposal.kind, proposal.inputs) for proposal in proposals})


def proposals_change(
    subject: str, before: ProposalsState, after: ProposalsState
) -> ProposalsChange | None:
    """Return the change of proposals, or None if nothing differs."""
    earlier, current = before.proposals, after.proposals
    if earlier == current:
        return None
    counts = Counter(kind for kind, _ in current.values())
    return ProposalsChange(
        subject=subject,
        opened=tuple(sorted(current.keys() - earlier.keys())),
        changed=tuple(
            sorted(id for id in current.keys() & earlier.keys() if current[id] != earlier[id])
        ),
        closed=tuple(sorted(earlier.keys() - current.keys())),
        counts={kind: counts[kind] for kind in ProposalKind if kind in counts},
    )


def _verdict_state(verdict: Verdict) -> VerdictState:
    return VerdictState(verdict.claim, verdict.ceiling, verdict.not_refuted, verdict.flag)


def _exact_value(score: Score | None) -> str | None:
    return None if score is None else score.value
