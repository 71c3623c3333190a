"""The domain model of all layers: regions, applications, integrations, assessments and events.

All values are frozen. Storage creates them, resolvers pass them on, and the schema wraps them.
Names in code are English terms of the field. Official Indonesian names are data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, IntEnum


class RegionKind(Enum):
    """The administrative kind of a region, or a central agency."""

    NATION = "NATION"  # whose log holds the results of provinces and central agencies
    PROVINCE = "PROVINCE"
    REGENCY = "REGENCY"  # kabupaten
    CITY = "CITY"  # kota
    CENTRAL_AGENCY = "CENTRAL_AGENCY"  # kementerian, lembaga, and other central instances


class AssessmentKind(Enum):
    """The origin of an assessment. Kinds are never mixed in one comparison or one ranking."""

    SIMULATION = "SIMULATION"
    TARGET = "TARGET"
    SELF = "SELF"
    INTERIM = "INTERIM"
    EXTERNAL = "EXTERNAL"
    OFFICIAL = "OFFICIAL"


class AssessmentState(Enum):
    """The state of an assessment between its first claim and its publication."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    PUBLISHED = "PUBLISHED"


class OpdKind(Enum):
    """The kind of an OPD in the structure of its region (PP 18/2016)."""

    SECRETARIAT = "SECRETARIAT"  # sekretariat daerah, sekretariat DPRD
    INSPECTORATE = "INSPECTORATE"  # inspektorat
    DEPARTMENT = "DEPARTMENT"  # dinas
    AGENCY = "AGENCY"  # badan
    DISTRICT = "DISTRICT"  # kecamatan
    URBAN_VILLAGE = "URBAN_VILLAGE"  # kelurahan
    DIVISION = "DIVISION"  # biro or bagian of a secretariat
    TECHNICAL_UNIT = "TECHNICAL_UNIT"  # UPTD, RSUD, puskesmas
    OTHER = "OTHER"


class AffairGroup(Enum):
    """The group of a government affair (UU 23/2014, articles 11 and 12)."""

    BASIC_SERVICE = "BASIC_SERVICE"  # wajib, pelayanan dasar
    OTHER_MANDATORY = "OTHER_MANDATORY"  # wajib, bukan pelayanan dasar
    OPTIONAL = "OPTIONAL"  # pilihan


class ApplicationStatus(Enum):
    """The life cycle of an application, as its OPD reports it."""

    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    RETIRED = "RETIRED"
    UNKNOWN = "UNKNOWN"


class Capability(Enum):
    """A function that a service offers its users at levels 1 to 3 (PermenPANRB 59/2020)."""

    INFORMATION = "INFORMATION"
    INTERACTION = "INTERACTION"  # search, upload, download
    TRANSACTION = "TRANSACTION"  # workflow, validation, approval


class EvidenceKind(Enum):
    """The fact that a document supports."""

    DOCUMENT = "DOCUMENT"  # existence: a screenshot, a list of APIs, minutes
    REVIEW = "REVIEW"  # a review of the practice
    FOLLOW_UP = "FOLLOW_UP"  # an improvement from the findings of a review
    MACHINE_LOG = "MACHINE_LOG"  # an exchange, as the bus logged it


class IntegrationMode(Enum):
    """The way in which two applications exchange data."""

    HUB = "HUB"
    API = "API"
    FILE = "FILE"
    DATABASE = "DATABASE"
    MANUAL = "MANUAL"
    UNKNOWN = "UNKNOWN"  # the source does not state the mode


class IntegrationDirection(Enum):
    """The direction in which data flows between source and target."""

    ONE_WAY = "ONE_WAY"
    TWO_WAY = "TWO_WAY"


class IntegrationStatus(Enum):
    """The life cycle of an integration."""

    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    WITHDRAWN = "WITHDRAWN"


class EvidenceGrade(IntEnum):
    """How well it is shown that the exchange of an integration takes place; higher is better."""

    CLAIMED = 0
    DOCUMENTED = 1
    CONFIRMED = 2  # by the counterpart
    LOGGED = 3  # by a machine


class Role(Enum):
    """The role of a viewer. Its right also holds the scope (regions and OPDs)."""

    PUBLIC = "PUBLIC"
    FOLLOWER = "FOLLOWER"  # reads the logs of regions, and writes nothing
    OPD = "OPD"
    REGION = "REGION"
    ASSESSOR = "ASSESSOR"
    PROVINCE = "PROVINCE"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class Provenance:
    """The source of a row: a document, a publication, or the person who entered it."""

    source: str
    confirmed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A province, regency or city with its Kemendagri code, a central agency (`pusat.…`) or `ID`."""

    code: str
    name: str
    kind: RegionKind
    parent: str | None
    provenance: Provenance
    capital: str | None = None
    population: int | None = None
    area_km2: str | None = None  # decimal string as the source prints it
    latitude: str | None = None  # decimal degrees of the centroid
    longitude: str | None = None  # decimal degrees of the centroid


@dataclass(frozen=True, slots=True)
class Opd:
    """An agency (organisasi perangkat daerah) of a region."""

    id: str
    region: str
    name: str
    acronym: str
    provenance: Provenance
    kind: OpdKind | None = None  # None if the source does not state it
    parent: str | None = None  # id of the OPD that contains it, in the same region
    affairs: tuple[str, ...] = ()  # ids of the government affairs (urusan) that it carries out
    version: int = 1
    successor: str | None = None  # id of the OPD that took over its applications and rights
    dissolved_reason: str | None = None  # None while it exists


@dataclass(frozen=True, slots=True)
class Application:
    """An application that an OPD runs."""

    id: str
    region: str
    opd: str | None  # id; None if the source names no owner
    name: str
    status: ApplicationStatus
    version: int
    provenance: Provenance
    function: str = ""
    url: str | None = None
    platform: str = ""
    year: int | None = None
    common_application: str | None = None  # id, if this is an instance of one
    retired_reason: str = ""
    capabilities: tuple[Capability, ...] = ()  # verified by a person; others are unknown
    consulted: bool | None = None  # whether the ICT unit was consulted before the development
    users: int | None = None  # per year
    fit: int | None = None  # 1 to 5: the OPD's rating of its fitness
    yearly_cost: int | None = None  # whole rupiah, like the next two
    migration_cost: int | None = None  # one-time cost of leaving the application
    added_cost: int | None = None  # per year, if it replaces others
    developer: str = ""  # who built it
    hosting: str = ""  # where it runs
    database: str = ""  # the database system that it uses
    legal_basis: str = ""  # the regulation or decree that it is based on
    public_service: bool | None = None  # whether it serves the public; None if unknown


class CommonApplicationClassification(Enum):
    """What a common application is by its regulation."""

    COMMON_APPLICATION = "COMMON_APPLICATION"  # aplikasi umum, which all regions must use
    PORTAL = "PORTAL"
    NETWORK = "NETWORK"  # jaringan, whose members publish together
    INFRASTRUCTURE = "INFRASTRUCTURE"


@dataclass(frozen=True, slots=True)
class CommonApplication:
    """A national shared application (aplikasi umum) or shared infrastructure."""

    id: str
    name: str
    owner: str
    classification: CommonApplicationClassification
    legal_basis: str
    indicators: tuple[int, ...]  # indicator numbers of spbe-2020
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Integration:
    """A data exchange from `source` to `target`. One end may be outside the inventory."""

    id: str
    region: str  # the region of the source application, whose log holds it
    source: str  # application id
    target: str | None  # application id; None if the target is known by name only
    target_name: str
    data_object: str
    mode: IntegrationMode
    direction: IntegrationDirection
    status: IntegrationStatus
    evidence_grade: EvidenceGrade
    version: int
    provenance: Provenance
    verified_on: date | None = None  # the latest day of evidence or confirmation
    evidence: tuple[Evidence, ...] = ()
    confirmed_on: date | None = None  # the counterpart's confirmation; None if none is recorded


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that supports a claim (bukti dukung)."""

    title: str
    url: str
    kind: EvidenceKind = EvidenceKind.DOCUMENT
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class LevelClaim:
    """The level claimed for one indicator, with an explanation and evidence."""

    indicator: int
    level: int
    explanation: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """The figures of a publication that does not print levels."""

    value: str  # two decimals, as printed
    predicate: str
    domains: tuple[tuple[int, str], ...] = ()  # (domain number, value as printed)


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment of one region by one instrument, in one year, by one kind of assessor.

    Either `levels` holds the claims, or `published` holds the printed figures.
    """

    id: str
    region: str
    instrument: str
    year: int
    kind: AssessmentKind
    state: AssessmentState
    version: int
    provenance: Provenance
    levels: tuple[LevelClaim, ...] = ()
    published: PublishedFigures | None = None
    returned_reason: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The viewer of a request: a role, and the regions and OPDs of its scope."""

    subject: str  # id of the account
    role: Role
    regions: frozenset[str] = field(default_factory=frozenset)
    opds: frozenset[str] = field(default_factory=frozenset)
    expires_at: datetime | None = None  # of the session or the token
    drafts: bool = True  # False for a FOLLOWER that reads published entries only
    credential: str | None = None  # id of the session or token; None for an identity provider's


# Prefix of the actors of entries that an instance itself wrote. Any owner of a log can write it.
OWN_ACTOR_PREFIX = "simpul "

PUBLIC_VIEWER = Viewer(subject="anonymous", role=Role.PUBLIC)


class EventKind(Enum):
    """The kind of an event. All but the last three, which are derived, are log entries."""

    REGION_RECORDED = "REGION_RECORDED"
    OPD_RECORDED = "OPD_RECORDED"
    OPD_UPDATED = "OPD_UPDATED"
    OPD_DISSOLVED = "OPD_DISSOLVED"
    APPLICATION_REGISTERED = "APPLICATION_REGISTERED"
    APPLICATION_UPDATED = "APPLICATION_UPDATED"
    APPLICATION_RETIRED = "APPLICATION_RETIRED"
    INTEGRATION_CONNECTED = "INTEGRATION_CONNECTED"
    INTEGRATION_CONFIRMED = "INTEGRATION_CONFIRMED"
    INTEGRATION_WITHDRAWN = "INTEGRATION_WITHDRAWN"
    ASSESSMENT_STARTED = "ASSESSMENT_STARTED"
    LEVEL_CLAIMED = "LEVEL_CLAIMED"
    ASSESSMENT_SUBMITTED = "ASSESSMENT_SUBMITTED"
    ASSESSMENT_RETURNED = "ASSESSMENT_RETURNED"
    ASSESSMENT_PUBLISHED = "ASSESSMENT_PUBLISHED"
    RESULT_RECORDED = "RESULT_RECORDED"
    INVENTORY_ATTESTED = "INVENTORY_ATTESTED"
    PROPOSAL_DECIDED = "PROPOSAL_DECIDED"
    INTEGRATION_DOCUMENTED = "INTEGRATION_DOCUMENTED"
    FUNCTION_CORRECTED = "FUNCTION_CORRECTED"
    OPD_EXEMPTED = "OPD_EXEMPTED"
    DEVELOPMENT_POLICY_RECORDED = "DEVELOPMENT_POLICY_RECORDED"
    EFFORT_EDITED = "EFFORT_EDITED"
    HANDOVER_OFFERED = "HANDOVER_OFFERED"
    HANDOVER_WITHDRAWN = "HANDOVER_WITHDRAWN"
    REGION_HANDED_OVER = "REGION_HANDED_OVER"
    INVENTORY_IMPORTED = "INVENTORY_IMPORTED"
    IMPORT_UNDONE = "IMPORT_UNDONE"
    INDEX_CHANGED = "INDEX_CHANGED"
    VERIFICATION_CHANGED = "VERIFICATION_CHANGED"
    PROPOSALS_CHANGED = "PROPOSALS_CHANGED"


class Visibility(Enum):
    """The readers of an entry: everyone, or the region, its assessors and the province."""

    PUBLIC = "PUBLIC"
    REGION = "REGION"
