"""Writes assessments, from the first level to publication.

    DRAFT ── submit ──> SUBMITTED ── publish ──> PUBLISHED
      ^                     │
      └──── RETURNED <── return (with a reason)

`resolvers.level_claim` claims levels in DRAFT and RETURNED. `resolvers.result` records results that
a publication prints without levels; they are PUBLISHED at once.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from engine.assessment.instrument import Instrument
from engine.assessment.score import Score
from engine.document import to_document
from engine.log.assessment_log import assessment_log
from engine.log.body_bounds import text_bound
from engine.model import (
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    Region,
    Visibility,
)
from engine.page import Page
from facts.instrument import instrument_by_id
from resolvers import access
from resolvers.context import Context
from resolvers.instrument import instrument_for
from resolvers.problems import (
    AlreadyExists,
    IncompleteAssessment,
    InvalidArgument,
    InvalidInput,
    NotFound,
    SubjectState,
    VersionConflict,
    WrongState,
)
from resolvers.region_change import (
    RegionChange,
    checked_text,
    entered_by,
    new_id,
    open_region_change,
)
from storage import assessment as stored
from storage.log import LogTransaction

Result = TypeVar("Result")

YEARS_AHEAD = 10  # plans have targets for future years
RETURNED_REASON = text_bound(Assessment, "returned_reason")
EDITABLE = (AssessmentState.DRAFT, AssessmentState.RETURNED)


@dataclass(frozen=True, slots=True)
class StartAssessment:
    """Input to open an assessment of a region by one instrument, for one year."""

    region: str
    instrument: str
    year: int
    kind: AssessmentKind


@dataclass(frozen=True, slots=True)
class SubmitAssessment:
    """Input to submit an assessment. `version` is the version that the client read."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class ReturnAssessment:
    """Input to return a submitted assessment to its region. `reason` must not be empty."""

    id: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class PublishAssessment:
    """Input to publish a submitted assessment. `version` is the version that the client read."""

    id: str
    version: int


async def start_assessment(
    context: Context, request: StartAssessment, key: str | None
) -> Assessment:
    """Open an assessment without levels; per instrument and year there is one of each kind.

    A region may have any number of simulations.

    Raises:
        InvalidInput: the instrument is unknown, or not in force in that year.
        AlreadyExists: there is such an assessment.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Assessment:
        access.allow_assessment(context.viewer, region, request.kind, transaction.region)
        instrument = instrument_for("instrumentId", request.instrument)
        require_instrument_in_force(instrument, request.year, transaction.at)
        if request.kind is not AssessmentKind.SIMULATION:
            existing = await stored.find_assessment_row(
                transaction.session,
                region=region.code,
                instrument=instrument.id,
                year=request.year,
                kind=request.kind,
            )
            if existing is not None:
                raise AlreadyExists("assessment of this region, year and kind", existing.id)
        assessment = Assessment(
            id=new_id(transaction.region, "assessment"),
            region=region.code,
            instrument=instrument.id,
            year=request.year,
            kind=request.kind,
            state=AssessmentState.DRAFT,
            version=1,
            provenance=entered_by(context.viewer),
        )
        return await _append_assessment(
            context, transaction, assessment, EventKind.ASSESSMENT_STARTED
        )

    region = await load_graded_region(context, request.region)
    async with open_assessment_change(
        context, region, request.kind, key=key, request=request
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, region)
        )


@asynccontextmanager
async def open_assessment_change(
    context: Context, region: Region, kind: AssessmentKind, *, key: str | None, request: object
) -> AsyncIterator[RegionChange[Assessment]]:
    """Yield a change of the log that holds a region's assessments of this kind.

    Raises:
        InvalidInput: the results of the region are recorded in a log that is not here.
        Forbidden, IdempotencyKeyReused, OwnedElsewhere: as for `open_region_change`.
    """
    log = require_assessment_log(region, kind)
    try:
        async with open_region_change(
            context, log, key=key, request=request, result_type=Assessment
        ) as change:
            yield change
    except NotFound as missing:
        if missing.id != log or log == region.code:
            raise
        raise InvalidInput(
            "regionCode",
            f"a region whose results this instance records: the results of {region.code} are "
            f"recorded by region {log}, which this instance does not have",
            region.code,
        ) from missing


async def load_graded_region(context: Context, code: str) -> Region:
    """Return the region that an assessment is about, or raise NotFound."""
    region = await context.loaders.regions.load(code)
    if region is None:
        raise NotFound("region", code)
    return region


def require_assessment_log(region: Region, kind: AssessmentKind) -> str:
    """Return the code of the region whose log holds an assessment of this kind.

    Raises:
        InvalidInput: results of the nation are recorded nowhere.
    """
    log = assessment_log(region.code, region.parent, kind)
    if log is None:
        raise InvalidInput("regionCode", "a region that is assessed", region.code)
    return log


async def submit_assessment(
    context: Context, request: SubmitAssessment, key: str | None
) -> Assessment:
    """Submit a complete assessment to its assessors.

    Raises:
        IncompleteAssessment: indicators have no level.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Assessment:
        assessment = await load_current_assessment(transaction, request.id, request.version)
        access.allow_assessment(context.viewer, region, assessment.kind, transaction.region)
        require_assessment_state(assessment, *EDITABLE)
        claimed_indicators = {claim.indicator for claim in assessment.levels}
        missing = [
            indicator.number
            for indicator in instrument_by_id(assessment.instrument).indicators
            if indicator.number not in claimed_indicators
        ]
        if missing:
            raise IncompleteAssessment(assessment.id, missing)
        submitted = replace(
            assessment,
            version=assessment.version + 1,
            state=AssessmentState.SUBMITTED,
            returned_reason="",
        )
        return await _append_assessment(
            context, transaction, submitted, EventKind.ASSESSMENT_SUBMITTED
        )

    return await change_assessment(context, request.id, request, key, apply_request, Assessment)


async def return_assessment(
    context: Context, request: ReturnAssessment, key: str | None
) -> Assessment:
    """Return a submitted assessment to its region, with the reason."""

    async def apply_request(transaction: LogTransaction, region: Region) -> Assessment:
        assessment = await load_current_assessment(transaction, request.id, request.version)
        access.allow_return(context.viewer, region, assessment.kind, transaction.region)
        require_assessment_state(assessment, AssessmentState.SUBMITTED)
        returned = replace(
            assessment,
            version=assessment.version + 1,
            state=AssessmentState.RETURNED,
            returned_reason=checked_text(
                "reason", request.reason, replace(RETURNED_REASON, least=1)
            ),
        )
        return await _append_assessment(
            context, transaction, returned, EventKind.ASSESSMENT_RETURNED
        )

    return await change_assessment(context, request.id, request, key, apply_request, Assessment)


async def publish_assessment(
    context: Context, request: PublishAssessment, key: str | None
) -> Assessment:
    """Publish a submitted assessment, which makes it public. Simulations are never published."""

    async def apply_request(transaction: LogTransaction, region: Region) -> Assessment:
        assessment = await load_current_assessment(transaction, request.id, request.version)
        access.allow_publication(context.viewer, region, assessment.kind, transaction.region)
        if assessment.kind is AssessmentKind.SIMULATION:
            raise InvalidInput("id", "an assessment that is not a simulation", assessment.id)
        require_assessment_state(assessment, AssessmentState.SUBMITTED)
        published = replace(
            assessment, version=assessment.version + 1, state=AssessmentState.PUBLISHED
        )
        return await _append_assessment(
            context, transaction, published, EventKind.ASSESSMENT_PUBLISHED
        )

    return await change_assessment(context, request.id, request, key, apply_request, Assessment)


async def find_assessment(context: Context, id: str) -> Assessment:
    """Return the assessment with this id if the viewer may see it, or raise NotFound."""
    row = await context.loaders.assessments.load(id)
    if row is None:
        raise NotFound("assessment", id)
    return row[0]


async def page_of_assessments(
    context: Context,
    region: str,
    *,
    instrument: str | None,
    year: int | None,
    kind: AssessmentKind | None,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[tuple[Assessment, Score | None]]:
    """Return a page of a region's assessments that the viewer may see, newest first.

    Raises:
        InvalidArgument: `after` is no key of such a list.
    """
    if after is not None and not re.fullmatch("[0-9]{4}", after[0]):
        raise InvalidArgument("after", "the endCursor of an earlier page of this list", after[0])
    async with context.read() as session:
        return await stored.page_of_assessments(
            session,
            region,
            context.access,
            instrument=instrument,
            year=year,
            kind=kind,
            first=first,
            after=None if after is None else (int(after[0]), after[1]),
        )


def require_instrument_in_force(instrument: Instrument, year: int, now: datetime) -> None:
    """Raise InvalidInput unless the instrument is, or may be, in force in that year."""
    last_year = instrument.year_to or now.year + YEARS_AHEAD
    if not instrument.year_from <= year <= last_year:
        raise InvalidInput("year", f"a year from {instrument.year_from} to {last_year}", str(year))


async def change_assessment(
    context: Context,
    id: str,
    request: object,
    key: str | None,
    apply_request: Callable[[LogTransaction, Region], Awaitable[Result]],
    result_type: type[Result],
) -> Result:
    """Apply a request to an assessment that the viewer may see, as `open_region_change` does.

    Raises:
        NotFound: there is no such assessment, or the viewer may not see it.
    """
    async with context.read() as session:
        place = await stored.find_assessment_place(session, id, context.access)
    if place is None:
        raise NotFound("assessment", id)
    log, code = place
    async with open_region_change(
        context, log, key=key, request=request, result_type=result_type, counted_field="id"
    ) as change:
        if change.earlier_result is not None:
            return change.earlier_result
        region = change.region if code == log else await load_graded_region(context, code)
        return change.store_result(await apply_request(change.transaction, region))


async def load_current_assessment(transaction: LogTransaction, id: str, version: int) -> Assessment:
    """Return an assessment within `change_assessment`, or raise VersionConflict."""
    assessment = await stored.find_assessment(transaction.session, id)
    assert assessment is not None  # `change_assessment` found it, and no row is deleted
    if assessment.version != version:
        raise VersionConflict(id, version, assessment.version)
    return assessment


def require_assessment_state(assessment: Assessment, *states: AssessmentState) -> None:
    """Raise WrongState unless the assessment has levels and is in one of the states."""
    if assessment.state not in states or assessment.published is not None:
        raise WrongState(
            assessment.id,
            SubjectState(assessment.state.value),
            [SubjectState(state.value) for state in states],
        )


async def _append_assessment(
    context: Context, transaction: LogTransaction, assessment: Assessment, kind: EventKind
) -> Assessment:
    is_published = assessment.state is AssessmentState.PUBLISHED
    await transaction.append(
        actor=context.actor,
        kind=kind,
        subject=assessment.id,
        visibility=Visibility.PUBLIC if is_published else Visibility.REGION,
        body=to_document(assessment),
    )
    return assessment
