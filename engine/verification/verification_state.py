"""What a region's verification and proposals came to, in the few values that tell one from another.

An outcome is kept as it was last announced; what differs from it is news.
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
    """Claim, bounds and flag of one indicator."""

    claim: int | None
    ceiling: int
    not_refuted: int
    flag: VerificationFlag | None


@dataclass(frozen=True, slots=True)
class VerifiedValues:
    """The exact index by three readings of the claims; None without claims."""

    claimed: str | None = None
    supported: str | None = None
    not_refuted: str | None = None


@dataclass(frozen=True, slots=True)
class VerificationState:
    """The verdicts on an assessment's claims; without an assessment, the bounds alone."""

    assessment: str | None
    instrument: str
    table: str  # of rules, with its version
    year: int
    kind: AssessmentKind | None
    published: bool
    values: VerifiedValues
    verdicts: dict[int, VerdictState]  # by indicator


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A verdict that is another one; None before of one that was not there."""

    indicator: int
    before: VerdictState | None
    after: VerdictState


@dataclass(frozen=True, slots=True)
class VerificationChange:
    """What subscribers hear of a verification; without values before, all of it is new to them."""

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
        """What newer news of the same takes the place of: a region has bounds by each instrument."""
        return f"{self.subject} {self.instrument}"


@dataclass(frozen=True, slots=True)
class ProposalsState:
    """Kind and inputs of each proposal, by id; whether it was decided is not in it."""

    proposals: dict[str, tuple[ProposalKind, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProposalsChange:
    """What subscribers hear of proposals, by id."""

    subject: str  # the region
    opened: tuple[str, ...]
    changed: tuple[str, ...]  # rest on other inputs
    closed: tuple[str, ...]
    counts: dict[ProposalKind, int]

    @property
    def topic(self) -> str:
        """What newer news of the same takes the place of."""
        return self.subject


def of_verification(
    verification: Verification, year: int, claims: Assessment | None
) -> VerificationState:
    """What a verification came to."""
    return VerificationState(
        assessment=None if claims is None else claims.id,
        instrument=verification.instrument,
        table=verification.table,
        year=year,
        kind=None if claims is None else claims.kind,
        published=claims is None or claims.state is AssessmentState.PUBLISHED,
        values=VerifiedValues(
            _exact(verification.claimed),
            _exact(verification.supported),
            _exact(verification.not_refuted),
        ),
        verdicts={each.indicator: _verdict(each) for each in verification.verdicts},
    )


def verification_news(
    subject: str, before: VerificationState | None, after: VerificationState
) -> VerificationChange | None:
    """What is new about a verification; None where no verdict differs.

    A score that moves by another indicator's level is news of the index alone. What is published
    is news as a whole, to those who saw none of it.
    """
    if before is not None and after.published and not before.published:
        before = None
    was = {} if before is None else before.verdicts
    changed = tuple(
        VerdictChange(indicator, was.get(indicator), verdict)
        for indicator, verdict in after.verdicts.items()
        if was.get(indicator) != verdict
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


def of_proposals(proposals: Iterable[Proposal]) -> ProposalsState:
    """What there is to propose."""
    return ProposalsState({each.id: (each.kind, each.inputs) for each in proposals})


def proposals_news(
    subject: str, before: ProposalsState, after: ProposalsState
) -> ProposalsChange | None:
    """What is new about proposals; None where nothing differs."""
    was, now = before.proposals, after.proposals
    if was == now:
        return None
    counts = Counter(kind for kind, _ in now.values())
    return ProposalsChange(
        subject=subject,
        opened=tuple(sorted(now.keys() - was.keys())),
        changed=tuple(sorted(id for id in now.keys() & was.keys() if now[id] != was[id])),
        closed=tuple(sorted(was.keys() - now.keys())),
        counts={kind: counts[kind] for kind in ProposalKind if kind in counts},
    )


def _verdict(verdict: Verdict) -> VerdictState:
    return VerdictState(verdict.claim, verdict.ceiling, verdict.not_refuted, verdict.flag)


def _exact(score: Score | None) -> str | None:
    return None if score is None else score.value
