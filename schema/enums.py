"""The vocabulary's enums, as GraphQL shows them: registered here, used as they are."""

from __future__ import annotations

import strawberry

from engine.model import (
    ApplicationStatus,
    AssessmentKind,
    AssessmentState,
    EventKind,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    RegionKind,
    Role,
)
from engine.score import Basis

__all__ = [
    "ApplicationStatus",
    "AssessmentKind",
    "AssessmentState",
    "Basis",
    "EventKind",
    "IntegrationDirection",
    "IntegrationMode",
    "IntegrationStatus",
    "RegionKind",
    "Role",
]

strawberry.enum(RegionKind, description="REGENCY is a kabupaten, CITY a kota.")
strawberry.enum(
    AssessmentKind,
    description="Whose figure it is. Kinds are never mixed in one line or one rank.",
)
strawberry.enum(AssessmentState, description="Only PUBLISHED is for everybody to see.")
strawberry.enum(ApplicationStatus, description="UNKNOWN where the source does not say.")
strawberry.enum(IntegrationMode, description="How data is exchanged; HUB is a service bus.")
strawberry.enum(IntegrationDirection, description="ONE_WAY is from source to target.")
strawberry.enum(IntegrationStatus, description="WITHDRAWN ones stay in the history.")
strawberry.enum(EventKind, description="INDEX_CHANGED is derived; all others are entries of a log.")
strawberry.enum(Role, description="What a viewer is.")
strawberry.enum(
    Basis,
    name="ScoreBasis",
    description="LEVELS: computed from levels. PUBLISHED: only the printed figures are known.",
)
