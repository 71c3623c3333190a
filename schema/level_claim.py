"""GraphQL mutations that claim levels in an assessment."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.log.body_bounds import CLAIMS_MOST
from resolvers import level_claim as resolved
from schema.arguments import INPUT
from schema.assessment import Assessment
from schema.descriptions import EVIDENCE, IDEMPOTENCY_KEY, VERSION
from schema.enums import ClaimWarning
from schema.info import Info
from schema.node import EvidenceInput
from schema.problem import (
    IdempotencyKeyReused,
    InvalidClaims,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    VersionConflict,
    WrongState,
    result_or_problem,
)

INDICATOR = "The number of the indicator in the instrument of the assessment."
LEVEL = "The level to claim, between `levelMin` and `levelMax` of the instrument."
EXPLANATION = "Why the region has reached the level, in 1 to 10,000 characters; null for no text."


@strawberry.input(
    description="A level to claim for one indicator. It replaces an earlier claim for this "
    "indicator, with its explanation and its evidence."
)
class ClaimLevelInput:
    assessment_id: strawberry.ID = strawberry.field(description="The id of the assessment.")
    version: int = strawberry.field(description=VERSION)
    indicator: int = strawberry.field(description=INDICATOR)
    level: int = strawberry.field(description=LEVEL)
    explanation: str | None = strawberry.field(default=None, description=EXPLANATION)
    evidence: list[EvidenceInput] = strawberry.field(default_factory=list, description=EVIDENCE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="One of the levels to claim at once. It replaces an earlier claim for its "
    "indicator, with its explanation and its evidence."
)
class LevelClaimInput:
    indicator: int = strawberry.field(
        description=f"{INDICATOR} Each indicator occurs at most once."
    )
    level: int = strawberry.field(description=LEVEL)
    explanation: str | None = strawberry.field(default=None, description=EXPLANATION)
    evidence: list[EvidenceInput] = strawberry.field(default_factory=list, description=EVIDENCE)


@strawberry.input(description="Levels to claim for several indicators at once.")
class ClaimLevelsInput:
    assessment_id: strawberry.ID = strawberry.field(description="The id of the assessment.")
    version: int = strawberry.field(description=VERSION)
    claims: list[LevelClaimInput] = strawberry.field(
        description=f"The levels to claim, from 1 to {CLAIMS_MOST}. Indicators that are "
        "not listed keep their levels."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="A level that was claimed, and what it replaces.")
class ClaimedLevel:
    indicator: int = strawberry.field(description="The number of the indicator.")
    previous_level: int | None = strawberry.field(
        description="The level that was claimed before; null if there was none."
    )
    level: int = strawberry.field(description="The level that is claimed now.")
    warnings: list[ClaimWarning] = strawberry.field(
        description="Why assessors may not accept the level, each reason at most once. Empty if "
        "there is nothing to warn of."
    )

    @classmethod
    def from_model(cls, value: resolved.ClaimedLevel) -> ClaimedLevel:
        return cls(
            indicator=value.indicator,
            previous_level=value.previous_level,
            level=value.level,
            warnings=list(value.warnings),
        )


@strawberry.type(description="An assessment after several levels were claimed at once.")
class ClaimedLevels:
    assessment: Assessment = strawberry.field(
        description="The assessment with the new levels and its new score. Its version has risen "
        "by one for each claim."
    )
    claims: list[ClaimedLevel] = strawberry.field(
        description=f"The claimed levels in the order of the input, at most {CLAIMS_MOST}."
    )

    @classmethod
    def from_model(cls, value: resolved.ClaimedLevels) -> ClaimedLevels:
        return cls(
            assessment=Assessment.from_unscored_model(value.assessment),
            claims=[ClaimedLevel.from_model(claim) for claim in value.claims],
        )


ClaimLevelPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "ClaimLevelPayload",
        description="The assessment with the new level, or the problem that prevented the change.",
    ),
]
ClaimLevelsPayload = Annotated[
    ClaimedLevels
    | InvalidClaims
    | NotFound
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused
    | InvalidInput,
    strawberry.union(
        "ClaimLevelsPayload",
        description="The assessment with all new levels, or the problem that prevented the change.",
    ),
]


@strawberry.type
class LevelClaimMutation:
    @strawberry.mutation(
        description="Claims a level for one indicator of an assessment in the state DRAFT or "
        "RETURNED. The result has the new score. Regions claim levels of their own SIMULATION, "
        "TARGET, SELF and INTERIM assessments, assessors those of EXTERNAL and OFFICIAL ones; a "
        "province may claim all."
    )
    async def claim_level(
        self, info: Info, input: Annotated[ClaimLevelInput, INPUT]
    ) -> ClaimLevelPayload:
        request = resolved.ClaimLevel(input.assessment_id, input.version, _to_requested(input))
        mutation = resolved.claim_level(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(
        description="Claims levels for several indicators of an assessment, as `claimLevel` does "
        "for one. Either all levels are claimed, or none: if some are not allowed, the result is "
        "InvalidClaims, which lists them. The log gets one entry for each level, "
        "and subscribers of `indexChanged` receive one event for each."
    )
    async def claim_levels(
        self, info: Info, input: Annotated[ClaimLevelsInput, INPUT]
    ) -> ClaimLevelsPayload:
        claims = tuple(_to_requested(claim) for claim in input.claims)
        request = resolved.ClaimLevels(input.assessment_id, input.version, claims)
        mutation = resolved.claim_levels(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, ClaimedLevels.from_model)


def _to_requested(claim: ClaimLevelInput | LevelClaimInput) -> resolved.RequestedLevel:
    return resolved.RequestedLevel(
        indicator=claim.indicator,
        level=claim.level,
        explanation=claim.explanation,
        evidence=tuple(document.to_model() for document in claim.evidence),
    )
