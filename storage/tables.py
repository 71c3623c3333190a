"""The tables of the database. The log and the arrival order are the source of truth.

Other rows are projected from the log, except those whose class says otherwise.

Timestamps are stored as the text that is hashed (UTC, microseconds), so that an entry that is read
from any database has the hash with which it was written.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    TableClause,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BODY = JSON(none_as_null=True)
CODE = String(128)  # a region's code; the longest shipped one, a ministry's, has 89 characters
ID = String(255)  # may contain a region's code, an instrument, a year and a kind
TOPIC = String(320)  # an id and an instrument
# Defaults of columns that were added later, so that a worker of the version before can still write.
EMPTY_TEXT, EMPTY_LIST, FIRST_VERSION = text("''"), text("'[]'"), text("1")


class Table(DeclarativeBase):
    """The base class of all tables, with the names of constraints and the column types of JSON."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {dict[str, Any]: BODY, list[Any]: BODY}


def core_table(table: type[Table]) -> TableClause:
    """Return the Core table of a row class, for statements that bypass the unit of work."""
    return cast(TableClause, table.__table__)


class InstanceRow(Table):
    """The only row of its table: the epoch, and positions in the arrival order."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    arrival_head: Mapped[int] = mapped_column(BigInteger)
    lessons: Mapped[str] = mapped_column(String(64))  # digest of the rows of `lesson`
    derived_head: Mapped[int] = mapped_column(BigInteger)  # events are derived up to here
    arrival_floor: Mapped[int] = mapped_column(BigInteger)  # up to here, only the newest are stored
    identity: Mapped[str] = mapped_column(String(16))  # names the cookies and passkeys
    secret: Mapped[str] = mapped_column(String(64))  # signs what a sign-in leaves in the browser


class HeadRow(Table):
    """The end of a region's log. A transaction that appends locks this row first."""

    __tablename__ = "head"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[str | None] = mapped_column(String(32))  # of the newest entry, as it was applied


class SourceRow(Table):
    """A region whose log another instance writes (engine.log.source.Source).

    This instance owns all regions without such a row. The row is not projected from the log,
    because it records the state of the replica.
    """

    __tablename__ = "source"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    url: Mapped[str] = mapped_column(Text)  # API from which the log is replicated
    owner: Mapped[str | None] = mapped_column(Text)  # null: the owner is at `url`
    state: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[str | None] = mapped_column(String(32))
    problem: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text)
    clock: Mapped[str | None] = mapped_column(String(16))
    diverged: Mapped[bool]  # the log contradicted the replica, whatever failed since
    base: Mapped[int] = mapped_column(BigInteger)  # first entry after a snapshot, else 0
    generation: Mapped[int]  # how often the replica was deleted, to be made again
    # The identity of the region in this instance's list. No entry of its log changes it.
    name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(16))
    parent: Mapped[str | None] = mapped_column(CODE)


class EntryRow(Table):
    """One entry of a region's log (engine.log.entry.LogEntry).

    The owner withholds an entry whose `kind` is null: only its sequence and its hashes are here.
    """

    __tablename__ = "entry"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str | None] = mapped_column(String(32))
    applied_at: Mapped[str | None] = mapped_column(String(32))  # null: `at` is credible
    actor: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(ID)
    visibility: Mapped[str | None] = mapped_column(String(16))
    body: Mapped[dict[str, Any] | None]
    salt: Mapped[str | None] = mapped_column(String(32))
    header_hash: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index("ix_entry_subject", "subject"),)


class RefusedEntryRow(Table):
    """An entry of a followed log that is not applied (engine.log.refusal.RefusedEntry)."""

    __tablename__ = "refused_entry"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))


class ArrivalRow(Table):
    """An entry or a derived event, in the gapless order in which this instance committed them."""

    __tablename__ = "arrival"
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    region: Mapped[str] = mapped_column(CODE)  # which the event is about
    log: Mapped[str] = mapped_column(CODE)  # the region in whose log the entry is
    sequence: Mapped[int] = mapped_column(BigInteger)  # the entry, or the one it derives from
    kind: Mapped[str] = mapped_column(String(32))
    topic: Mapped[str] = mapped_column(TOPIC)  # a newer arrival replaces an older one
    visibility: Mapped[str] = mapped_column(String(16))
    derived: Mapped[dict[str, Any] | None]  # null: the arrival is the entry itself
    # The index covers the query for the newest arrivals, so that it reads no rows.
    __table_args__ = (
        Index("ix_arrival_newest", "kind", "region", "topic", "number", "visibility"),
    )


class IdempotencyRow(Table):
    """The response to a mutation with an idempotency key, committed with the change."""

    __tablename__ = "idempotency"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    actor: Mapped[str] = mapped_column(String(255), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    at: Mapped[str] = mapped_column(String(32), index=True)


class ProvenanceColumns:
    """The columns for the source of a row (engine.model.Provenance)."""

    source: Mapped[str] = mapped_column(Text)
    confirmed: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)


class RegionRow(ProvenanceColumns, Table):
    """A province, regency, city, central agency or the nation (engine.model.Region)."""

    """A province, regency, city or central agency (engine.model.Region)."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str | None] = mapped_column(CODE, index=True)
    capital: Mapped[str | None] = mapped_column(Text)
    population: Mapped[int | None] = mapped_column(BigInteger)
    area_km2: Mapped[str | None] = mapped_column(String(32))
    latitude: Mapped[str | None] = mapped_column(String(32))
    longitude: Mapped[str | None] = mapped_column(String(32))


class OpdRow(ProvenanceColumns, Table):
    """An OPD, which is an agency of a region (engine.model.Opd)."""

    __tablename__ = "opd"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    name: Mapped[str] = mapped_column(Text)
    acronym: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(16))
    # There are no foreign keys, because one statement writes the rows of a region in any order.
    parent: Mapped[str | None] = mapped_column(ID)
    affairs: Mapped[list[Any]] = mapped_column(BODY, server_default=EMPTY_LIST)
    version: Mapped[int] = mapped_column(server_default=FIRST_VERSION)
    successor: Mapped[str | None] = mapped_column(ID)
    dissolved_reason: Mapped[str | None] = mapped_column(Text)


class ApplicationRow(ProvenanceColumns, Table):
    """An application in the inventory of a region (engine.model.Application)."""

    __tablename__ = "application"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    opd: Mapped[str | None] = mapped_column(ForeignKey("opd.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text)  # case-folded, for search and order
    status: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(Integer)
    function: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    platform: Mapped[str] = mapped_column(Text)
    year: Mapped[int | None]
    common_application: Mapped[str | None] = mapped_column(ID)
    retired_reason: Mapped[str] = mapped_column(Text)
    capabilities: Mapped[list[Any]]  # values of engine.model.Capability
    consulted: Mapped[bool | None]
    users: Mapped[int | None] = mapped_column(BigInteger)
    fit: Mapped[int | None]
    yearly_cost: Mapped[int | None] = mapped_column(BigInteger)
    migration_cost: Mapped[int | None] = mapped_column(BigInteger)
    added_cost: Mapped[int | None] = mapped_column(BigInteger)
    developer: Mapped[str] = mapped_column(Text, server_default=EMPTY_TEXT)
    hosting: Mapped[str] = mapped_column(Text, server_default=EMPTY_TEXT)
    database: Mapped[str] = mapped_column(Text, server_default=EMPTY_TEXT)
    legal_basis: Mapped[str] = mapped_column(Text, server_default=EMPTY_TEXT)
    public_service: Mapped[bool | None]
    __table_args__ = (Index(None, "name_key", "id"),)


class CorrectionRow(Table):
    """The function that a person assigned to an application; null after it was withdrawn."""

    __tablename__ = "correction"
    application: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    function: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))


class TrainingExampleRow(Table):
    """A correction in the training set; the application may have changed since."""

    __tablename__ = "lesson"
    application: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(CODE)
    name: Mapped[str] = mapped_column(Text)
    opd: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    function: Mapped[str] = mapped_column(String(64))


class AnnouncementRow(Table):
    """The last announced result of a region's verification or proposals.

    The row is not projected from the log, so it has no foreign key to projected rows.
    """

    __tablename__ = "outcome"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    subject: Mapped[str] = mapped_column(TOPIC, primary_key=True)
    body: Mapped[dict[str, Any]]
    at: Mapped[str] = mapped_column(String(32))


class ExemptionRow(Table):
    """An OPD that need not use the service bus; an empty reason ends the exemption."""

    __tablename__ = "exemption"
    opd: Mapped[str] = mapped_column(ForeignKey("opd.id"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    reason: Mapped[str] = mapped_column(Text)


class DevelopmentPolicyRow(Table):
    """A region's policy on the development of applications."""

    __tablename__ = "development_policy"
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    year: Mapped[int | None]  # null: the policy has ended
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)


class EffortRow(Table):
    """A region's own estimates of the effort of an instrument's steps."""

    __tablename__ = "effort"
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    instrument: Mapped[str] = mapped_column(String(32), primary_key=True)
    steps: Mapped[list[Any]]  # each an engine.path.effort.LevelEffort


class AttestationRow(Table):
    """The latest attestation of an OPD, and the first edit that invalidated it."""

    __tablename__ = "attestation"
    opd: Mapped[str] = mapped_column(ForeignKey("opd.id"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))
    broken_subject: Mapped[str | None] = mapped_column(ID)
    broken_by: Mapped[str | None] = mapped_column(Text)
    broken_at: Mapped[str | None] = mapped_column(String(32))


class DecisionRow(Table):
    """The latest decision on a proposal; the log has the earlier ones."""

    __tablename__ = "decision"
    proposal: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    inputs: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str | None] = mapped_column(String(16))
    applications: Mapped[list[Any]]


class IntegrationRow(ProvenanceColumns, Table):
    """An integration between two applications (engine.model.Integration).

    The target may belong to another region, so it is no foreign key.
    """

    __tablename__ = "integration"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    source_application: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    target_application: Mapped[str | None] = mapped_column(ID, index=True)
    target_name: Mapped[str] = mapped_column(Text)
    data_object: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(String(16))
    direction: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    evidence_grade: Mapped[int]
    version: Mapped[int]
    verified_on: Mapped[str | None] = mapped_column(String(10))
    confirmed_on: Mapped[str | None] = mapped_column(String(10))
    evidence: Mapped[list[Any]]


class AssessmentRow(ProvenanceColumns, Table):
    """An assessment of a region without its levels (engine.model.Assessment)."""

    __tablename__ = "assessment"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(CODE)  # a result may come before the region itself
    log: Mapped[str] = mapped_column(CODE, index=True)  # the region in whose log it is
    instrument: Mapped[str] = mapped_column(String(32))
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    returned_reason: Mapped[str] = mapped_column(Text)
    published: Mapped[dict[str, Any] | None]  # engine.model.PublishedFigures
    score: Mapped[dict[str, Any] | None]  # engine.assessment.score.Score, set by the projection
    __table_args__ = (
        Index("ix_assessment_edition", "instrument", "year", "kind", "state"),
        Index("ix_assessment_region", "region", "kind", "year"),
    )


class LevelRow(Table):
    """The claimed level of one indicator in an assessment (engine.model.LevelClaim)."""

    __tablename__ = "level"
    assessment: Mapped[str] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    indicator: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int]
    explanation: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[Any]]  # each an engine.model.Evidence


class InventoryImportRow(Table):
    """An import into a region's inventory (engine.log.inventory_import.InventoryImport)."""

    __tablename__ = "inventory_import"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"))
    file_name: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))
    applications: Mapped[list[Any]]  # each an engine.log.inventory_import.ImportedApplication
    integrations: Mapped[list[Any]]  # ids
    left: Mapped[int]
    refused: Mapped[int]
    undone_by: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[str | None] = mapped_column(String(32))
    __table_args__ = (Index("ix_inventory_import_region", "region", "at"),)


class ImportDraftRow(Table):
    """An uploaded file that waits to be imported. The row belongs to this instance only."""

    __tablename__ = "import_draft"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    region: Mapped[str] = mapped_column(CODE)
    actor: Mapped[str] = mapped_column(Text, index=True)  # the viewer who uploaded it
    file_name: Mapped[str] = mapped_column(Text)
    size: Mapped[int]  # bytes of `content`
    content: Mapped[bytes] = mapped_column(LargeBinary)
    edits: Mapped[dict[str, Any]]  # engine.spreadsheet.import_edits.ImportEdits
    version: Mapped[int]  # of `edits`
    expires_at: Mapped[str] = mapped_column(String(32), index=True)


class ColumnMappingRow(Table):
    """The columns that people of a region chose for a header, remembered for its next import."""

    __tablename__ = "column_mapping"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    header: Mapped[str] = mapped_column(String(64), primary_key=True)  # digest of the header
    fields: Mapped[dict[str, Any]]  # field by column number; null: the column is not read
    at: Mapped[str] = mapped_column(String(32))


class WriteProbeRow(Table):
    """The only row of its table: it is written to examine whether writes succeed."""

    __tablename__ = "write_probe"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)  # seconds since 1970
