"""The rows that a page of entries refers to, and the rows that it changes.

The rows are read at once and written at once, so that replication runs at the speed of the
database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from engine.assessment.score import Score
from engine.document import from_document
from engine.log.assessment_log import result_log
from engine.log.refusal import TooManyRows
from engine.log.region_identity import RegionIdentity, identify_region
from engine.model import Assessment, AssessmentKind, Region, RegionKind
from engine.verification.attestation import AttestationRecord
from facts.region import listed_region
from storage import ownership, region
from storage.assessment import assessment_from_rows, assessment_to_row
from storage.attestation import attestation_from_row, attestation_to_row
from storage.database import batch_ids
from storage.projected_rows import (
    ROWS_MOST,
    SINGLE_ASSESSMENTS,
    RowKey,
    count_name,
    ids_name,
    linked_rows,
    referenced_rows,
    rows_query,
    stated_rows,
)
from storage.slices import in_slices
from storage.tables import (
    ApplicationRow,
    AssessmentRow,
    AttestationRow,
    LevelRow,
    RegionRow,
    Table,
)
from storage.upsert import PendingUpserts

Edition = tuple[str, str, int, AssessmentKind]  # region, instrument, year and kind


@dataclass
class ProjectedAssessment:
    """The state of an assessment after some entries of a page."""

    assessment: Assessment  # without its levels
    score: Score | None
    levels: dict[int, int]  # by indicator


@dataclass
class ProjectionBatch:
    """The rows that a page of entries of one log refers to, and the rows that it changes."""

    identity: RegionIdentity | None = None  # of a followed region, in this instance's list
    existing: set[RowKey] = field(default_factory=set)
    opds: dict[str, str | None] = field(default_factory=dict)  # by application
    attested: dict[str, AttestationRecord] = field(default_factory=dict)  # by OPD
    assessments: dict[str, ProjectedAssessment] = field(default_factory=dict)  # by id
    # The ids of assessments of the log, of which there is one for each edition of a region.
    assessment_ids: dict[Edition, str] = field(default_factory=dict)
    changed_assessments: dict[str, str] = field(default_factory=dict)  # log by id of those to write
    held_regions: dict[str, RegionIdentity] = field(default_factory=dict)  # by code
    # By code; regions that are not held, and that only the operator's list has.
    followed_regions: dict[str, RegionIdentity | None] = field(default_factory=dict)
    row_counts: dict[type[Table], int] = field(default_factory=dict)  # of the log
    pending: PendingUpserts = field(default_factory=PendingUpserts)
    is_snapshot: bool = False  # the values are rows, and their entry is the newest one
    is_region_new: bool = False  # an entry of the page is the first one of the log's region

    @classmethod
    async def from_values(
        cls, session: AsyncSession, log: str, values: Sequence[Any], identity: RegionIdentity | None
    ) -> ProjectionBatch:
        """Read the rows to which the values of a page of entries refer.

        A region that has no row yet is locked, because a result may wait for it.
        """
        batch = cls(identity)
        ids_by_table: dict[type[Table], set[str]] = {}
        regions: set[str] = set() if identity is None else {identity.code}
        async for value in in_slices(values):
            for table, id in (*stated_rows(value), *referenced_rows(value), *linked_rows(value)):
                ids_by_table.setdefault(table, set()).add(id)
            if isinstance(value, Region):
                regions.add(value.code)
            elif isinstance(value, Assessment):
                regions.add(value.region)
        if regions or AssessmentRow in ids_by_table:
            ids_by_table[RegionRow] = regions
        if not ids_by_table:
            return batch
        query = rows_query(frozenset(ids_by_table))
        id_batches = {table: list(batch_ids(ids)) for table, ids in ids_by_table.items()}
        for number in range(max(map(len, id_batches.values()))):
            parameters: dict[str, Any] = {
                ids_name(table): batches[number] if number < len(batches) else []
                for table, batches in id_batches.items()
            }
            batch._add_rows(ids_by_table, await query.read(session, {**parameters, "region": log}))
        regions |= {projected.assessment.region for projected in batch.assessments.values()}
        missing = regions - batch.held_regions.keys()
        if identity is not None:
            missing = await batch._read_gradable_regions(session, log, missing)
        if missing and await region.lock_missing_regions(session, missing):
            batch._add_regions(await region.regions_by_code(session, missing))
        return batch

    async def _read_gradable_regions(
        self, session: AsyncSession, log: str, regions: set[str]
    ) -> set[str]:
        """Return those of the regions, which are not held, of which a followed log may have rows.

        An owner can state as many codes as a snapshot has rows, so the others are not locked.
        """
        unlisted = {code for code in regions if listed_region(code) is None}
        for codes in batch_ids(unlisted):
            self.followed_regions |= await ownership.identities_by_region(session, codes)
        gradable = set[str]()
        async for code in in_slices(regions):
            identity = self.find_identity(code)
            is_child = identity is not None and result_log(code, identity.parent) == log
            if code == log or is_child:
                gradable.add(code)
        return gradable

    def find_identity(self, region: str) -> RegionIdentity | None:
        """Return the identity of a region that this instance holds, lists or follows."""
        return (
            self.held_regions.get(region)
            or listed_region(region)
            or self.followed_regions.get(region)
        )

    def begin_snapshot(self) -> None:
        """Forget the rows that a snapshot replaces; index changes are relative to the old ones.

        The row of the region itself stays, because the rows of others refer to it.
        """
        self.is_snapshot = True
        self.assessment_ids.clear()
        self.existing.clear()
        self.row_counts.clear()
        self.attested.clear()  # the snapshot has the current state of each attestation

    def require_place(self, stated: Iterable[RowKey]) -> None:
        """Check that the log has a place for these rows.

        Raises:
            TooManyRows: the log has as many rows of a table as it may have.
        """
        for table, id in stated:
            most = ROWS_MOST.get(table)
            if most is None or (table, id) in self.existing:
                continue
            if self.row_counts.get(table, 0) >= most:
                raise TooManyRows(table.__tablename__, most)

    def add_stated(self, stated: Iterable[RowKey]) -> None:
        """Record that these rows exist from now on."""
        for row in stated:
            if row not in self.existing:
                self.existing.add(row)
                self.row_counts[row[0]] = self.row_counts.get(row[0], 0) + 1

    def put_region(self, stated: Region) -> None:
        """Add the row of the log's region to the rows to write."""
        self.pending.put(region.region_to_row(stated))
        self.is_region_new = self.is_region_new or stated.code not in self.held_regions
        self.held_regions[stated.code] = identify_region(stated)

    def put_attestation(self, log: str, attested: AttestationRecord) -> None:
        """Add the row of an attestation to the rows to write."""
        self.attested[attested.attestation.opd] = attested
        self.pending.put(attestation_to_row(log, attested))

    def put_assessment(
        self, log: str, changed: Assessment, score: Score | None, levels: dict[int, int]
    ) -> None:
        """Add the row of an assessment to the rows to write, without its levels.

        Args:
            levels: all levels of the assessment, by indicator.
        """
        self.assessments[changed.id] = ProjectedAssessment(changed, score, levels)
        self.assessment_ids.setdefault(edition_of(changed), changed.id)
        self.changed_assessments[changed.id] = log

    async def write(self, session: AsyncSession) -> None:
        """Write all changed rows."""
        async for id, log in in_slices(self.changed_assessments.items()):
            projected = self.assessments[id]
            self.pending.put(assessment_to_row(log, projected.assessment, projected.score))
        await self.pending.write(session)

    def _add_rows(self, tables: Iterable[type[Table]], rows: Mapping[str, Sequence[Any]]) -> None:
        for table in tables:
            self.existing.update((table, row.id) for row in rows[table.__tablename__])
            for row in rows.get(count_name(table), ()):
                self.row_counts[table] = row.count
        for row in rows.get(RegionRow.__tablename__, ()):
            kind = RegionKind(row.kind)
            self.held_regions[row.id] = RegionIdentity(row.id, row.name, kind, row.parent)
        for row in rows.get(SINGLE_ASSESSMENTS, ()):
            edition = (row.region, row.instrument, row.year, AssessmentKind(row.kind))
            self.assessment_ids[edition] = row.id
        for row in rows.get(ApplicationRow.__tablename__, ()):
            self.opds[row.id] = row.opd
        for row in rows.get(AttestationRow.__tablename__, ()):
            self.attested[row.opd] = attestation_from_row(row)
        levels: dict[str, dict[int, int]] = {}
        for row in rows.get(LevelRow.__tablename__, ()):
            levels.setdefault(row.assessment, {})[row.indicator] = row.level
        for row in rows.get(AssessmentRow.__tablename__, ()):
            score = None if row.score is None else from_document(Score, row.score)
            stored = assessment_from_rows(row, ())
            self.assessments[row.id] = ProjectedAssessment(stored, score, levels.get(row.id, {}))

    def _add_regions(self, regions: Mapping[str, Region]) -> None:
        for code, held in regions.items():
            self.held_regions[code] = identify_region(held)
            self.existing.add((RegionRow, code))


def edition_of(assessment: Assessment) -> Edition:
    """Return what an assessment is about."""
    return (assessment.region, assessment.instrument, assessment.year, assessment.kind)
