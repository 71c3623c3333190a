"""The one vocabulary of all layers: what regions, applications and assessments are.

Frozen values only; storage fills them, resolvers pass them on, the schema wraps them.
Official Indonesian names are data, the words here are the field's English terms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum


class RegionKind(Enum):
    """What is assessed: a region by its administrative kind, or a central agency."""

    PROVINCE = "PROVINCE"
    REGENCY = "REGENCY"  # kabupaten
    CITY = "CITY"  # kota
    CENTRAL_AGENCY = "CENTRAL_AGENCY"  # kementerian, lembaga, and other central instances


class AssessmentKind(Enum):
    """Whose figure it is. Kinds are never mixed in one line or one rank."""

    SIMULATION = "SIMULATION"
    TARGET = "TARGET"
    SELF = "SELF"
    INTERIM = "INTERIM"
    EXTERNAL = "EXTERNAL"
    OFFICIAL = "OFFICIAL"


class AssessmentState(Enum):
    """Where an assessment stands between its first level and the public."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    PUBLISHED = "PUBLISHED"


class OpdKind(Enum):
    """What an OPD is in the structure of its region (PP 18/2016)."""

    SECRETARIAT = "SECRETARIAT"  # sekretariat daerah, sekretariat DPRD
    INSPECTORATE = "INSPECTORATE"  # inspektorat
    DEPARTMENT = "DEPARTMENT"  # dinas
    AGENCY = "AGENCY"  # badan
    DISTRICT = "DISTRICT"  # kecamatan
    URBAN_VILLAGE = "URBAN_VILLAGE"  # kelurahan
    DIVISION = "DIVISION"  # biro or bagian of a secretariat
    TECHNICAL_UNIT = "TECHNICAL_UNIT"  # UPTD, RSUD, puskesmas
    OTHER = "OTHER"


class ApplicationStatus(Enum):
    """Life cycle of an application as its OPD reports it."""

    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    RETIRED = "RETIRED"
    UNKNOWN = "UNKNOWN"


class Capability(Enum):
    """What a service lets its users do: the functions of levels 1 to 3 (PermenPANRB 59/2020)."""

    INFORMATION = "INFORMATION"
    INTERACTION = "INTERACTION"  # search, upload, download
    TRANSACTION = "TRANSACTION"  # workflow, validation, approval


class EvidenceKind(Enum):
    """What a document shows."""

    DOCUMENT = "DOCUMENT"  # that the thing is there: a screenshot, a list of APIs, minutes
    REVIEW = "REVIEW"  # that the practice was reviewed
    FOLLOW_UP = "FOLLOW_UP"  # that it was improved by what the review found
    MACHINE_LOG = "MACHINE_LOG"  # that an exchange ran, as the bus itself wrote down


class IntegrationMode(Enum):
    """How two applications exchange data."""

    HUB = "HUB"
    API = "API"
    FILE = "FILE"
    DATABASE = "DATABASE"
    MANUAL = "MANUAL"
    UNKNOWN = "UNKNOWN"  # the source says that they are integrated, not how


class IntegrationDirection(Enum):
    """Which way the data flows between source and target."""

    ONE_WAY = "ONE_WAY"
    TWO_WAY = "TWO_WAY"


class IntegrationStatus(Enum):
    """Life cycle of an integration."""

    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    WITHDRAWN = "WITHDRAWN"


class Role(Enum):
    """What a viewer is. Scope (regions, OPDs) comes with it in the token."""

    PUBLIC = "PUBLIC"
    OPD = "OPD"
    REGION = "REGION"
    ASSESSOR = "ASSESSOR"
    PROVINCE = "PROVINCE"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a row comes from: a document, a publication, or the person who entered it."""

    source: str
    confirmed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A province, regency or city by its Kemendagri code, or a central agency by `pusat.…`."""

    code: str
    name: str
    kind: RegionKind
    parent: str | None
    provenance: Provenance
    capital: str | None = None
    population: int | None = None
    area_km2: str | None = None  # decimal string: what the source prints
    latitude: str | None = None  # of the centroid, decimal degrees
    longitude: str | None = None


@dataclass(frozen=True, slots=True)
class Opd:
    """An agency (organisasi perangkat daerah) of a region."""

    id: str
    region: str
    name: str
    acronym: str
    provenance: Provenance
    kind: OpdKind | None = None  # None: the source does not say
    parent: str | None = None  # id of the OPD of the same region that it is a part of


@dataclass(frozen=True, slots=True)
class Application:
    """An application as an OPD runs it."""

    id: str
    region: str
    opd: str | None  # None: the source names no owner
    name: str
    status: ApplicationStatus
    version: int
    provenance: Provenance
    function: str = ""
    url: str | None = None
    platform: str = ""
    year: int | None = None
    common_application: str | None = None  # id of the national application it is an instance of
    retired_reason: str = ""
    capabilities: tuple[Capability, ...] = ()  # that a person has seen; one not here is not known
    consulted: bool | None = None  # the ICT unit, before it was built; None: nothing is on record
    users: int | None = None  # in a year
    fit: int | None = None  # 1 to 5: how well it does its work, as the OPD rates it
    yearly_cost: int | None = None  # this and the next two: whole rupiah
    migration_cost: int | None = None  # once, of leaving it
    added_cost: int | None = None  # a year, if it takes over what another one does


@dataclass(frozen=True, slots=True)
class CommonApplication:
    """A national shared application (aplikasi umum) or shared infrastructure."""

    id: str
    name: str
    owner: str
    classification: str
    legal_basis: str
    indicators: tuple[int, ...]  # of spbe-2020
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Integration:
    """A data exchange from `source` to `target`; one end may lie outside the inventory."""

    id: str
    region: str  # the region whose log holds it: that of the source application
    source: str  # application id
    target: str | None  # application id; None when the target is known by name only
    target_name: str
    data_object: str
    mode: IntegrationMode
    direction: IntegrationDirection
    status: IntegrationStatus
    evidence_grade: int  # 0 claimed, 1 documented, 2 confirmed by the counterpart, 3 machine log
    version: int
    provenance: Provenance
    verified_on: date | None = None  # the newest day of evidence or confirmation
    evidence: tuple[Evidence, ...] = ()
    confirmed_on: date | None = None  # by the counterpart; None: not, or the day is not recorded


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that supports a claim (bukti dukung)."""

    title: str
    url: str
    kind: EvidenceKind = EvidenceKind.DOCUMENT
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class LevelClaim:
    """The level claimed for one indicator, with what is said and shown for it."""

    indicator: int
    level: int
    explanation: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """What a publication prints when it does not print the levels."""

    value: str  # two decimals, as printed
    predicate: str
    domains: tuple[tuple[int, str], ...] = ()  # (domain number, value as printed)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One instrument applied to one region in one year by one kind of assessor.

    Either `levels` hold the claims, or `published` holds the printed figures.
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
    """Who asks: a role and the regions and OPDs it is scoped to."""

    subject: str
    role: Role
    regions: frozenset[str] = field(default_factory=frozenset)
    opds: frozenset[str] = field(default_factory=frozenset)
    expires_at: datetime | None = None


OWN_ACTORS = "simpul "  # how the actors of entries begin that no viewer wrote

PUBLIC_VIEWER = Viewer(subject="anonymous", role=Role.PUBLIC)


class EventKind(Enum):
    """What happened. Kinds of log entries, but for the last three, which are derived from them."""

    REGION_RECORDED = "REGION_RECORDED"
    OPD_RECORDED = "OPD_RECORDED"
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
    REGION_HANDED_OVER = "REGION_HANDED_OVER"
    INDEX_CHANGED = "INDEX_CHANGED"
    VERIFICATION_CHANGED = "VERIFICATION_CHANGED"
    PROPOSALS_CHANGED = "PROPOSALS_CHANGED"


class Visibility(Enum):
    """Who may read an entry: everybody, or the region, its assessors and the province."""

    PUBLIC = "PUBLIC"
    REGION = "REGION"
