"""The tables. The log and its arrival order are the truth; all other rows are a fold over it.

Timestamps are stored as the text that is hashed (UTC, microseconds), so that an entry read
back from any database gives the hash it was written with.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    TableClause,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BODY = JSON(none_as_null=True)
CODE = String(128)  # of a region; the longest that ships is a ministry's, of 89 characters
ID = String(255)  # may hold a region's code, an instrument, a year and a kind
TOPIC = String(320)  # an id and an instrument


class Table(DeclarativeBase):
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
    """Return the table of a row, for statements that go past the unit of work: many rows at once."""
    return cast(TableClause, table.__table__)


class InstanceRow(Table):
    """The one row of this database: its epoch, and the last number of its arrival order."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    arrival_head: Mapped[int] = mapped_column(BigInteger)
    lessons: Mapped[str] = mapped_column(String(64))  # digest of the rows of `lesson`
    derived_head: Mapped[int] = mapped_column(BigInteger)  # up to here all is followed up
    arrival_floor: Mapped[int] = mapped_column(BigInteger)  # up to here only the newest are kept


class HeadRow(Table):
    """The end of a region's log. A transaction that appends locks this row first."""

    __tablename__ = "head"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class SourceRow(Table):
    """A region whose log another instance writes (engine.log.source.Source); all others are owned here.

    Not folded from the log: it says how this instance stands to the owner.
    """

    __tablename__ = "source"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    url: Mapped[str] = mapped_column(Text)  # that the copy is read from
    owner: Mapped[str | None] = mapped_column(Text)  # null: the same
    state: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    base: Mapped[int] = mapped_column(BigInteger)  # first entry here, where it began by a snapshot


class EntryRow(Table):
    """One entry of a region's log (engine.log.entry.Entry)."""

    __tablename__ = "entry"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(ID)
    visibility: Mapped[str] = mapped_column(String(16))
    body: Mapped[dict[str, Any] | None]
    body_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index("ix_entry_subject", "subject"),)


class ArrivalRow(Table):
    """What this instance committed, in its own gapless order: an entry, or a derived change."""

    __tablename__ = "arrival"
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    region: Mapped[str] = mapped_column(CODE)
    sequence: Mapped[int] = mapped_column(BigInteger)  # the entry, or the one it derives from
    kind: Mapped[str] = mapped_column(String(32))
    topic: Mapped[str] = mapped_column(TOPIC)  # of a kind, the newer replaces the older
    visibility: Mapped[str] = mapped_column(String(16))
    derived: Mapped[dict[str, Any] | None]  # None: the entry itself
    # Holds all by which the newest of each is found, so that no row is read for it.
    __table_args__ = (
        Index("ix_arrival_newest", "kind", "region", "topic", "number", "visibility"),
    )


class IdempotencyRow(Table):
    """The answer to a keyed mutation, committed with what it changed."""

    __tablename__ = "idempotency"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    actor: Mapped[str] = mapped_column(String(255), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    at: Mapped[str] = mapped_column(String(32), index=True)


class ProvenanceColumns:
    """Where the row comes from (engine.model.Provenance)."""

    source: Mapped[str] = mapped_column(Text)
    confirmed: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)


class RegionRow(ProvenanceColumns, Table):
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
    __tablename__ = "opd"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    name: Mapped[str] = mapped_column(Text)
    acronym: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(16))
    # No foreign key: the rows of a region are written in one statement, in any order.
    parent: Mapped[str | None] = mapped_column(ID)


class ApplicationRow(ProvenanceColumns, Table):
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
    capabilities: Mapped[list[Any]]  # of engine.model.Capability
    consulted: Mapped[bool | None]
    users: Mapped[int | None] = mapped_column(BigInteger)
    fit: Mapped[int | None]
    yearly_cost: Mapped[int | None] = mapped_column(BigInteger)
    migration_cost: Mapped[int | None] = mapped_column(BigInteger)
    added_cost: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (Index(None, "name_key", "id"),)


class CorrectionRow(Table):
    """What a person said an application is for; null: the word was taken back."""

    __tablename__ = "correction"
    application: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    function: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))


class TrainingExampleRow(Table):
    """A correction as the classifier learned it: its name may have changed since."""

    __tablename__ = "lesson"
    application: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(CODE)
    name: Mapped[str] = mapped_column(Text)
    opd: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    function: Mapped[str] = mapped_column(String(64))


class AnnouncementRow(Table):
    """What a region's verification or proposals came to, as it was last announced.

    Not folded from the log, and so without a foreign key to what is.
    """

    __tablename__ = "outcome"
    region: Mapped[str] = mapped_column(CODE, primary_key=True)
    subject: Mapped[str] = mapped_column(TOPIC, primary_key=True)
    body: Mapped[dict[str, Any]]
    at: Mapped[str] = mapped_column(String(32))


class ExemptionRow(Table):
    """An OPD that is not asked to be on the bus; without a reason it is asked again."""

    __tablename__ = "exemption"
    opd: Mapped[str] = mapped_column(ForeignKey("opd.id"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    reason: Mapped[str] = mapped_column(Text)


class DevelopmentPolicyRow(Table):
    __tablename__ = "development_policy"
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    year: Mapped[int | None]  # null: it was ended
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)


class EffortRow(Table):
    """A region's own figures for the steps of an instrument."""

    __tablename__ = "effort"
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    instrument: Mapped[str] = mapped_column(String(32), primary_key=True)
    steps: Mapped[list[Any]]  # of engine.path.effort.StepEffort


class AttestationRow(Table):
    """The latest word of an OPD for its inventory, and the first edit that broke it."""

    __tablename__ = "attestation"
    opd: Mapped[str] = mapped_column(ForeignKey("opd.id"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))
    broken_subject: Mapped[str | None] = mapped_column(ID)
    broken_by: Mapped[str | None] = mapped_column(Text)
    broken_at: Mapped[str | None] = mapped_column(String(32))


class DecisionRow(Table):
    """The latest decision on a proposal; earlier ones are in the log."""

    __tablename__ = "decision"
    proposal: Mapped[str] = mapped_column(String(64), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    inputs: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str | None] = mapped_column(String(16))
    applications: Mapped[list[Any]]


class IntegrationRow(ProvenanceColumns, Table):
    """The target may lie in another region's inventory, so it is no foreign key."""

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
    __tablename__ = "assessment"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"))
    instrument: Mapped[str] = mapped_column(String(32))
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    returned_reason: Mapped[str] = mapped_column(Text)
    published: Mapped[dict[str, Any] | None]  # engine.model.PublishedFigures
    score: Mapped[dict[str, Any] | None]  # engine.assessment.score.Score, computed by the fold
    __table_args__ = (
        Index("ix_assessment_edition", "instrument", "year", "kind", "state"),
        Index("ix_assessment_region", "region", "kind", "year"),
    )


class LevelRow(Table):
    __tablename__ = "level"
    assessment: Mapped[str] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    indicator: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int]
    explanation: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[Any]]  # of engine.model.Evidence
