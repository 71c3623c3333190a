"""Claims levels in an assessment, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from engine.assessment.instrument import Instrument
from engine.log.body_bounds import CLAIMS_MOST, text_bound
from engine.log.entry_types import claim_body
from engine.model import (
    Assessment,
    EventKind,
    Evidence,
    LevelClaim,
    Region,
    Visibility,
)
from facts.instrument import instrument_by_id
from resolvers import access
from resolvers.assessment import (
    EDITABLE,
    change_assessment,
    load_current_assessment,
    require_assessment_state,
)
from resolvers.context import Context
from resolvers.evidence import checked_evidence
from resolvers.problems import InvalidClaim, InvalidClaims, InvalidInput
from resolvers.region_change import checked_optional_text
from storage.log import LogTransaction, NewEntry


class ClaimWarning(Enum):
    """Why assessors may not accept a level that was claimed."""

    NO_EVIDENCE = "NO_EVIDENCE"


@dataclass(frozen=True, slots=True)
class RequestedLevel:
    """A level that a client claims for an indicator, before it is checked."""

    indicator: int
    level: int
    explanation: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimLevel:
    """Input to claim a level for an indicator.

    `version` is the version of the assessment that the client read, so that two clients cannot
    overwrite each other's changes.
    """

    assessment: str
    version: int
    claim: RequestedLevel


@dataclass(frozen=True, slots=True)
class ClaimLevels:
    """Input to claim levels for several indicators. `version` is the version before all claims."""

    assessment: str
    version: int
    claims: tuple[RequestedLevel, ...]


@dataclass(frozen=True, slots=True)
class ClaimedLevel:
    """A level that was claimed, and the one that it replaces; None if there was none."""

    indicator: int
    previous_level: int | None
    level: int
    warnings: tuple[ClaimWarning, ...]


@dataclass(frozen=True, slots=True)
class ClaimedLevels:
    """An assessment after several claims, and the claims in the order of the request."""

    assessment: Assessment
    claims: tuple[ClaimedLevel, ...]


async def claim_level(context: Context, request: ClaimLevel, key: str | None) -> Assessment:
    """Claim a level for one indicator, or replace the claim.

    Raises:
        InvalidInput: the claim is not allowed.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Assessment:
        assessment = await _load_claimable_assessment(context, transaction, region, request)
        instrument = instrument_by_id(assessment.instrument)
        claim = _checked_claim(instrument, request.claim, transaction.at.date())
        return await _append_claims(context, transaction, assessment, [claim])

    return await change_assessment(
        context, request.assessment, request, key, apply_request, Assessment
    )


async def claim_levels(context: Context, request: ClaimLevels, key: str | None) -> ClaimedLevels:
    """Claim levels for several indicators: all of them, or none if one is not allowed.

    Raises:
        InvalidInput: there are no claims, or too many.
        InvalidClaims: some of the claims are not allowed.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> ClaimedLevels:
        assessment = await _load_claimable_assessment(context, transaction, region, request)
        instrument = instrument_by_id(assessment.instrument)
        claims = _checked_claims(instrument, request.claims, transaction.at.date())
        previous_levels = {claim.indicator: claim.level for claim in assessment.levels}
        return ClaimedLevels(
            await _append_claims(context, transaction, assessment, claims),
            tuple(
                ClaimedLevel(
                    claim.indicator,
                    previous_levels.get(claim.indicator),
                    claim.level,
                    _warnings(instrument, claim),
                )
                for claim in claims
            ),
        )

    return await change_assessment(
        context, request.assessment, request, key, apply_request, ClaimedLevels
    )


def require_claimable_level(instrument: Instrument, indicator: int, level: int) -> None:
    """Raise InvalidInput unless the instrument has such an indicator and level."""
    if indicator not in {entry.number for entry in instrument.indicators}:
        expected = f"an indicator of {instrument.id}, 1 to {len(instrument.indicators)}"
        raise InvalidInput("indicator", expected, str(indicator))
    if not instrument.level_min <= level <= instrument.level_max:
        expected = f"a level from {instrument.level_min} to {instrument.level_max}"
        raise InvalidInput("level", expected, str(level))


async def _load_claimable_assessment(
    context: Context, transaction: LogTransaction, region: Region, request: ClaimLevel | ClaimLevels
) -> Assessment:
    assessment = await load_current_assessment(transaction, request.assessment, request.version)
    access.allow_assessment(context.viewer, region, assessment.kind, transaction.region)
    require_assessment_state(assessment, *EDITABLE)
    return assessment


def _checked_claim(instrument: Instrument, requested: RequestedLevel, today: date) -> LevelClaim:
    require_claimable_level(instrument, requested.indicator, requested.level)
    return LevelClaim(
        indicator=requested.indicator,
        level=requested.level,
        explanation=checked_optional_text(
            "explanation", requested.explanation, text_bound(LevelClaim, "explanation")
        ),
        evidence=checked_evidence(requested.evidence, today),
    )


def _checked_claims(
    instrument: Instrument, requested_levels: Sequence[RequestedLevel], today: date
) -> list[LevelClaim]:
    if not 1 <= len(requested_levels) <= CLAIMS_MOST:
        raise InvalidInput("claims", f"1 to {CLAIMS_MOST} claims", str(len(requested_levels)))
    claims: list[LevelClaim] = []
    invalid_claims: list[InvalidClaim] = []
    indicators: set[int] = set()
    for requested in requested_levels:
        indicator = requested.indicator
        try:
            if indicator in indicators:
                raise InvalidInput("indicator", "each indicator once", f"{indicator} again")
            indicators.add(indicator)
            claims.append(_checked_claim(instrument, requested, today))
        except InvalidInput as fault:
            invalid_claims.append(
                InvalidClaim(indicator, fault.field, fault.expected, fault.received)
            )
    if invalid_claims:
        raise InvalidClaims(invalid_claims)
    return claims


async def _append_claims(
    context: Context,
    transaction: LogTransaction,
    assessment: Assessment,
    claims: Sequence[LevelClaim],
) -> Assessment:
    """Append an entry for each claim, and return the assessment after the last one.

    Each entry raises the version of the assessment by one.
    """
    await transaction.append_all(
        [
            NewEntry(
                actor=context.actor,
                kind=EventKind.LEVEL_CLAIMED,
                subject=assessment.id,
                visibility=Visibility.REGION,
                body=claim_body(assessment.id, version, claim),
            )
            for version, claim in enumerate(claims, start=assessment.version + 1)
        ]
    )
    by_indicator = {claim.indicator: claim for claim in (*assessment.levels, *claims)}
    return replace(
        assessment,
        version=assessment.version + len(claims),
        levels=tuple(by_indicator[indicator] for indicator in sorted(by_indicator)),
    )


def _warnings(instrument: Instrument, claim: LevelClaim) -> tuple[ClaimWarning, ...]:
    has_no_evidence = claim.level > instrument.level_min and not claim.evidence
    return (ClaimWarning.NO_EVIDENCE,) if has_no_evidence else ()
