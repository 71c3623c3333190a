"""Projects log entries onto the rows, for own writes, rebuilds and replicated logs.

Each entry carries the state of its subject after the change. So the newest entry of a subject is
enough, except for the change of an index and for the edit that invalidates an attestation. The rows
that a page of entries needs are read at once, and the rows that it changes are written at once, so
that replication runs at the speed of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.assessment.instrument import Instrument
from engine.assessment.score import Score, score_assessment, score_levels
from engine.bounds import quote_start
from engine.consolidation.decision import ProposalDecision
from engine.document import from_document, to_document
from engine.log import body_bounds
from engine.log.actor import parse_actor
from engine.log.entry import Entry
from engine.log.entry_check import check_followed_body, check_own_id, check_own_region, parse_body
from engine.log.entry_types import ENTRY_BODY_TYPES, ClaimedLevel
from engine.log.inventory_import import InventoryImport
from engine.log.refusal import EntryRefused, RefusalReason, TooManyRows
from engine.log.region_identity import RegionIdentity, identify_region
from engine.log.source import RegionHandover
from engine.matching.function_classifier import FunctionCorrection
from engine.model import (
    Application,
    Assessment,
    AssessmentState,
    EventKind,
    Integration,
    Opd,
    Region,
    RegionKind,
    Visibility,
)
from engine.path.effort import RegionEffort
from engine.verification.attestation import Attestation, AttestationRecord, ForeignEdit
from engine.verification.inventory import DevelopmentPolicy, Exemption
from facts.instrument import instrument_by_id
from facts.region import listed_region
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
    RegionRow,
    Table,
    core_table,
)
from storage.upsert import PendingUpserts

ROWS_MOST: Mapping[type[Table], int] = {  # in one log
    table: body_bounds.ROWS_MOST[kind]
    for table, kind in (
        (OpdRow, Opd),
        (ApplicationRow, Application),
        (IntegrationRow, Integration),
        (AssessmentRow, Assessment),
        (DecisionRow, ProposalDecision),
        (InventoryImportRow, InventoryImport),
    )
}


@dataclass(frozen=True, slots=True)
class AppliedEntry:
    """What one entry changed."""

    entry: Entry
    region: str  # which the entry is about
    is_region_held: bool  # False: a result waits for its region, and no reader sees it yet
    index_change: IndexChange | None = None
    refused: EntryRefused | None = None  # the reason why the entry changed nothing
    note: EntryRefused | None = None  # a part of the entry that was not applied


@dataclass(frozen=True, slots=True)
class ProjectedEntries:
    """What a page of entries changed."""

    applied: list[AppliedEntry]
    versioned: dict[str, Application | Integration]  # stated applications and integrations, by id
    is_region_new: bool  # the region of the log is held from now on


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
    session: AsyncSession,
    entries: Sequence[Entry],
    identity: RegionIdentity | None = None,
    batch: ProjectionBatch | None = None,
) -> ProjectedEntries:
    """Apply entries of one log to the rows, and return what they changed.

    Args:
        identity: of the region in this instance's list, if another instance writes the log. What
            such a log may not say is refused, and the entries after it are applied.
        batch: the rows that the entries refer to, if the caller has read them under the lock of the
            region.

    Raises:
        EntryRefused: this instance writes the log, and an entry may not say what it says.
    """
    bodies = [(entry, ENTRY_BODY_TYPES.get(entry.kind), entry.body) for entry in entries]
    batch, values = await read_batch(session, bodies, identity, batch)
    projected = batch.apply_values(values)
    await batch.write(session)
    return projected


Bodies = Sequence[tuple[Entry, type | None, Mapping[str, Any]]]
Values = Sequence[tuple[Entry, Any]]  # of bodies; a body of a wrong form is an EntryRefused


async def read_batch(
    session: AsyncSession,
    bodies: Bodies,
    identity: RegionIdentity | None,
    batch: ProjectionBatch | None = None,
) -> tuple[ProjectionBatch, Values]:
    """Return the values of bodies, and the rows that they refer to."""
    values: list[tuple[Entry, Any]] = []
    for entry, kind, body in bodies:
        try:
            values.append((entry, parse_body(kind, body)))
        except EntryRefused as refused:
            if identity is None:
                raise
            values.append((entry, refused))
    if batch is None:
        batch = await ProjectionBatch.from_values(session, values, identity)
    return batch, values


@dataclass
class _ProjectedAssessment:
    """The state of an assessment after some entries of a page."""

    assessment: Assessment  # without its levels
    score: Score | None
    levels: dict[int, int]  # by indicator


@dataclass
class ProjectionBatch:
    """The rows that a page of entries refers to, and the rows that it changes."""

    identity: RegionIdentity | None = None  # of a followed region, in this instance's list
    existing: set[tuple[type[Table], str]] = field(default_factory=set)  # rows by table and id
    opds: dict[str, str | None] = field(default_factory=dict)  # by application
    attested: dict[str, AttestationRecord] = field(default_factory=dict)  # by OPD
    assessments: dict[str, _ProjectedAssessment] = field(default_factory=dict)  # by id
    changed_assessments: dict[str, str] = field(default_factory=dict)  # log by id of those to write
    held_regions: dict[str, RegionIdentity] = field(default_factory=dict)  # by code
    row_counts: dict[type[Table], int] = field(default_factory=dict)  # of the log
    pending: PendingUpserts = field(default_factory=PendingUpserts)
    is_region_new: bool = False

    @classmethod
    async def from_values(
        cls, session: AsyncSession, values: Values, identity: RegionIdentity | None
    ) -> ProjectionBatch:
        """Read the rows that the entries of a page refer to."""
        batch = cls(identity)
        ids_by_table: dict[type[Table], set[str]] = {}
        regions: set[str] = set()
        for entry, value in values:
            for table, id in (*_stated_rows(value), *_references(value), *_foreign_ends(value)):
                ids_by_table.setdefault(table, set()).add(id)
            if isinstance(value, Assessment | Region):
                regions.add(_subject_region(entry, value))
        if identity is not None:
            regions.add(identity.code)
        if regions:
            ids_by_table[RegionRow] = regions
        if not ids_by_table:
            return batch
        query = _rows_query(frozenset(ids_by_table))
        id_batches = {table: list(batch_ids(ids)) for table, ids in ids_by_table.items()}
        log = values[0][0].region
        for number in range(max(map(len, id_batches.values()))):
            parameters: dict[str, Any] = {
                _ids_name(table): batches[number] if number < len(batches) else []
                for table, batches in id_batches.items()
            }
            rows = await query.read(session, {**parameters, "region": log})
            batch._add_rows(ids_by_table, rows)
        missing = regions - batch.held_regions.keys()
        if missing and await region.lock_missing_regions(session, missing):
            batch._add_regions(await region.regions_by_code(session, missing))
        return batch

    def _add_rows(self, tables: Iterable[type[Table]], rows: Mapping[str, Sequence[Any]]) -> None:
        for table in tables:
            for row in rows[table.__tablename__]:
                self.existing.add((table, row.id))
        for row in rows.get(RegionRow.__tablename__, ()):
            self.held_regions[row.id] = RegionIdentity(
                row.id, row.name, RegionKind(row.kind), row.parent
            )
        for row in rows.get(ApplicationRow.__tablename__, ()):
            self.opds[row.id] = row.opd
        for row in rows.get(AttestationRow.__tablename__, ()):
            self.attested[row.opd] = attestation.attestation_from_row(row)
        for table in tables:
            for row in rows.get(_count_name(table), ()):
                self.row_counts[table] = row.count
        levels: dict[str, dict[int, int]] = {}
        for row in rows.get(LevelRow.__tablename__, ()):
            levels.setdefault(row.assessment, {})[row.indicator] = row.level
        for row in rows.get(AssessmentRow.__tablename__, ()):
            score = None if row.score is None else from_document(Score, row.score)
            stored = assessment.assessment_from_rows(row, ())
            self.assessments[row.id] = _ProjectedAssessment(stored, score, levels.get(row.id, {}))

    def _add_regions(self, regions: Mapping[str, Region]) -> None:
        for code, held in regions.items():
            self.held_regions[code] = identify_region(held)
            self.existing.add((RegionRow, code))

    def begin_snapshot(self) -> None:
        """Forget the rows that a snapshot replaces; index changes are relative to the old ones."""
        self.existing.clear()
        self.row_counts.clear()
        self.attested.clear()  # the snapshot has the current state of each attestation

    def apply_values(self, values: Values) -> ProjectedEntries:
        """Apply the values of entries in order, and return what they changed.

        Raises:
            EntryRefused: this instance writes the log, and an entry may not say what it says.
        """
        applied, versioned = [], dict[str, Application | Integration]()
        for entry, value in values:
            about = (
                entry.region if isinstance(value, EntryRefused) else self._region_of(entry, value)
            )
            is_held = about in self.held_regions or self.identity is None
            try:
                if isinstance(value, EntryRefused):
                    raise value
                change, note = self._apply_entry(entry, value)
            except EntryRefused as refused:
                if self.identity is None:
                    raise
                applied.append(AppliedEntry(entry, about, is_held, refused=refused))
                continue
            is_held = is_held or about in self.held_regions
            applied.append(AppliedEntry(entry, about, is_held, change, note=note))
            if isinstance(value, Application | Integration):
                versioned[value.id] = value
        return ProjectedEntries(applied, versioned, self.is_region_new)

    def _region_of(self, entry: Entry, value: Any) -> str:
        """Return the region that an entry is about."""
        if isinstance(value, ClaimedLevel) and value.assessment in self.assessments:
            return self.assessments[value.assessment].assessment.region
        return _subject_region(entry, value)

    def _apply_entry(
        self, entry: Entry, value: Any
    ) -> tuple[IndexChange | None, EntryRefused | None]:
        """Apply one entry to the batch; return the change of an index, and what was not applied.

        Raises:
            EntryRefused: the entry is not applied.
        """
        self._check_value(entry, value)
        match value:
            case Region():
                return None, self._apply_region(value)
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
                return self._apply_claim(entry, value), None
            case Assessment():
                return self._apply_assessment(entry, value), None
        return None, None

    def _check_value(self, entry: Entry, value: Any) -> None:
        """Refuse what the log may not say, before the batch changes."""
        log = entry.region
        check_own_region(log, value)
        stated, references = _stated_rows(value), _references(value)
        for id in (*(id for _, id in (*stated, *references)), *_named_ids(value)):
            check_own_id(log, id)
        if self.identity is not None:
            graded = None
            if isinstance(value, Assessment):
                graded = self.held_regions.get(value.region) or listed_region(value.region)
                _known_instrument(value.instrument)
            check_followed_body(log, value, graded)
            if _needs_region(value) and log not in self.held_regions:
                raise EntryRefused(
                    RefusalReason.MISSING_REFERENCE,
                    "expected the region itself first, got something else",
                )
            for row in references:
                if row not in self.existing:
                    raise EntryRefused(
                        RefusalReason.MISSING_REFERENCE,
                        f"expected what it refers to before it, got {row[1]} without",
                    )
        for row in stated:
            if row not in self.existing:
                self._count_row(row[0])
                self.existing.add(row)

    def _count_row(self, table: type[Table]) -> None:
        most = ROWS_MOST.get(table)
        if most is not None:
            count = self.row_counts.get(table, 0)
            if count >= most:
                raise TooManyRows(table.__tablename__, most)
            self.row_counts[table] = count + 1

    def _apply_region(self, stated: Region) -> EntryRefused | None:
        """Apply the description of a region; its identity is that of this instance's list."""
        identity, note = self.identity, None
        if identity is not None and identify_region(stated) != identity:
            note = EntryRefused(
                RefusalReason.FOREIGN_IDENTITY,
                f"expected {identity.name}, {identity.kind.value}, in {identity.parent}; "
                f"got {stated.name}, {stated.kind.value}, in {stated.parent}",
            )
            stated = replace(stated, name=identity.name, kind=identity.kind, parent=identity.parent)
        self.pending.put(region.region_to_row(stated))
        self.is_region_new = self.is_region_new or stated.code not in self.held_regions
        self.held_regions[stated.code] = identify_region(stated)
        return note

    async def write(self, session: AsyncSession) -> None:
        """Write all changed rows."""
        for id, log in self.changed_assessments.items():
            projected = self.assessments[id]
            self.pending.put(
                assessment.assessment_to_row(log, projected.assessment, projected.score)
            )
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
            own_applications = [id for id in ends if id.startswith(f"{entry.region}:")]
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

    def _apply_claim(self, entry: Entry, claimed: ClaimedLevel) -> IndexChange | None:
        projected = self.assessments.get(claimed.assessment)
        if projected is None:  # the entry that created the assessment is withheld from us
            return None
        levels = {**projected.levels, claimed.claim.indicator: claimed.claim.level}
        before = projected.score
        score = _score(projected.assessment.instrument, lambda table: score_levels(table, levels))
        changed = replace(projected.assessment, version=claimed.version)
        self.assessments[claimed.assessment] = _ProjectedAssessment(changed, score, levels)
        self.pending.put(assessment.level_row(claimed.assessment, claimed.claim))
        self.changed_assessments[claimed.assessment] = entry.region
        if before is not None and before.exact == score.exact:
            return None
        return IndexChange(changed, before, score)

    def _apply_assessment(self, entry: Entry, changed: Assessment) -> IndexChange | None:
        projected = self.assessments.get(changed.id)
        published = (
            projected is not None and projected.assessment.state is AssessmentState.PUBLISHED
        )
        before = projected.score if projected is not None and published else None
        after = None
        if changed.published is not None or changed.levels:
            after = _score(changed.instrument, lambda table: score_assessment(table, changed))
        levels = {claim.indicator: claim.level for claim in changed.levels}
        self.assessments[changed.id] = _ProjectedAssessment(
            replace(changed, levels=()), after, levels
        )
        self.changed_assessments[changed.id] = entry.region
        self.pending.clear_levels(changed.id)
        for claim in changed.levels:
            self.pending.put(assessment.level_row(changed.id, claim))
        if changed.state is not AssessmentState.PUBLISHED or after is None or before == after:
            return None
        return IndexChange(changed, before, after)


@lru_cache
def _rows_query(tables: frozenset[type[Table]]) -> CombinedQuery:
    """Return the query for the rows of these tables by id; each has a parameter."""
    queries: dict[str, Select[*tuple[Any, ...]]] = {}
    for table in tables:
        columns = core_table(table).c
        key = columns[{DecisionRow: "proposal", RegionRow: "code"}.get(table, "id")]
        ids: BindParameter[str] = bindparam(_ids_name(table), expanding=True)
        selected: Select[*tuple[Any, ...]] = select(key.label("id"))
        if table is ApplicationRow:
            selected = select(key, columns.opd)
        elif table is RegionRow:
            selected = select(key.label("id"), columns.name, columns.kind, columns.parent)
        elif table is AssessmentRow:
            selected = select(table)
            queries[LevelRow.__tablename__] = select(
                LevelRow.assessment, LevelRow.indicator, LevelRow.level
            ).where(LevelRow.assessment.in_(ids))
        queries[table.__tablename__] = selected.where(key.in_(ids))
        if table in ROWS_MOST:
            log = columns.log if table is AssessmentRow else columns.region
            queries[_count_name(table)] = (
                select(func.count().label("count"))
                .select_from(core_table(table))
                .where(log == bindparam("region"))
            )
    if tables & {OpdRow, ApplicationRow}:
        queries[AttestationRow.__tablename__] = attestation.BY_REGION
    return CombinedQuery(**queries)


def _ids_name(table: type[Table]) -> str:
    return f"{table.__tablename__}_ids"


def _count_name(table: type[Table]) -> str:
    return f"{table.__tablename__}_count"


def _stated_rows(value: Any) -> list[tuple[type[Table], str]]:
    """Return the row that a body states, by table and id; none if its key is that of another row."""
    match value:
        case Opd():
            return [(OpdRow, value.id)]
        case Application():
            return [(ApplicationRow, value.id)]
        case Integration():
            return [(IntegrationRow, value.id)]
        case ProposalDecision():
            return [(DecisionRow, value.proposal)]
        case Assessment():
            return [(AssessmentRow, value.id)]
        case InventoryImport():
            return [(InventoryImportRow, value.id)]
        case _:
            return []


def _references(value: Any) -> list[tuple[type[Table], str]]:
    """Return the rows that a body refers to, which are in the same log."""
    match value:
        case Application(opd=str(opd)) | Attestation(opd=opd) | Exemption(opd=opd):
            return [(OpdRow, opd)]
        case AttestationRecord():
            return [(OpdRow, value.attestation.opd)]
        case Integration():
            return [(ApplicationRow, value.source)]
        case FunctionCorrection():
            return [(ApplicationRow, value.application)]
        case _:
            return []


def _named_ids(value: Any) -> list[str]:
    """Return the other ids that a body names; they may come later, but are of the same log."""
    match value:
        case ClaimedLevel():
            return [value.assessment]
        case Opd():
            return [id for id in (value.parent, value.successor) if id is not None]
        case InventoryImport():
            return [*(row.application for row in value.applications), *value.integrations]
        case _:
            return []


def _foreign_ends(value: Any) -> list[tuple[type[Table], str]]:
    """Return the rows that a body refers to, which may be in another log or come later."""
    match value:
        case Integration(target=str(target)):
            return [(ApplicationRow, target)]
        case ClaimedLevel():
            return [(AssessmentRow, value.assessment)]
        case _:
            return []


def _needs_region(value: Any) -> bool:
    return not isinstance(value, Region | Assessment | ClaimedLevel | RegionHandover)


def _subject_region(entry: Entry, value: Any) -> str:
    return value.region if isinstance(value, Assessment) else entry.region


def _known_instrument(id: str) -> Instrument:
    """Return an instrument, or raise EntryRefused if this instance does not have it."""
    try:
        return instrument_by_id(id)
    except KeyError:
        expected = "the id of an instrument of this instance"
        raise EntryRefused(
            RefusalReason.INVALID_BODY, f"expected {expected}, got {quote_start(id)}"
        ) from None


def _score(instrument: str, compute: Callable[[Instrument], Score]) -> Score:
    """Return a score, or raise EntryRefused if the instrument or the levels allow none."""
    known = _known_instrument(instrument)
    try:
        return compute(known)
    except (KeyError, ValueError) as error:
        raise EntryRefused(RefusalReason.INVALID_BODY, f"it has no score: {error}") from None
