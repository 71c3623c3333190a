"""Registers the enums of the model as GraphQL enums."""

from __future__ import annotations

import strawberry

from engine.assessment.score import ScoreBasis
from engine.graph.graph import GraphBasis, GraphNodeKind, IntegrationDefect
from engine.log.snapshot import RowKind
from engine.log.source import SourceState
from engine.model import (
    ApplicationStatus,
    AssessmentKind,
    AssessmentState,
    Capability,
    EventKind,
    EvidenceKind,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    OpdKind,
    RegionKind,
    Role,
    Visibility,
)
from engine.verification.attestation import SealState
from engine.verification.evaluation import FindingState, VerificationGap
from engine.verification.rule import RequirementKind
from engine.verification.verification import VerificationFlag

__all__ = [
    "ApplicationStatus",
    "AssessmentKind",
    "AssessmentState",
    "Capability",
    "EventKind",
    "EvidenceKind",
    "FindingState",
    "GraphBasis",
    "GraphNodeKind",
    "IntegrationDefect",
    "IntegrationDirection",
    "IntegrationMode",
    "IntegrationStatus",
    "OpdKind",
    "RegionKind",
    "RequirementKind",
    "Role",
    "RowKind",
    "ScoreBasis",
    "SealState",
    "SourceState",
    "VerificationFlag",
    "VerificationGap",
    "Visibility",
]

strawberry.enum(RegionKind, description="REGENCY is a kabupaten, CITY a kota.")
strawberry.enum(
    AssessmentKind,
    description="Whose figure it is. Kinds are never mixed in one line or one rank.",
)
strawberry.enum(AssessmentState, description="Only PUBLISHED is for everybody to see.")
strawberry.enum(
    OpdKind,
    description="What an OPD is in the structure of its region. SECRETARIAT: sekretariat daerah or "
    "sekretariat DPRD. DEPARTMENT: dinas. AGENCY: badan. DISTRICT: kecamatan. URBAN_VILLAGE: "
    "kelurahan. DIVISION: biro or bagian of a secretariat. TECHNICAL_UNIT: UPTD, RSUD or "
    "puskesmas.",
)
strawberry.enum(ApplicationStatus, description="UNKNOWN where the source does not say.")
strawberry.enum(IntegrationMode, description="How data is exchanged; HUB is a service bus.")
strawberry.enum(IntegrationDirection, description="ONE_WAY is from source to target.")
strawberry.enum(IntegrationStatus, description="WITHDRAWN ones stay in the history.")
strawberry.enum(
    EventKind,
    description="INDEX_CHANGED, VERIFICATION_CHANGED and PROPOSALS_CHANGED are derived; all others "
    "are entries of a log.",
)
strawberry.enum(
    Capability,
    description="What a service lets its users do: the functions of levels 1 to 3 of spbe-2020.",
)
strawberry.enum(
    EvidenceKind,
    description="What a document shows. REVIEW and FOLLOW_UP are what levels 4 and 5 ask for; "
    "MACHINE_LOG shows that an exchange ran.",
)
strawberry.enum(Role, description="What a viewer is.")
strawberry.enum(
    ScoreBasis,
    name="ScoreBasis",
    description="LEVELS: computed from levels. PUBLISHED: only the printed figures are known.",
)
strawberry.enum(
    GraphBasis,
    name="GraphBasis",
    description="COUNTED: exchanges that rules take as evidence today. RECORDED: all that are not "
    "withdrawn, whatever their evidence.",
)
strawberry.enum(
    GraphNodeKind,
    name="GraphNodeKind",
    description="APPLICATION is the region's own. ELSEWHERE is in another region's inventory, "
    "NAMED is known by name only.",
)
strawberry.enum(
    IntegrationDefect,
    name="IntegrationDefect",
    description="Why an exchange is no evidence today. DATE_UNKNOWN and MODE_UNKNOWN leave it "
    "open.",
)
strawberry.enum(
    SealState,
    description="What an OPD's word for its inventory is worth. BROKEN: an edit by another subject "
    "than the one who attested came after it.",
)
strawberry.enum(
    VerificationFlag,
    name="VerificationFlag",
    description="UNVERIFIABLE is no accusation: the evidence neither shows nor refutes the claim. "
    "UNDER_CLAIM nominates; no level is ever raised.",
)
strawberry.enum(RowKind, description="What a row of a snapshot is about.")
strawberry.enum(
    Visibility, description="Whether everybody may read an entry, or who may see drafts."
)
strawberry.enum(
    SourceState,
    description="OWNED: written here. FRESH: a copy that follows its owner closely. STALE: one "
    "that has fallen behind. UNREACHABLE: the owner does not answer, or not as it must. DIVERGED: "
    "the owner's log is not the one that was copied.",
)
strawberry.enum(
    FindingState, name="FindingState", description="UNKNOWN: neither shown nor refuted."
)
strawberry.enum(
    VerificationGap,
    name="VerificationGap",
    description="What is missing or not known; see its subject.",
)
strawberry.enum(
    RequirementKind, name="RuleAsk", description="What a level asks of the graph or of documents."
)
