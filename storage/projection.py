"""Projects log entries onto the rows, for own writes, rebuilds and replicated logs.

Each entry carries the state of its subject after the change. So the newest entry of a subject is
enough, except for the change of an index and for the edit that invalidates an attestation. The rows
that a page of entries needs are read at once, and the rows that it changes are written at once, so
that replication runs at the speed of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.assessment.score import Score, from_levels, score_assessment
from engine.consolidation.decision import Decided
from engine.document import to_document, value_of
from engine.log.entry import Entry
from engine.log.entry_types import BODIES, Claimed
from engine.matching.function_classifier import Correction
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
from engine.verification.attestation import Attestation, Attested, ForeignEdit
from engine.verification.inventory import DevelopmentPolicy, Exemption
from facts.instrument import instrument_by_id
from storage import (
    application,
    assessment,
    attestation,
    correction,
    effort,
    integration,
    opd,
    proposal,
    region,
    scope,
)
from storage.database import batch_ids
from storage.tables import (
    ApplicationRow,
    AssessmentRow,
    DecisionRow,
    IntegrationRow,
    LevelRow,
    OpdRow,
    Table,
    core_table,
)
from storage.upsert import PendingUpserts


class ForeignRegionError(Exception):
    """An entry changes data of another region. An entry may change only the data of its own."""

    def __init__(self, entry: Entry, owner: str) -> None:
        super().__init__(
            f"entry {entry.sequence} of region {entry.region} ({entry.kind.value}, "
            f"{entry.subject}) changes what is of region {owner}"
        )


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
    session: AsyncSession, entries: Sequence[Entry]
) -> list[IndexChange | None]:
    """Apply entries of one region to the rows; return the change of an index by each entry, if any.

    An entry without a body changes no rows, because its owner withholds the body from this instance.

    Raises:
        ForeignRegionError: an entry changes data of another region.
        pydantic.ValidationError: a body does not have the type of its kind.
    """
    read: list[tuple[Entry, Any]] = [
        (entry, value_of(BODIES[entry.kind], entry.body))
        for entry in entries
        if entry.body is not None
    ]
    page = await ProjectionBatch.from_entries(session, read)
    moved = {entry.sequence: page.fold(entry, value) for entry, value in read}
    await page.write(session)
    return [moved.get(entry.sequence) for entry in entries]


@dataclass
class _Standing:
    """The state of an assessment after some entries of a page."""

    assessment: Assessment  # without its levels
    score: Score | None
    levels: dict[int, int]


@dataclass
class ProjectionBatch:
    """The rows that a page of entries refers to, and the rows that it changes."""

    owners: dict[tuple[type[Table], str], str] = field(default_factory=dict)  # region by table, id
    opds: dict[str, str | None] = field(default_factory=dict)  # by application
    attested: dict[str, Attested] = field(default_factory=dict)  # by OPD
    standing: dict[str, _Standing] = field(default_factory=dict)  # by assessment
    moved: set[str] = field(default_factory=set)  # assessments to write
    written: PendingUpserts = field(default_factory=PendingUpserts)

    @classmethod
    async def from_entries(
        cls, session: AsyncSession, read: Sequence[tuple[Entry, Any]]
    ) -> ProjectionBatch:
        """Read the rows that the entries of a page refer to."""
        page = cls()
        touched: dict[type[Table], set[str]] = {}
        for _, value in read:
            for table, id in _touched(value):
                touched.setdefault(table, set()).add(id)
        for table, ids in touched.items():
            for some in batch_ids(ids):
                await page._read(session, table, some)
        if touched.keys() & {OpdRow, ApplicationRow}:
            for each in await attestation.list_attestations_by_region(session, read[0][0].region):
                page.attested[each.attestation.opd] = each
        return page

    async def _read(self, session: AsyncSession, table: type[Table], ids: list[str]) -> None:
        if table is AssessmentRow:
            levels: dict[str, dict[int, int]] = {}
            for id, indicator, level in await session.execute(
                select(LevelRow.assessment, LevelRow.indicator, LevelRow.level).where(
                    LevelRow.assessment.in_(ids)
                )
            ):
                levels.setdefault(id, {})[indicator] = level
            for row in await session.scalars(
                select(AssessmentRow).where(AssessmentRow.id.in_(ids))
            ):
                self.owners[table, row.id] = row.region
                score = None if row.score is None else value_of(Score, row.score)
                stored = assessment.assessment_from_rows(row, ())
                self.standing[row.id] = _Standing(stored, score, levels.get(row.id, {}))
            return
        columns = core_table(table).c
        key = columns.proposal if table is DecisionRow else columns.id
        more = [columns.opd] if table is ApplicationRow else []
        found = await session.execute(select(key, columns.region, *more).where(key.in_(ids)))
        for id, owner, *opds in found:
            self.owners[table, id] = owner
            if opds:
                self.opds[id] = opds[0]

    def fold(self, entry: Entry, value: Any) -> IndexChange | None:
        """Apply one entry to the batch; return the change of an index, if any.

        Raises:
            ForeignRegionError: the entry changes data of another region.
        """
        for table, id in _touched(value):
            elsewhere = self.owners.setdefault((table, id), entry.region) != entry.region
            counterpart = isinstance(value, Integration) and id == value.target
            if elsewhere and not counterpart:
                raise ForeignRegionError(entry, self.owners[table, id])
        named = value.code if isinstance(value, Region) else getattr(value, "region", entry.region)
        if named != entry.region:
            raise ForeignRegionError(entry, named)
        match value:
            case Region():
                self.written.put(region.region_to_row(value))
            case Opd():
                self.written.put(opd.opd_to_row(value))
            case Application():
                self._edit(entry, value)
            case Integration():
                self._exchange(entry, value)
            case Attestation():
                self._attest(entry, Attested(value, None))
            case Attested():
                self._attest(entry, value)
            case Decided():
                self.written.put(proposal.decision_to_row(value))
            case Correction():
                self.written.put(correction.correction_to_row(entry.region, value))
            case Exemption():
                self.written.put(scope.exemption_row(entry.region, value))
            case DevelopmentPolicy():
                self.written.put(scope.policy_row(value))
            case RegionEffort():
                self.written.put(effort.effort_to_row(value))
            case Claimed():
                return self._claim(value)
            case Assessment():
                return self._assess(value)
        return None

    async def write(self, session: AsyncSession) -> None:
        """Write all changed rows."""
        for id in self.moved:
            now = self.standing[id]
            self.written.put(assessment.assessment_to_row(now.assessment, now.score))
        await self.written.write(session)

    def _edit(self, entry: Entry, changed: Application) -> None:
        """Apply an application; a change of its OPD edits the inventories of both OPDs."""
        owners = {changed.opd, self.opds.get(changed.id)}
        self.opds[changed.id] = changed.opd
        self.written.put(application.application_to_row(changed))
        self._edited(entry, changed.id, owners)

    def _exchange(self, entry: Entry, changed: Integration) -> None:
        """Apply an integration, which edits the inventories at both ends in this region.

        A confirmation comes from the counterpart itself, so it invalidates no attestation.
        """
        self.written.put(integration.integration_to_row(changed))
        if entry.kind is not EventKind.INTEGRATION_CONFIRMED:
            ends = [id for id in (changed.source, changed.target) if id is not None]
            own = [id for id in ends if self.owners[ApplicationRow, id] == entry.region]
            self._edited(entry, changed.id, {self.opds.get(id) for id in own})

    def _edited(self, entry: Entry, subject: str, owners: Iterable[str | None]) -> None:
        """Invalidate the attestations of these OPDs that another person gave and that still hold."""
        for owner in owners:
            known = None if owner is None else self.attested.get(owner)
            if known is not None and known.broken_by is None:
                edit = ForeignEdit(known.attestation.opd, subject, entry.actor, entry.at)
                if known.attestation.by != entry.actor:
                    self._attest(entry, replace(known, broken_by=edit))

    def _attest(self, entry: Entry, attested: Attested) -> None:
        self.attested[attested.attestation.opd] = attested
        self.written.put(attestation.attestation_to_row(entry.region, attested))

    def _claim(self, claimed: Claimed) -> IndexChange | None:
        found = self.standing.get(claimed.assessment)
        if found is None:  # the entry that created it came without its body
            return None
        found.levels[claimed.claim.indicator] = claimed.claim.level
        self.written.put(assessment.level_row(claimed.assessment, claimed.claim))
        self.moved.add(claimed.assessment)
        before = found.score
        found.score = from_levels(instrument_by_id(found.assessment.instrument), found.levels)
        found.assessment = replace(found.assessment, version=claimed.version)
        if before is not None and before.exact == found.score.exact:
            return None
        return IndexChange(found.assessment, before, found.score)

    def _assess(self, changed: Assessment) -> IndexChange | None:
        known = self.standing.get(changed.id)
        published = known is not None and known.assessment.state is AssessmentState.PUBLISHED
        before = known.score if known is not None and published else None
        after = _score(changed)
        levels = {claim.indicator: claim.level for claim in changed.levels}
        self.standing[changed.id] = _Standing(replace(changed, levels=()), after, levels)
        self.moved.add(changed.id)
        self.written.clear_levels(changed.id)
        for claim in changed.levels:
            self.written.put(assessment.level_row(changed.id, claim))
        if changed.state is not AssessmentState.PUBLISHED or after is None or before == after:
            return None
        return IndexChange(changed, before, after)


def _touched(value: Any) -> list[tuple[type[Table], str]]:
    """Return the rows that a body changes or refers to, by table and id.

    All of them must belong to the region of the entry, except the target of an integration.
    """
    match value:
        case Opd():
            return [(OpdRow, value.id)]
        case Application():
            own: list[tuple[type[Table], str]] = [(ApplicationRow, value.id)]
            return own if value.opd is None else [*own, (OpdRow, value.opd)]
        case Integration():
            ends = [id for id in (value.source, value.target) if id is not None]
            return [(IntegrationRow, value.id), *((ApplicationRow, id) for id in ends)]
        case Attestation() | Exemption():
            return [(OpdRow, value.opd)]
        case Attested():
            return [(OpdRow, value.attestation.opd)]
        case Correction():
            return [(ApplicationRow, value.application)]
        case Decided():
            return [(DecisionRow, value.proposal)]
        case Assessment():
            return [(AssessmentRow, value.id)]
        case Claimed():
            return [(AssessmentRow, value.assessment)]
        case _:
            return []


def _score(of: Assessment) -> Score | None:
    if of.published is None and not of.levels:
        return None
    return score_assessment(instrument_by_id(of.instrument), of)
