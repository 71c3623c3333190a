"""Projects log entries onto the rows, for own writes, rebuilds and replicated logs.

Each entry carries the state of its subject after the change. So the newest entry of a subject is
enough, except for the change of an index and for the edit that invalidates an attestation. The rows
that a page of entries needs are read at once, and the rows that it changes are written at once, so
that replication runs at the speed of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.assessment.score import Score, score_assessment, score_levels
from engine.consolidation.decision import ProposalDecision
from engine.document import from_document, to_document
from engine.log.actor import parse_actor
from engine.log.entry import Entry
from engine.log.entry_types import ENTRY_BODY_TYPES, ClaimedLevel
from engine.log.inventory_import import InventoryImport
from engine.matching.function_classifier import FunctionCorrection
from engine.model import (
    Application,
    Assessment,
    AssessmentState,
    EventKind,
    Integration,
    Opd,
    Region,
    Visibility,
)
from engine.path.effort import RegionEffort
from engine.verification.attestation import Attestation, AttestationRecord, ForeignEdit
from engine.verification.inventory import DevelopmentPolicy, Exemption
from facts.instrument import instrument_by_id
from storage import (
    application,
    assessment,
    attestation,
    effort,
    function_correction,
    integration,
    inventory_import,
    opd,
    proposal,
    region,
    verification_scope,
)
from storage.combined_query import CombinedQuery
from storage.database import batch_ids
from storage.tables import (
    ApplicationRow,
    AssessmentRow,
    AttestationRow,
    DecisionRow,
    IntegrationRow,
    InventoryImportRow,
    LevelRow,
    OpdRow,
    Table,
    core_table,
)
from storage.upsert import PendingUpserts


class ForeignRegionError(Exception):
    """An entry changes data of another region, although it may change only data of its own."""

    def __init__(self, entry: Entry, owner: str) -> None:
        super().__init__(
            f"entry {entry.sequence} of region {entry.region} ({entry.kind.value}, "
            f"{entry.subject}) changes data of region {owner}"
        )


@dataclass(frozen=True, slots=True)
class ProjectedEntries:
    """What entries changed: indexes, and the applications and integrations that they state."""

    index_changes: list[IndexChange | None]  # by each entry, if any
    versioned: dict[str, Application | Integration]  # by id


@dataclass(frozen=True, slots=True)
class IndexChange:
    """A change of an index by an entry, as subscribers of `indexChanged` receive it."""

    assessment: Assessment
    before: Score | None
    after: Score

    @property
    def visibility(self) -> Visibility:
        """PUBLIC for a published score, REGION for the score of a draft."""
        published = self.assessment.state is AssessmentState.PUBLISHED
        return Visibility.PUBLIC if published else Visibility.REGION

    def document(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {
            "assessment": self.assessment.id,
            "instrument": self.assessment.instrument,
            "year": self.assessment.year,
            "kind": self.assessment.kind.value,
            "state": self.assessment.state.value,
            "before": None if self.before is None else to_document(self.before),
            "after": to_document(self.after),
        }


async def apply_entries(
    session: AsyncSession, entries: Sequence[Entry], batch: ProjectionBatch | None = None
) -> ProjectedEntries:
    """Apply entries of one region to the rows, and return what they changed.

    An entry without a body changes no rows, because its owner withholds the body from this
    instance.

    Args:
        batch: the rows that the entries refer to, if the caller has read them under the lock of the
            region.

    Raises:
        ForeignRegionError: an entry changes data of another region.
        pydantic.ValidationError: a body does not have the type of its kind.
    """
    bodies: list[tuple[Entry, Any]] = [
        (entry, from_document(ENTRY_BODY_TYPES[entry.kind], entry.body))
        for entry in entries
        if entry.body is not None
    ]
    if batch is None:
        batch = await ProjectionBatch.from_entries(session, bodies)
    changes = {entry.sequence: batch.apply_entry(entry, value) for entry, value in bodies}
    await batch.write(session)
    return ProjectedEntries(
        [changes.get(entry.sequence) for entry in entries],
        {value.id: value for _, value in bodies if isinstance(value, Application | Integration)},
    )


@dataclass
class _ProjectedAssessment:
    """The state of an assessment after some entries of a page."""

    assessment: Assessment  # without its levels
    score: Score | None
    levels: dict[int, int]  # by indicator


@dataclass
class ProjectionBatch:
    """The rows that a page of entries refers to, and the rows that it changes."""

    owners: dict[tuple[type[Table], str], str] = field(default_factory=dict)  # region by table, id
    opds: dict[str, str | None] = field(default_factory=dict)  # by application
    attested: dict[str, AttestationRecord] = field(default_factory=dict)  # by OPD
    assessments: dict[str, _ProjectedAssessment] = field(default_factory=dict)  # by id
    changed_assessments: set[str] = field(default_factory=set)  # ids of the assessments to write
    pending: PendingUpserts = field(default_factory=PendingUpserts)

    @classmethod
    async def from_entries(
        cls, session: AsyncSession, bodies: Sequence[tuple[Entry, Any]]
    ) -> ProjectionBatch:
        """Read the rows that the entries of a page refer to."""
        batch = cls()
        ids_by_table: dict[type[Table], set[str]] = {}
        for _, value in bodies:
            for table, id in _referenced_rows(value):
                ids_by_table.setdefault(table, set()).add(id)
        if not ids_by_table:
            return batch
        query = _rows_query(frozenset(ids_by_table))
        id_batches = {table: list(batch_ids(ids)) for table, ids in ids_by_table.items()}
        for number in range(max(map(len, id_batches.values()))):
            parameters: dict[str, Any] = {
                table.__tablename__: batches[number] if number < len(batches) else []
                for table, batches in id_batches.items()
            }
            rows = await query.read(session, {**parameters, "region": bodies[0][0].region})
            batch._add_rows(ids_by_table, rows)
        return batch

    def _add_rows(self, tables: Iterable[type[Table]], rows: Mapping[str, Sequence[Any]]) -> None:
        for table in tables:
            for row in rows[table.__tablename__]:
                self.owners[table, row.id] = row.region
        for row in rows.get(ApplicationRow.__tablename__, ()):
            self.opds[row.id] = row.opd
        for row in rows.get(AttestationRow.__tablename__, ()):
            self.attested[row.opd] = attestation.attestation_from_row(row)
        levels: dict[str, dict[int, int]] = {}
        for row in rows.get(LevelRow.__tablename__, ()):
            levels.setdefault(row.assessment, {})[row.indicator] = row.level
        for row in rows.get(AssessmentRow.__tablename__, ()):
            score = None if row.score is None else from_document(Score, row.score)
            stored = assessment.assessment_from_rows(row, ())
            self.assessments[row.id] = _ProjectedAssessment(stored, score, levels.get(row.id, {}))

    def apply_entry(self, entry: Entry, value: Any) -> IndexChange | None:
        """Apply one entry to the batch; return the change of an index, if any.

        Raises:
            ForeignRegionError: the entry changes data of another region.
        """
        for table, id in _referenced_rows(value):
            is_foreign = self.owners.setdefault((table, id), entry.region) != entry.region
            is_counterpart = isinstance(value, Integration) and id == value.target
            if is_foreign and not is_counterpart:
                raise ForeignRegionError(entry, self.owners[table, id])
        region_code = (
            value.code if isinstance(value, Region) else getattr(value, "region", entry.region)
        )
        if region_code != entry.region:
            raise ForeignRegionError(entry, region_code)
        match value:
            case Region():
                self.pending.put(region.region_to_row(value))
            case Opd():
                self.pending.put(opd.opd_to_row(value))
            case Application():
                self._apply_application(entry, value)
            case Integration():
                self._apply_integration(entry, value)
            case Attestation():
                self._put_attestation(entry, AttestationRecord(value, None))
            case AttestationRecord():
                self._put_attestation(entry, value)
            case ProposalDecision():
                self.pending.put(proposal.decision_to_row(value))
            case FunctionCorrection():
                self.pending.put(function_correction.correction_to_row(entry.region, value))
            case Exemption():
                self.pending.put(verification_scope.exemption_row(entry.region, value))
            case DevelopmentPolicy():
                self.pending.put(verification_scope.policy_row(value))
            case RegionEffort():
                self.pending.put(effort.effort_to_row(value))
            case InventoryImport():
                self.pending.put(inventory_import.import_to_row(value))
            case ClaimedLevel():
                return self._apply_claim(value)
            case Assessment():
                return self._apply_assessment(value)
        return None

    async def write(self, session: AsyncSession) -> None:
        """Write all changed rows."""
        for id in self.changed_assessments:
            projected = self.assessments[id]
            self.pending.put(assessment.assessment_to_row(projected.assessment, projected.score))
        await self.pending.write(session)

    def _apply_application(self, entry: Entry, changed: Application) -> None:
        """Apply an application; a change of its OPD edits the inventories of both OPDs."""
        owners = {changed.opd, self.opds.get(changed.id)}
        self.opds[changed.id] = changed.opd
        self.pending.put(application.application_to_row(changed))
        self._invalidate_attestations(entry, changed.id, owners)

    def _apply_integration(self, entry: Entry, changed: Integration) -> None:
        """Apply an integration, which edits the inventories at both ends in this region.

        A confirmation comes from the counterpart itself, so it invalidates no attestation.
        """
        self.pending.put(integration.integration_to_row(changed))
        if entry.kind is not EventKind.INTEGRATION_CONFIRMED:
            ends = [id for id in (changed.source, changed.target) if id is not None]
            own_applications = [
                id for id in ends if self.owners[ApplicationRow, id] == entry.region
            ]
            self._invalidate_attestations(
                entry, changed.id, {self.opds.get(id) for id in own_applications}
            )

    def _invalidate_attestations(
        self, entry: Entry, subject: str, owners: Iterable[str | None]
    ) -> None:
        """Invalidate the valid attestations of these OPDs that another person gave."""
        for owner in owners:
            attested = None if owner is None else self.attested.get(owner)
            if attested is not None and attested.invalidated_by is None:
                author = parse_actor(entry.actor).id
                edit = ForeignEdit(attested.attestation.opd, subject, author, entry.at)
                if attested.attestation.by != author:
                    self._put_attestation(entry, replace(attested, invalidated_by=edit))

    def _put_attestation(self, entry: Entry, attested: AttestationRecord) -> None:
        self.attested[attested.attestation.opd] = attested
        self.pending.put(attestation.attestation_to_row(entry.region, attested))

    def _apply_claim(self, claimed: ClaimedLevel) -> IndexChange | None:
        projected = self.assessments.get(claimed.assessment)
        if projected is None:  # the entry that created the assessment has no body here
            return None
        projected.levels[claimed.claim.indicator] = claimed.claim.level
        self.pending.put(assessment.level_row(claimed.assessment, claimed.claim))
        self.changed_assessments.add(claimed.assessment)
        before = projected.score
        projected.score = score_levels(
            instrument_by_id(projected.assessment.instrument), projected.levels
        )
        projected.assessment = replace(projected.assessment, version=claimed.version)
        if before is not None and before.exact == projected.score.exact:
            return None
        return IndexChange(projected.assessment, before, projected.score)

    def _apply_assessment(self, changed: Assessment) -> IndexChange | None:
        projected = self.assessments.get(changed.id)
        published = (
            projected is not None and projected.assessment.state is AssessmentState.PUBLISHED
        )
        before = projected.score if projected is not None and published else None
        after = _optional_score(changed)
        levels = {claim.indicator: claim.level for claim in changed.levels}
        self.assessments[changed.id] = _ProjectedAssessment(
            replace(changed, levels=()), after, levels
        )
        self.changed_assessments.add(changed.id)
        self.pending.clear_levels(changed.id)
        for claim in changed.levels:
            self.pending.put(assessment.level_row(changed.id, claim))
        if changed.state is not AssessmentState.PUBLISHED or after is None or before == after:
            return None
        return IndexChange(changed, before, after)


@lru_cache
def _rows_query(tables: frozenset[type[Table]]) -> CombinedQuery:
    """Return the query for the rows of these tables by id; each table names a parameter."""
    queries: dict[str, Select[*tuple[Any, ...]]] = {}
    for table in tables:
        columns = core_table(table).c
        key = columns.proposal if table is DecisionRow else columns.id
        ids: BindParameter[str] = bindparam(table.__tablename__, expanding=True)
        selected: Select[*tuple[Any, ...]] = select(key.label("id"), columns.region)
        if table is ApplicationRow:
            selected = select(key, columns.region, columns.opd)
        elif table is AssessmentRow:
            selected = select(table)
            queries[LevelRow.__tablename__] = select(
                LevelRow.assessment, LevelRow.indicator, LevelRow.level
            ).where(LevelRow.assessment.in_(ids))
        queries[table.__tablename__] = selected.where(key.in_(ids))
    if tables & {OpdRow, ApplicationRow}:
        queries[AttestationRow.__tablename__] = attestation.BY_REGION
    return CombinedQuery(**queries)


def _referenced_rows(value: Any) -> list[tuple[type[Table], str]]:
    """Return the rows that a body changes or refers to, by table and id.

    All of them must belong to the region of the entry, except the target of an integration.
    """
    match value:
        case Opd():
            return [(OpdRow, value.id)]
        case Application():
            rows: list[tuple[type[Table], str]] = [(ApplicationRow, value.id)]
            return rows if value.opd is None else [*rows, (OpdRow, value.opd)]
        case Integration():
            ends = [id for id in (value.source, value.target) if id is not None]
            return [(IntegrationRow, value.id), *((ApplicationRow, id) for id in ends)]
        case Attestation() | Exemption():
            return [(OpdRow, value.opd)]
        case AttestationRecord():
            return [(OpdRow, value.attestation.opd)]
        case FunctionCorrection():
            return [(ApplicationRow, value.application)]
        case ProposalDecision():
            return [(DecisionRow, value.proposal)]
        case Assessment():
            return [(AssessmentRow, value.id)]
        case ClaimedLevel():
            return [(AssessmentRow, value.assessment)]
        case InventoryImport():
            return [(InventoryImportRow, value.id)]
        case _:
            return []


def _optional_score(value: Assessment) -> Score | None:
    if value.published is None and not value.levels:
        return None
    return score_assessment(instrument_by_id(value.instrument), value)
