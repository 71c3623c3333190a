"""Reads assessments with their levels and scores, and converts them to and from rows.

A read takes an `Access`, which limits the drafts that the reader sees. Every reader sees what is
published.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.assessment.score import Score, ScoredAssessment
from engine.document import from_document, to_document
from engine.model import (
    Assessment,
    AssessmentKind,
    AssessmentState,
    Evidence,
    LevelClaim,
    Provenance,
    PublishedFigures,
    RegionKind,
)
from engine.page import Page
from storage.access import EVERYTHING, Access, draft_access_condition
from storage.combined_query import CombinedQuery
from storage.tables import AssessmentRow, LevelRow, RegionRow

_IS_REGION_HELD = AssessmentRow.region.in_(select(RegionRow.code))
_LEVELS = (
    select(LevelRow)
    .where(LevelRow.assessment.in_(bindparam("assessments")))
    .order_by(LevelRow.assessment, LevelRow.indicator)
)
_RANKED = (
    select(
        AssessmentRow.id,
        AssessmentRow.state,
        func.row_number()
        .over(
            partition_by=(AssessmentRow.instrument, AssessmentRow.kind),
            order_by=(AssessmentRow.year.desc(), AssessmentRow.id),
        )
        .label("rank"),
        func.row_number()
        .over(
            partition_by=(AssessmentRow.instrument, AssessmentRow.kind, AssessmentRow.state),
            order_by=(AssessmentRow.year.desc(), AssessmentRow.id),
        )
        .label("rank_in_state"),
    )
    .where(
        AssessmentRow.region == bindparam("region"),
        AssessmentRow.kind.in_(bindparam("kinds", expanding=True)),
        AssessmentRow.instrument.in_(bindparam("instruments", expanding=True)),
        select(LevelRow.assessment).where(LevelRow.assessment == AssessmentRow.id).exists(),
    )
    .subquery()
)
_NEWEST_IDS = select(_RANKED.c.id).where(
    or_(
        _RANKED.c.rank == 1,
        and_(_RANKED.c.rank_in_state == 1, _RANKED.c.state == AssessmentState.PUBLISHED.value),
    )
)
# Of a region, for each instrument and kind: the newest assessment with levels in any state, and the
# newest published one. `assessments_from_rows` returns them.
NEWEST = select(AssessmentRow).where(AssessmentRow.id.in_(_NEWEST_IDS))
NEWEST_LEVELS = select(LevelRow).where(LevelRow.assessment.in_(_NEWEST_IDS))

_BY_ID = CombinedQuery(
    assessments=select(AssessmentRow).where(AssessmentRow.id == bindparam("id")),
    levels=select(LevelRow).where(LevelRow.assessment == bindparam("id")),
)


def assessment_to_row(log: str, assessment: Assessment, score: Score | None) -> AssessmentRow:
    """Return the row of an assessment in the log of a region, without its levels."""
    published = assessment.published
    return AssessmentRow(
        id=assessment.id,
        region=assessment.region,
        log=log,
        instrument=assessment.instrument,
        year=assessment.year,
        kind=assessment.kind.value,
        state=assessment.state.value,
        version=assessment.version,
        returned_reason=assessment.returned_reason,
        published=None if published is None else to_document(published),
        score=None if score is None else to_document(score),
        source=assessment.provenance.source,
        confirmed=assessment.provenance.confirmed,
        note=assessment.provenance.note,
    )


def level_columns(assessment_id: str, claim: LevelClaim) -> dict[str, Any]:
    """Return the columns of the row of one claimed level of an assessment."""
    return {
        "assessment": assessment_id,
        "indicator": claim.indicator,
        "level": claim.level,
        "explanation": claim.explanation,
        "evidence": [to_document(evidence) for evidence in claim.evidence],
    }


def assessment_from_rows(row: AssessmentRow, levels: Sequence[LevelRow]) -> Assessment:
    """Return the assessment that a row and the rows of its levels hold."""
    return Assessment(
        id=row.id,
        region=row.region,
        instrument=row.instrument,
        year=row.year,
        kind=AssessmentKind(row.kind),
        state=AssessmentState(row.state),
        version=row.version,
        levels=tuple(
            LevelClaim(
                indicator=level.indicator,
                level=level.level,
                explanation=level.explanation,
                evidence=tuple(from_document(Evidence, evidence) for evidence in level.evidence),
            )
            for level in levels
        ),
        published=None if row.published is None else from_document(PublishedFigures, row.published),
        returned_reason=row.returned_reason,
        provenance=Provenance(row.source, row.confirmed, row.note),
    )


async def assessments_by_id(
    session: AsyncSession, ids: Collection[str], access: Access
) -> dict[str, tuple[Assessment, Score | None]]:
    """Return the assessments with these ids that the reader may see, with levels and score."""
    return {
        scored[0].id: scored
        for scored in await _load_with_levels(
            session, select(AssessmentRow).where(AssessmentRow.id.in_(ids)), access
        )
    }


async def find_assessment(session: AsyncSession, id: str) -> Assessment | None:
    """Return an assessment with its levels, whatever its state, with one statement."""
    rows = await _BY_ID.read(session, {"id": id})
    return next(iter(assessments_from_rows(rows["assessments"], rows["levels"])), None)


async def find_assessment_place(
    session: AsyncSession, id: str, access: Access
) -> tuple[str, str] | None:
    """Return the region in whose log an assessment is, and the region that it is about.

    Return None if the reader may see no such assessment.
    """
    row = (
        await session.execute(
            select(AssessmentRow.log, AssessmentRow.region).where(
                AssessmentRow.id == id, _IS_REGION_HELD, _visible_condition(access)
            )
        )
    ).one_or_none()
    return None if row is None else (row.log, row.region)


async def list_assessments_by_log(session: AsyncSession, log: str) -> list[Assessment]:
    """Return all assessments in the log of a region, in any state, by id."""
    query = select(AssessmentRow).where(AssessmentRow.log == log).order_by(AssessmentRow.id)
    rows = await _load_with_levels(session, query, EVERYTHING, waiting=True)
    return [assessment for assessment, _score in rows]


async def list_awaited_scores(session: AsyncSession, region: str) -> list[tuple[Assessment, Score]]:
    """Return the published results of a region, which may have been stored before the region."""
    query = select(AssessmentRow).where(
        AssessmentRow.region == region,
        AssessmentRow.log != region,
        AssessmentRow.state == AssessmentState.PUBLISHED.value,
        AssessmentRow.score.is_not(None),
    )
    rows = await session.scalars(query.order_by(AssessmentRow.year, AssessmentRow.id))
    return [(assessment_from_rows(row, ()), from_document(Score, row.score or {})) for row in rows]


async def find_assessed_region(session: AsyncSession, id: str) -> str | None:
    """Return the code of the region that an assessment is about; None: there is none with the id."""
    return await session.scalar(select(AssessmentRow.region).where(AssessmentRow.id == id))


async def list_assessed_regions(session: AsyncSession, log: str) -> set[str]:
    """Return the held ones of the region of a log and of the regions that the log assesses."""
    is_assessed = RegionRow.code.in_(
        select(AssessmentRow.region).where(AssessmentRow.log == log).distinct()
    )
    query = select(RegionRow.code).where(or_(RegionRow.code == log, is_assessed))
    return set(await session.scalars(query))


async def list_assessments_by_region(
    session: AsyncSession,
    region: str,
    access: Access,
    *,
    instrument: str | None = None,
    year: int | None = None,
    kind: AssessmentKind | None = None,
) -> list[tuple[Assessment, Score | None]]:
    """Return the assessments of a region that match and that the reader may see, newest first."""
    query = _select_matching(instrument, year, kind).where(AssessmentRow.region == region)
    return await _load_with_levels(
        session, query.order_by(AssessmentRow.year.desc(), AssessmentRow.id), access
    )


async def page_of_assessments(
    session: AsyncSession,
    region: str,
    access: Access,
    *,
    instrument: str | None,
    year: int | None,
    kind: AssessmentKind | None,
    first: int,
    after: tuple[int, str] | None,
) -> Page[tuple[Assessment, Score | None]]:
    """Return the first assessments, newest first, after the one with the year and id `after`."""
    query = _select_matching(instrument, year, kind).where(
        AssessmentRow.region == region, _visible_condition(access)
    )
    following = query
    if after is not None:
        after_year, after_id = after
        following = query.where(
            or_(
                AssessmentRow.year < after_year,
                and_(AssessmentRow.year == after_year, AssessmentRow.id > after_id),
            )
        )
    ordered = following.order_by(AssessmentRow.year.desc(), AssessmentRow.id)
    rows = await _load_with_levels(session, ordered.limit(first + 1), access)
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    values = rows[:first]
    return Page(
        values=values,
        keys=[(str(assessment.year), assessment.id) for assessment, _score in values],
        has_next=len(rows) > first,
        has_previous=after is not None,
        total=total or 0,
    )


def newest_parameters(
    region: str, kinds: Collection[AssessmentKind], instruments: Collection[str]
) -> dict[str, Any]:
    """Return the parameters of NEWEST and NEWEST_LEVELS."""
    return {
        "region": region,
        "kinds": [kind.value for kind in kinds],
        "instruments": list(instruments),
    }


def assessments_from_rows(
    rows: Sequence[AssessmentRow], levels: Sequence[LevelRow]
) -> list[Assessment]:
    """Return the assessments of these rows and of the rows of their levels, newest first."""
    levels_by_id: dict[str, list[LevelRow]] = {row.id: [] for row in rows}
    for level in sorted(levels, key=lambda level: level.indicator):
        levels_by_id[level.assessment].append(level)
    return [
        assessment_from_rows(row, levels_by_id[row.id])
        for row in sorted(rows, key=lambda row: (-row.year, row.id))
    ]


async def list_published_scores(
    session: AsyncSession,
    *,
    regions: Collection[str] | None = None,
    instrument: str | None = None,
    year: int | None = None,
    kind: AssessmentKind,
) -> list[ScoredAssessment]:
    """Return the published scores of one kind, oldest first, without levels."""
    query = _select_matching(instrument, year, kind).where(
        AssessmentRow.state == AssessmentState.PUBLISHED.value, AssessmentRow.score.is_not(None)
    )
    if regions is not None:
        query = query.where(AssessmentRow.region.in_(regions))
    ordered = query.order_by(AssessmentRow.year, AssessmentRow.region, AssessmentRow.id)
    rows = await session.scalars(ordered)
    return [
        ScoredAssessment(assessment_from_rows(row, ()), from_document(Score, row.score or {}))
        for row in rows
    ]


async def list_score_texts(
    session: AsyncSession, *, instrument: str, kind: AssessmentKind, year: int | None = None
) -> list[tuple[int, str, str]]:
    """Return year, region and score of the published assessments of one kind, oldest first.

    A score is the JSON text of its document. The scores of a whole country take long to parse, so
    the caller can do that outside of the event loop.
    """
    columns = (AssessmentRow.year, AssessmentRow.region, cast(AssessmentRow.score, Text))
    rows = await session.execute(
        _select_matching(instrument, year, kind)
        .with_only_columns(*columns)
        .where(
            AssessmentRow.state == AssessmentState.PUBLISHED.value, AssessmentRow.score.is_not(None)
        )
        .order_by(AssessmentRow.year, AssessmentRow.region, AssessmentRow.id)
    )
    return [(year, region, text) for year, region, text in rows]


async def list_edition_scores(
    session: AsyncSession,
    *,
    instrument: str,
    year: int,
    kind: AssessmentKind,
    parent: str | None,
    kinds: Collection[RegionKind],
) -> list[ScoredAssessment]:
    """Return the published scores of one edition for regions of these kinds, by region.

    With `parent`, only regions in that parent count.
    """
    query = _select_matching(instrument, year, kind).where(
        AssessmentRow.state == AssessmentState.PUBLISHED.value,
        AssessmentRow.score.is_not(None),
        _in_matching_regions(parent, kinds),
    )
    rows = await session.scalars(query.order_by(AssessmentRow.region, AssessmentRow.id))
    return [
        ScoredAssessment(assessment_from_rows(row, ()), from_document(Score, row.score or {}))
        for row in rows
    ]


async def exact_scores_by_region(
    session: AsyncSession,
    *,
    instrument: str,
    year: int,
    kind: AssessmentKind,
    parent: str | None,
    kinds: Collection[RegionKind],
) -> dict[str, Fraction]:
    """Return the exact scores of one edition by region, for a comparison of years."""
    rows = await session.execute(
        select(AssessmentRow.region, AssessmentRow.score["exact"].as_string())
        .where(
            AssessmentRow.instrument == instrument,
            AssessmentRow.year == year,
            AssessmentRow.kind == kind.value,
            AssessmentRow.state == AssessmentState.PUBLISHED.value,
            AssessmentRow.score.is_not(None),
            _in_matching_regions(parent, kinds),
        )
        .order_by(AssessmentRow.id)
    )
    return {region: Fraction(exact) for region, exact in rows}


async def count_assessments_by_edition(
    session: AsyncSession, regions: Collection[str] | None
) -> list[tuple[str, int, AssessmentKind, int]]:
    """Return instrument, year, kind and number of regions of published assessments, newest first."""
    columns = (AssessmentRow.instrument, AssessmentRow.year, AssessmentRow.kind)
    query = (
        select(*columns, func.count(AssessmentRow.region.distinct()))
        .where(_IS_REGION_HELD, AssessmentRow.state == AssessmentState.PUBLISHED.value)
        .group_by(*columns)
        .order_by(AssessmentRow.year.desc(), AssessmentRow.instrument, AssessmentRow.kind)
    )
    if regions is not None:
        query = query.where(AssessmentRow.region.in_(regions))
    rows = await session.execute(query)
    return [(name, year, AssessmentKind(kind), count) for name, year, kind, count in rows]


async def find_assessment_row(
    session: AsyncSession, *, region: str, instrument: str, year: int, kind: AssessmentKind
) -> AssessmentRow | None:
    """Return the row of this region, instrument, year and kind in any state, if there is one.

    The region itself need not be held.
    """
    conditions = (*_matching(instrument, year, kind), AssessmentRow.region == region)
    row: AssessmentRow | None = await session.scalar(
        select(AssessmentRow).where(*conditions).order_by(AssessmentRow.id).limit(1)
    )
    return row


def _select_matching(
    instrument: str | None, year: int | None, kind: AssessmentKind | None
) -> Select[Any]:
    """Select matching assessments of the regions that are held; results of others wait for them."""
    return select(AssessmentRow).where(_IS_REGION_HELD, *_matching(instrument, year, kind))


def _matching(
    instrument: str | None, year: int | None, kind: AssessmentKind | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if instrument is not None:
        conditions.append(AssessmentRow.instrument == instrument)
    if year is not None:
        conditions.append(AssessmentRow.year == year)
    if kind is not None:
        conditions.append(AssessmentRow.kind == kind.value)
    return conditions


async def _load_with_levels(
    session: AsyncSession, query: Select[Any], access: Access, *, waiting: bool = False
) -> list[tuple[Assessment, Score | None]]:
    """Return the assessments that the reader may see.

    Args:
        waiting: whether results of regions that are not held yet are included.
    """
    if not waiting:
        query = query.where(_IS_REGION_HELD)
    rows = list(await session.scalars(query.where(_visible_condition(access))))
    levels: dict[str, list[LevelRow]] = {row.id: [] for row in rows}
    for level in await session.scalars(_LEVELS, {"assessments": list(levels)}):
        levels[level.assessment].append(level)
    return [
        (
            assessment_from_rows(row, levels[row.id]),
            None if row.score is None else from_document(Score, row.score),
        )
        for row in rows
    ]


def _in_matching_regions(parent: str | None, kinds: Collection[RegionKind]) -> ColumnElement[bool]:
    codes = select(RegionRow.code).where(RegionRow.kind.in_([kind.value for kind in kinds]))
    if parent is not None:
        codes = codes.where(RegionRow.parent == parent)
    return AssessmentRow.region.in_(codes)


def _visible_condition(access: Access) -> ColumnElement[bool]:
    published = AssessmentRow.state == AssessmentState.PUBLISHED.value
    return or_(published, draft_access_condition(AssessmentRow.region, access))
