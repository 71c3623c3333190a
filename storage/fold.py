"""What an entry does to the rows. Own writes, a rebuild and a followed log all go through here.

Each entry carries the state of its subject after the change, so applying it needs no look at
what was there before, except to say how far an index moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.attestation import Attestation, ForeignEdit
from engine.decision import Decided
from engine.document import document, value_of
from engine.effort import RegionEffort
from engine.entry import Entry
from engine.function import Correction
from engine.instruments import instrument
from engine.inventory import DevelopmentPolicy, Exemption
from engine.model import (
    Application,
    Assessment,
    AssessmentState,
    EventKind,
    Integration,
    LevelClaim,
    Opd,
    Region,
    Visibility,
)
from engine.score import Score, from_levels, of_assessment
from engine.source import Handover
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
from storage.tables import (
    ApplicationRow,
    AssessmentRow,
    LevelRow,
    OpdRow,
    RegionRow,
    Table,
)


@dataclass(frozen=True, slots=True)
class IndexMoved:
    """An index that an entry moved: what subscribers of `indexChanged` hear."""

    assessment: Assessment
    before: Score | None
    after: Score

    @property
    def visibility(self) -> Visibility:
        """Published scores are for everybody; a draft's only for those who may see the draft."""
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
            "before": None if self.before is None else document(self.before),
            "after": document(self.after),
        }


class NotItsOwn(Exception):
    """An entry changes what is not its region's; only its own may a region speak of."""

    def __init__(self, entry: Entry, owner: str) -> None:
        super().__init__(
            f"entry {entry.sequence} of region {entry.region} ({entry.kind.value}, "
            f"{entry.subject}) changes what is of region {owner}"
        )


async def apply(session: AsyncSession, entry: Entry) -> IndexMoved | None:
    """Write the rows that `entry` stands for; return the index it moved, if it moved one.

    An entry that came without its body leaves no rows: the reader may not have them.

    Raises:
        NotItsOwn: it changes what is another region's.
        pydantic.ValidationError: its body is none of its kind.
    """
    if entry.body is None:
        return None
    moved: IndexMoved | None = None
    match entry.kind:
        case EventKind.REGION_RECORDED:
            await _put(session, entry, region.row(value_of(Region, entry.body)))
        case EventKind.OPD_RECORDED:
            await _put(session, entry, opd.row(value_of(Opd, entry.body)))
        case (
            EventKind.APPLICATION_REGISTERED
            | EventKind.APPLICATION_UPDATED
            | EventKind.APPLICATION_RETIRED
        ):
            await _edit(session, entry, value_of(Application, entry.body))
        case (
            EventKind.INTEGRATION_CONNECTED
            | EventKind.INTEGRATION_DOCUMENTED
            | EventKind.INTEGRATION_CONFIRMED
            | EventKind.INTEGRATION_WITHDRAWN
        ):
            await _exchange(session, entry, value_of(Integration, entry.body))
        case EventKind.INVENTORY_ATTESTED:
            given = value_of(Attestation, entry.body)
            await _owned(session, entry, OpdRow, given.opd)
            await _put(session, entry, attestation.row(entry.region, given))
        case EventKind.PROPOSAL_DECIDED:
            await _put(session, entry, proposal.row(value_of(Decided, entry.body)))
        case EventKind.FUNCTION_CORRECTED:
            said = value_of(Correction, entry.body)
            await _owned(session, entry, ApplicationRow, said.application)
            await _put(session, entry, correction.row(entry.region, said))
        case EventKind.OPD_EXEMPTED:
            exempt = value_of(Exemption, entry.body)
            await _owned(session, entry, OpdRow, exempt.opd)
            await _put(session, entry, scope.exemption_row(entry.region, exempt))
        case EventKind.DEVELOPMENT_POLICY_RECORDED:
            policy = value_of(DevelopmentPolicy, entry.body)
            await _put(session, entry, scope.policy_row(policy))
        case EventKind.EFFORT_EDITED:
            await _put(session, entry, effort.row(value_of(RegionEffort, entry.body)))
        case EventKind.REGION_HANDED_OVER:
            value_of(Handover, entry.body)  # who writes the log is no row of the region's
        case EventKind.LEVEL_CLAIMED:
            moved = await _claim(session, entry)
        case _:
            moved = await _assess(session, entry)
    await session.flush()
    return moved


def claim_body(assessment_id: str, version: int, claim: LevelClaim) -> dict[str, Any]:
    """Return the body of a LEVEL_CLAIMED entry."""
    return {"assessment": assessment_id, "version": version, "claim": document(claim)}


async def _put(session: AsyncSession, entry: Entry, row: Table) -> None:
    """Write a row that is of the entry's region, and was if it was there."""
    known = await session.get(type(row), inspect(type(row)).primary_key_from_instance(row))
    for each in (row, known):
        if each is not None and _region(each) != entry.region:
            raise NotItsOwn(entry, _region(each))
    await session.merge(row)


async def _owned(session: AsyncSession, entry: Entry, table: type[Table], id: str) -> None:
    """Make sure that what the entry refers to is of its own region."""
    known = await session.get(table, id)
    if known is not None and _region(known) != entry.region:
        raise NotItsOwn(entry, _region(known))


def _region(row: Any) -> str:
    code: str = row.code if isinstance(row, RegionRow) else row.region
    return code


async def _edit(session: AsyncSession, entry: Entry, changed: Application) -> None:
    """An application that changes hands is an edit of both inventories."""
    known = await session.get(ApplicationRow, changed.id)
    owners = {changed.opd, None if known is None else known.opd}
    if changed.opd is not None:
        await _owned(session, entry, OpdRow, changed.opd)
    await _put(session, entry, application.row(changed))
    await _edited(session, entry, changed.id, owners)


async def _exchange(session: AsyncSession, entry: Entry, changed: Integration) -> None:
    """An exchange is part of the inventories at both ends, of those in this region's log.

    A confirmation is the counterpart's own word: it breaks none.
    """
    await _owned(session, entry, ApplicationRow, changed.source)
    await _put(session, entry, integration.row(changed))
    if entry.kind is EventKind.INTEGRATION_CONFIRMED:
        return
    ends = [id for id in (changed.source, changed.target) if id is not None]
    found = await application.by_id(session, ends)
    owners = {each.opd for each in found.values() if each.region == entry.region}
    await _edited(session, entry, changed.id, owners)


async def _edited(
    session: AsyncSession, entry: Entry, subject: str, owners: Iterable[str | None]
) -> None:
    for owner in owners:
        if owner is not None:
            await attestation.mark_broken(
                session, ForeignEdit(owner, subject, entry.actor, entry.at)
            )


async def _claim(session: AsyncSession, entry: Entry) -> IndexMoved | None:
    assert entry.body is not None
    claim = value_of(LevelClaim, entry.body["claim"])
    stored = await session.get(AssessmentRow, entry.body["assessment"])
    if stored is None:  # it was begun by an entry that came without its body
        return None
    if stored.region != entry.region:
        raise NotItsOwn(entry, stored.region)
    await session.merge(assessment.level_row(stored.id, claim))
    await session.flush()
    found = await session.execute(
        select(LevelRow.indicator, LevelRow.level).where(LevelRow.assessment == stored.id)
    )
    levels = {row.indicator: row.level for row in found}
    before = _stored_score(stored)
    after = from_levels(instrument(stored.instrument), levels)
    stored.version = entry.body["version"]
    stored.score = document(after)
    if before is not None and before.exact == after.exact:
        return None
    return IndexMoved(assessment.value(stored, ()), before, after)


async def _assess(session: AsyncSession, entry: Entry) -> IndexMoved | None:
    assert entry.body is not None
    changed = value_of(Assessment, entry.body)
    known = await session.get(AssessmentRow, changed.id)
    was_published = known is not None and known.state == AssessmentState.PUBLISHED.value
    before = _stored_score(known) if known is not None and was_published else None
    after = _score(changed)
    await _put(session, entry, assessment.row(changed, after))
    await session.flush()
    await session.execute(delete(LevelRow).where(LevelRow.assessment == changed.id))
    session.add_all(assessment.level_row(changed.id, claim) for claim in changed.levels)
    if changed.state is not AssessmentState.PUBLISHED or after is None or before == after:
        return None
    return IndexMoved(changed, before, after)


def _score(of: Assessment) -> Score | None:
    if of.published is None and not of.levels:
        return None
    return of_assessment(instrument(of.instrument), of)


def _stored_score(row: AssessmentRow) -> Score | None:
    return None if row.score is None else value_of(Score, row.score)
