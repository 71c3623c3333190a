"""Registers the enums of the model as GraphQL enums."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from engine.assessment.average import AverageKind, AverageScope
from engine.assessment.comparison import ComparedPartKind, MeanBasis
from engine.assessment.instrument import InstrumentStatus
from engine.assessment.outlook import SampleSufficiency
from engine.assessment.score import ScoreBasis
from engine.log.refusal import RefusalReason
from engine.log.snapshot import RegionSnapshotRowKind
from engine.log.source import ClockDeviation, SourceProblem, SourceState
from engine.matching.name_matching import DuplicatePolicy, MatchSignalKind
from engine.model import (
    AffairGroup,
    ApplicationStatus,
    AssessmentKind,
    AssessmentState,
    Capability,
    CommonApplicationClassification,
    EventKind,
    EvidenceGrade,
    EvidenceKind,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    OpdKind,
    RegionKind,
    Role,
    Visibility,
)
from engine.path.maintained_levels import LevelRequirement
from engine.path.precedence import PrecedenceKind
from resolvers.level_claim import ClaimWarning
from resolvers.problems import SubjectState


def described_enum(enum: type[Enum], description: str, values: Mapping[str, str]) -> None:
    """Register an enum of another layer in the schema, with a description for each of its values.

    Args:
        values: the descriptions, by the name of the value; all of them.
    """
    strawberry.enum(enum, name=enum.__name__, description=description)
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    if unmatched := {value.name for value in definition.values} ^ values.keys():
        raise ValueError(f"expected a description for each value of {enum}, see {unmatched}")
    for value in definition.values:
        value.description = values[value.name]


__all__ = [
    "AffairGroup",
    "ApplicationStatus",
    "AssessmentKind",
    "AssessmentState",
    "AverageKind",
    "AverageScope",
    "Capability",
    "ClaimWarning",
    "ClockDeviation",
    "CommonApplicationClassification",
    "ComparedPartKind",
    "DuplicatePolicy",
    "EventKind",
    "EvidenceGrade",
    "EvidenceKind",
    "InstrumentStatus",
    "IntegrationDirection",
    "IntegrationMode",
    "IntegrationStatus",
    "LevelRequirement",
    "MatchSignalKind",
    "MeanBasis",
    "OpdKind",
    "PrecedenceKind",
    "RefusalReason",
    "RegionKind",
    "RegionSnapshotRowKind",
    "Role",
    "SampleSufficiency",
    "ScoreBasis",
    "SourceProblem",
    "SourceState",
    "SubjectState",
    "Visibility",
]

described_enum(
    RegionKind,
    "What kind of government a region is.",
    {
        "NATION": "The nation, whose log holds the results of provinces and central agencies.",
        "PROVINCE": "A province (provinsi).",
        "REGENCY": "A regency (kabupaten).",
        "CITY": "A city (kota).",
        "CENTRAL_AGENCY": "A ministry or another agency of the central government.",
    },
)
described_enum(
    AssessmentKind,
    "Who assessed, and for what purpose. Different kinds are never mixed in one ranking or line.",
    {
        "SIMULATION": "What the index would be with other levels. It is never published or ranked.",
        "TARGET": "Levels or an index that a region intends to reach.",
        "SELF": "The self-assessment of a region (penilaian mandiri).",
        "INTERIM": "A preliminary assessment during the year (penilaian interim).",
        "EXTERNAL": "The assessment by external assessors (penilaian eksternal).",
        "OFFICIAL": "The official result that the ministry publishes.",
    },
)
described_enum(
    AssessmentState,
    "The state of an assessment in its workflow.",
    {
        "DRAFT": "Levels are being claimed.",
        "SUBMITTED": "The region has submitted all levels to the assessors.",
        "RETURNED": "An assessor has returned it to the region, with a reason.",
        "PUBLISHED": "It is published, and every viewer may read it.",
    },
)
described_enum(
    AffairGroup,
    "The group of a government affair in UU 23/2014, articles 11 and 12.",
    {
        "BASIC_SERVICE": "A mandatory affair of basic services (wajib, pelayanan dasar).",
        "OTHER_MANDATORY": "Another mandatory affair (wajib, bukan pelayanan dasar).",
        "OPTIONAL": "An affair of the regions that have a potential for it (pilihan).",
    },
)
described_enum(
    OpdKind,
    "What an OPD is in the structure of its region.",
    {
        "SECRETARIAT": "A secretariat: sekretariat daerah or sekretariat DPRD.",
        "INSPECTORATE": "The inspectorate (inspektorat).",
        "DEPARTMENT": "A department (dinas).",
        "AGENCY": "A board (badan).",
        "DISTRICT": "A district (kecamatan).",
        "URBAN_VILLAGE": "An urban village (kelurahan).",
        "DIVISION": "A division of a secretariat (biro or bagian).",
        "TECHNICAL_UNIT": "A technical unit: UPTD, regional hospital or health centre.",
        "OTHER": "Any other kind.",
    },
)
described_enum(
    ApplicationStatus,
    "Whether an application is in use.",
    {
        "PLANNED": "It is planned or being built.",
        "ACTIVE": "It is in use.",
        "INACTIVE": "It exists, but is not used at present.",
        "RETIRED": "It has been taken out of use for good; its history stays.",
        "UNKNOWN": "The source does not state it.",
    },
)
described_enum(
    IntegrationMode,
    "How the data of an integration is exchanged.",
    {
        "HUB": "Over a service bus (sistem penghubung layanan).",
        "API": "By a direct call of an API.",
        "FILE": "By transferring files.",
        "DATABASE": "By access to the other application's database.",
        "MANUAL": "By hand: data is typed in or uploaded by people.",
        "UNKNOWN": "The source does not state it.",
    },
)
described_enum(
    IntegrationDirection,
    "In which directions data flows between the two applications.",
    {"ONE_WAY": "From the source to the target.", "TWO_WAY": "In both directions."},
)
described_enum(
    IntegrationStatus,
    "Whether the exchange of an integration takes place.",
    {
        "PLANNED": "The exchange is planned.",
        "ACTIVE": "The exchange takes place.",
        "WITHDRAWN": "The record was withdrawn; it stays in the history.",
    },
)
described_enum(
    EventKind,
    "What happened. INDEX_CHANGED, VERIFICATION_CHANGED and PROPOSALS_CHANGED are derived from "
    "other changes; all other kinds are entries of a region's log.",
    {
        "REGION_RECORDED": "The basic data of a region was recorded or changed.",
        "OPD_RECORDED": "An OPD was recorded.",
        "OPD_UPDATED": "The names, the kind, the parent or the affairs of an OPD were changed.",
        "OPD_DISSOLVED": "An OPD was dissolved or merged into another one.",
        "APPLICATION_REGISTERED": "An application was added to an inventory.",
        "APPLICATION_UPDATED": "An application was changed.",
        "APPLICATION_RETIRED": "An application was taken out of use.",
        "INTEGRATION_CONNECTED": "An integration of two applications was recorded.",
        "INTEGRATION_CONFIRMED": "The counterpart confirmed an integration.",
        "INTEGRATION_WITHDRAWN": "An integration was withdrawn.",
        "ASSESSMENT_STARTED": "An assessment was started.",
        "LEVEL_CLAIMED": "A level was claimed for an indicator.",
        "ASSESSMENT_SUBMITTED": "An assessment was submitted to the assessors.",
        "ASSESSMENT_RETURNED": "An assessment was returned to the region.",
        "ASSESSMENT_PUBLISHED": "An assessment was published.",
        "RESULT_RECORDED": "A result that was published elsewhere was recorded.",
        "INVENTORY_ATTESTED": "An OPD attested that its inventory is complete.",
        "PROPOSAL_DECIDED": "A person decided about a proposal.",
        "INTEGRATION_DOCUMENTED": "Evidence was added to an integration.",
        "FUNCTION_CORRECTED": "A person corrected the function of an application.",
        "OPD_EXEMPTED": "An OPD was exempted from the service bus, or the exemption ended.",
        "DEVELOPMENT_POLICY_RECORDED": "A region's policy on building applications was recorded.",
        "EFFORT_EDITED": "A region changed its own figures of effort.",
        "HANDOVER_OFFERED": "A region was offered to another instance, which does not own it yet.",
        "HANDOVER_WITHDRAWN": "The offer of a region to another instance was withdrawn.",
        "REGION_HANDED_OVER": "A region was handed over to another instance.",
        "INVENTORY_IMPORTED": "A file was imported into the inventory. The entries of the "
        "applications themselves precede this one.",
        "IMPORT_UNDONE": "An import was undone. The entries of the applications themselves precede "
        "this one.",
        "INDEX_CHANGED": "An index changed, or was published.",
        "VERIFICATION_CHANGED": "The verdicts on a region's claims changed.",
        "PROPOSALS_CHANGED": "The proposals of a region changed.",
    },
)
described_enum(
    Capability,
    "What a service lets its users do: the functions of levels 1 to 3 of `spbe-2020`.",
    {
        "INFORMATION": "Users can read information (level 1).",
        "INTERACTION": "Users can search, download or send something (level 2).",
        "TRANSACTION": "Users can complete a transaction (level 3).",
    },
)
described_enum(
    EvidenceKind,
    "What a document shows.",
    {
        "DOCUMENT": "A document of any other kind.",
        "REVIEW": "A review, which level 4 requires.",
        "FOLLOW_UP": "The follow-up of a review, which level 5 requires.",
        "MACHINE_LOG": "A log which shows that an exchange took place.",
    },
)
described_enum(
    EvidenceGrade,
    "How well it is shown that the exchange of an integration takes place, from low to high.",
    {
        "CLAIMED": "The region or the OPD claims it; there is no document.",
        "DOCUMENTED": "A document shows it.",
        "CONFIRMED": "The counterpart confirmed it.",
        "LOGGED": "The log of a machine shows it.",
    },
)
described_enum(
    Role,
    "What a viewer may do.",
    {
        "PUBLIC": "Reads what is public.",
        "FOLLOWER": "A program that copies the logs of regions, with or without drafts. It writes "
        "nothing.",
        "OPD": "Works for an OPD: maintains its applications and their integrations.",
        "REGION": "Coordinates a region: maintains everything of this region.",
        "ASSESSOR": "Assesses regions: reads their assessments, drafts those of the kinds EXTERNAL "
        "and INTERIM, returns all but OFFICIAL ones, and publishes those that are no results.",
        "PROVINCE": "Works for a province: coaches its regions, and records and publishes their "
        "results. It records no result of the province itself. With the scope of the nation, "
        "its regions are the provinces and the central agencies.",
        "ADMIN": "Administers the instance, and may do what every other role may do.",
    },
)
described_enum(
    ScoreBasis,
    "What a score is computed from.",
    {
        "LEVELS": "From the levels of the indicators.",
        "PUBLISHED": "Only published figures are known; the levels are not.",
    },
)
described_enum(
    SampleSufficiency,
    "Whether there are enough examples to conclude something from them.",
    {
        "ENOUGH": "There are at least three examples.",
        "TOO_FEW": "There are fewer than three examples, so no rate is computed.",
    },
)
described_enum(
    LevelRequirement,
    "A requirement that a level of an indicator has in addition to its criterion.",
    {
        "ALL_OPDS": "Every OPD of the region takes part.",
        "REVIEW": "A periodic review with a date is documented.",
        "IMPROVEMENT": "A new improvement that follows from the review is documented each year.",
        "LINK": "Applications exchange data, with evidence that is accepted.",
        "DOCUMENT": "A document shows the integration.",
    },
)
described_enum(
    PrecedenceKind,
    "Why it is better to reach one level before another. These rules are Simpul's reading of the "
    "criteria and not a regulation.",
    {
        "POLICY_BEFORE_PRACTICE": "A policy is better in force before it is put into practice.",
        "ARCHITECTURE_BEFORE_ROADMAP": "The roadmap is better derived from the architecture.",
        "ROADMAP_BEFORE_BUDGET": "The budget is better derived from the roadmap.",
        "BUS_BEFORE_COLLABORATION": "Services collaborate better once the service bus exists.",
    },
)
described_enum(
    InstrumentStatus,
    "Whether an instrument is in use for assessments.",
    {
        "IN_FORCE": "Its regulation is in force, and new assessments use it.",
        "SUPERSEDED": "A later instrument has replaced it. Its published results remain.",
    },
)
described_enum(
    ComparedPartKind,
    "The kind of part that a line of a comparison shows.",
    {
        "INDEX": "The index as a whole.",
        "DOMAIN": "A domain of the instrument.",
        "ASPECT": "An aspect of the instrument.",
        "INDICATOR": "An indicator of the instrument.",
    },
)
described_enum(
    MeanBasis,
    "The origin of a mean.",
    {
        "COMPUTED": "It is computed from the values that this instance knows.",
        "PUBLISHED": "A source prints it; this instance does not know all values behind it.",
    },
)
described_enum(
    AverageScope,
    "The regions that a published average covers.",
    {
        "NATIONAL": "All local governments and central agencies.",
        "LOCAL_GOVERNMENTS": "All provinces, regencies and cities.",
        "PROVINCES": "All provinces.",
        "REGENCIES": "All regencies.",
        "CITIES": "All cities.",
        "WEST_JAVA": "The 27 regencies and cities of West Java.",
        "WEST_JAVA_PILOTS": "The province of West Java and those of its regions that were chosen as pilots.",
        "PILOTS": "All regencies and cities that were chosen as pilots in 2022.",
    },
)
described_enum(
    AverageKind,
    "The nature of a published average.",
    {
        "OFFICIAL": "The assessing ministry states it for its official results.",
        "QUOTED": "A source other than the assessing ministry quotes it.",
        "SIMULATION": "An estimate of the results, before they were assessed.",
        "TARGET": "The mean index that the regions intend to reach.",
    },
)
described_enum(
    RegionSnapshotRowKind,
    "What a row of a region's snapshot describes.",
    {
        "REGION": "The region itself.",
        "OPD": "An OPD.",
        "APPLICATION": "An application.",
        "INTEGRATION": "An integration.",
        "EXEMPTION": "The exemption of an OPD from the service bus.",
        "EFFORT": "The region's own figures of effort.",
        "DEVELOPMENT_POLICY": "The region's policy on building applications.",
        "DECISION": "The decision about a proposal.",
        "CORRECTION": "The corrected function of an application.",
        "ATTESTATION": "The attestation of an OPD's inventory.",
        "ASSESSMENT": "An assessment.",
        "IMPORT": "An import of a file into the inventory.",
    },
)
described_enum(
    Visibility,
    "Who may read the body of a log entry.",
    {
        "PUBLIC": "Every viewer.",
        "REGION": "Viewers who may read drafts of the region: its staff and the staff of its OPDs, its "
        "assessors, its province and administrators.",
    },
)
described_enum(
    SourceState,
    "How current this instance's data of a region is.",
    {
        "OWNED": "This instance owns the region and writes its log.",
        "FRESH": "The data is a copy that follows its owner closely.",
        "STALE": "The copy has fallen behind its owner.",
        "UNREACHABLE": "The owner does not respond, or not as the contract requires.",
        "DIVERGED": "The log of the owner is not the log that was copied.",
    },
)
described_enum(
    CommonApplicationClassification,
    "What a common application is by its regulation.",
    {
        "COMMON_APPLICATION": "A common application (aplikasi umum), which regions must use "
        "instead of an application of their own.",
        "PORTAL": "A national portal, to which regions deliver data or reports.",
        "NETWORK": "A network (jaringan) of institutions that publish together.",
        "INFRASTRUCTURE": "Shared infrastructure, such as a data centre or a service bus.",
    },
)
described_enum(
    DuplicatePolicy,
    "Whether listings are certainly the same system.",
    {
        "AUTO": "They are certainly the same system, and no person needs to review them.",
        "REVIEW": "They may be the same system, and a person should decide; one answer is enough "
        "for a whole group.",
    },
)
described_enum(
    MatchSignalKind,
    "What indicates that two listings are the same system.",
    {
        "NATIONAL_SYSTEM": "Both are recognised as a national system; the value is its name.",
        "SAME_NAME": "Their names are equal without prefixes, places and other words that do not "
        "distinguish systems; the value is this common name.",
        "SIMILAR_NAME": "Their names share most letters; the value is the percentage, such as "
        "`85 %`.",
        "NAME_PREFIX": "One name consists of the first word of the other; the value is this word.",
        "SAME_ADDRESS": "They have the same address; the value is the address without its scheme.",
        "SAME_HOST": "Their addresses are on the same host; the value is the host.",
        "SAME_OPD": "They belong to the same OPD; the value is its name, as the inventory has it.",
    },
)
described_enum(
    SubjectState,
    "The state of the thing that a mutation would change: of an assessment, an application, an "
    "integration, an import, an account or a passkey.",
    {
        "DRAFT": "Levels of the assessment are being claimed.",
        "SUBMITTED": "The assessment has been submitted to the assessors.",
        "RETURNED": "An assessor has returned the assessment to its region.",
        "PUBLISHED": "The assessment is published.",
        "PLANNED": "The application or the exchange is planned.",
        "ACTIVE": "The application is in use, the exchange takes place, or the account has a right.",
        "INACTIVE": "The application is not used at present.",
        "RETIRED": "The application has been taken out of use for good.",
        "UNKNOWN": "It is not known whether the application is in use.",
        "WITHDRAWN": "The integration, or the right of the account, has been withdrawn.",
        "IMPORTED": "The import stands.",
        "UNDONE": "The import has been undone.",
        "INVITED": "The person has been invited to the account, and has not signed in yet.",
        "ERASED": "All that identifies the person has been erased from the account.",
        "OF_PROGRAM": "The account is that of a program, which does not sign in.",
        "OF_PROVIDER": "The person signs in to the account at the identity provider.",
        "LAST_ADMIN": "No other person with the role ADMIN can sign in.",
        "LAST_WAY_IN": "The person could not sign in without the passkey.",
    },
)
described_enum(
    ClaimWarning,
    "Why assessors may not accept a claimed level. The level is claimed all the same.",
    {"NO_EVIDENCE": "The level is above the lowest one, and the claim has no evidence."},
)
described_enum(
    SourceProblem,
    "Why the copy of a region does not advance.",
    {
        "NOT_LISTED": "The list of regions of this instance does not have the region.",
        "NOT_REACHED_YET": "The owner was not reached since the region is followed.",
        "NO_CONNECTION": "There is no connection to the owner, or no response in time.",
        "REJECTED": "The owner refuses the token or the request of this instance.",
        "PROTOCOL_VIOLATION": "What the owner sends violates the feed contract.",
        "FEED_ENDED": "The owner ended the feed.",
        "HISTORY_CHANGED": "The log of the owner contradicts what it stated before.",
        "OWNER_BEHIND": "The new owner of the region does not have the whole log yet.",
        "HANDED_OVER": "The region was handed over. Its new owner is not followed yet, or it is this "
        "instance, which does not accept the region.",
        "COPYING": "The copy was deleted, and is made again.",
        "NOT_STORED": "This instance could not store what the owner sent, because of a failure of "
        "its own.",
    },
)
described_enum(
    ClockDeviation,
    "How the times of an owner's newest entries deviate.",
    {
        "AHEAD": "They are more than five minutes after the arrival of the entries.",
        "BACKWARDS": "They are before the time of the preceding entry.",
    },
)
described_enum(
    RefusalReason,
    "Why an entry of a followed log is not applied, wholly or in part. It stays in the log, which "
    "it proves, and the entries after it are applied.",
    {
        "FOREIGN_RESULT": "It records a result of a region whose results another log records.",
        "FOREIGN_REGION": "It is about another region than the one whose log it is in.",
        "FOREIGN_ID": "The id of what it changes does not begin with the code of the log's region.",
        "FOREIGN_IDENTITY": "It states another name, kind or parent of the region than the list of "
        "this instance, which stays valid. The rest of the entry is applied.",
        "OUT_OF_BOUNDS": "A text, an address, a number or a list in it is not allowed.",
        "TOO_MANY_ROWS": "The log already has the largest permitted number of rows of this type.",
        "MISSING_REFERENCE": "It refers to something that the log has not recorded.",
        "INVALID_BODY": "Its body does not have the type of its kind, its levels have no score, or it "
        "contradicts an earlier entry.",
    },
)
