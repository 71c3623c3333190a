"""Records results that a publication prints without levels, and ranks published scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.assessment.ranking import Rank, rank_regions
from engine.assessment.score import ScoredAssessment
from engine.decimals import format_rounded
from engine.document import to_document
from engine.identifier import entity_id
from engine.log.body_bounds import text_bound
from engine.model import (
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    Provenance,
    PublishedFigures,
    Region,
    RegionKind,
)
from resolvers import access
from resolvers.assessment import (
    load_graded_region,
    open_assessment_change,
    require_instrument_in_force,
)
from resolvers.context import Context
from resolvers.instrument import instrument_for, known_instrument
from resolvers.problems import (
    AlreadyExists,
    InvalidArgument,
    InvalidInput,
    NotFound,
    VersionConflict,
)
from resolvers.region_change import checked_optional_text, checked_text
from storage import assessment as stored
from storage import region as stored_region
from storage.log import LogTransaction

COMPARED_LEAST, COMPARED_MOST = 2, 10
MEMBER_KINDS = (RegionKind.REGENCY, RegionKind.CITY)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """Input to record figures as printed. `version` is required to correct an existing result."""

    region: str
    instrument: str
    year: int
    kind: AssessmentKind
    value: str  # an exact decimal
    domains: tuple[tuple[int, str], ...]  # number and exact decimal of each
    source: str
    note: str | None = None
    version: int | None = None
    predicate: str | None = None  # as printed; None: the one that follows from the value


@dataclass(frozen=True, slots=True)
class RankedScore:
    """A region's rank, with the score that it follows from."""

    rank: Rank
    region: Region
    scored: ScoredAssessment


@dataclass(frozen=True, slots=True)
class ProvinceMean:
    """The mean index of the regions of a province that have a result, computed and not published."""

    instrument: str
    year: int
    kind: AssessmentKind
    mean: Fraction
    result_count: int
    region_count: int


@dataclass(frozen=True, slots=True)
class PublishedEdition:
    """The number of regions with a published result of one instrument, year and kind."""

    instrument: str
    year: int
    kind: AssessmentKind
    result_count: int


async def record_result(context: Context, request: RecordResult, key: str | None) -> Assessment:
    """Record a published result, or correct it.

    Raises:
        InvalidInput: a field has a value that is not allowed.
        NotFound: there is no result to correct.
        AlreadyExists: there is a result, or an assessment with levels.
        VersionConflict: the result has changed since the client read it.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Assessment:
        access.allow_result_recording(context.viewer, region, request.kind, transaction.region)
        instrument = instrument_for("instrumentId", request.instrument)
        require_instrument_in_force(instrument, request.year, transaction.at)
        assessment = published_result(
            transaction.region,
            region.code,
            instrument,
            request.year,
            request.kind,
            figures=_checked_figures(instrument, request),
            version=(request.version or 0) + 1,
            provenance=Provenance(
                checked_text("source", request.source, text_bound(Provenance, "source")),
                note=checked_optional_text("note", request.note, text_bound(Provenance, "note")),
            ),
        )
        existing = await stored.find_assessment_row(
            transaction.session,
            region=region.code,
            instrument=instrument.id,
            year=request.year,
            kind=request.kind,
        )
        if existing is None and request.version is not None:
            raise NotFound("result to correct", assessment.id)
        is_correction = request.version is not None
        if existing is not None and not (
            is_correction and existing.published is not None and existing.id == assessment.id
        ):
            raise AlreadyExists("official result of this region, year and kind", existing.id)
        if existing is not None and existing.version != request.version:
            raise VersionConflict(existing.id, request.version or 0, existing.version)
        await transaction.append(
            actor=context.actor,
            kind=EventKind.RESULT_RECORDED,
            subject=assessment.id,
            body=to_document(assessment),
        )
        return assessment

    if request.kind is AssessmentKind.SIMULATION:
        raise InvalidInput("kind", "a kind that is published", request.kind.value)
    region = await load_graded_region(context, request.region)
    async with open_assessment_change(
        context, region, request.kind, key=key, request=request
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, region)
        )


def published_result(
    log: str,
    region: str,
    instrument: Instrument,
    year: int,
    kind: AssessmentKind,
    *,
    figures: PublishedFigures,
    version: int,
    provenance: Provenance,
) -> Assessment:
    """Return a published result; its id follows from its region, instrument, year and kind.

    Args:
        log: the code of the region in whose log it is recorded.
    """
    key = f"{instrument.id}-{year}-{kind.value.lower()}"
    return Assessment(
        id=entity_id(log, "assessment", key if log == region else f"{region}-{key}"),
        region=region,
        instrument=instrument.id,
        year=year,
        kind=kind,
        state=AssessmentState.PUBLISHED,
        version=version,
        published=figures,
        provenance=provenance,
    )


async def rank_published_scores(
    context: Context,
    *,
    instrument: str,
    year: int,
    kind: AssessmentKind,
    province: str | None,
    kinds: Sequence[RegionKind],
) -> list[RankedScore]:
    """Rank the published scores of one edition, best first, with the change in a year."""
    if year < known_instrument(instrument).year_from:
        return []
    async with context.read() as session:
        scored_assessments = await stored.list_edition_scores(
            session, instrument=instrument, year=year, kind=kind, parent=province, kinds=kinds
        )
        earlier_scores = await stored.exact_scores_by_region(
            session, instrument=instrument, year=year - 1, kind=kind, parent=province, kinds=kinds
        )
        by_region = {scored.assessment.region: scored for scored in scored_assessments}
        regions = await stored_region.regions_by_code(session, by_region)
    ranks = rank_regions(
        {code: scored.score.exact for code, scored in by_region.items()}, earlier_scores
    )
    return [RankedScore(rank, regions[rank.region], by_region[rank.region]) for rank in ranks]


async def compare_published_scores(
    context: Context, codes: Sequence[str], *, instrument: str, year: int, kind: AssessmentKind
) -> list[tuple[Region, ScoredAssessment | None]]:
    """Return two to ten regions, each with its published score of one edition."""
    known_instrument(instrument)
    requested_codes = list(dict.fromkeys(codes))
    if not COMPARED_LEAST <= len(requested_codes) <= COMPARED_MOST:
        raise InvalidArgument(
            "regionCodes",
            f"{COMPARED_LEAST} to {COMPARED_MOST} different codes",
            str(len(requested_codes)),
        )
    async with context.read() as session:
        regions = await stored_region.regions_by_code(session, requested_codes)
        scored_assessments = await stored.list_published_scores(
            session, regions=requested_codes, instrument=instrument, year=year, kind=kind
        )
    unknown_codes = [code for code in requested_codes if code not in regions]
    if unknown_codes:
        raise InvalidArgument("regionCodes", "codes of regions", ", ".join(unknown_codes))
    by_region = {scored.assessment.region: scored for scored in scored_assessments}
    return [(regions[code], by_region.get(code)) for code in requested_codes]


async def list_province_means(
    context: Context, province: str, kind: AssessmentKind
) -> list[ProvinceMean]:
    """Return the mean index of a province's regencies and cities per edition, oldest first."""
    async with context.read() as session:
        members = await stored_region.list_member_codes(session, province, MEMBER_KINDS)
        scored_assessments = await stored.list_published_scores(session, regions=members, kind=kind)
    indices: dict[tuple[str, int], dict[str, Fraction]] = {}  # by edition and region
    for scored in scored_assessments:
        edition = (scored.assessment.instrument, scored.assessment.year)
        indices.setdefault(edition, {})[scored.assessment.region] = scored.score.exact
    return [
        ProvinceMean(
            instrument,
            year,
            kind,
            sum(by_region.values(), Fraction()) / len(by_region),
            len(by_region),
            len(members),
        )
        for (instrument, year), by_region in indices.items()
    ]


async def list_published_editions(context: Context, province: str | None) -> list[PublishedEdition]:
    """Return the published editions, newest first, of all regions or of a province's members."""
    async with context.read() as session:
        members = (
            None
            if province is None
            else await stored_region.list_member_codes(session, province, MEMBER_KINDS)
        )
        editions = await stored.count_assessments_by_edition(session, members)
    return [PublishedEdition(*edition) for edition in editions]


def _checked_figures(instrument: Instrument, request: RecordResult) -> PublishedFigures:
    value = _printed_value("value", request.value, instrument)
    domain_numbers = {domain.number for domain in instrument.domains}
    numbers = [number for number, _value in request.domains]
    if numbers and sorted(numbers) != sorted(domain_numbers):
        raise InvalidInput(
            "domains",
            f"none, or each of {', '.join(map(str, sorted(domain_numbers)))} once",
            ", ".join(map(str, numbers)),
        )
    labels = [predicate.label for predicate in instrument.predicates]
    if request.predicate is not None and request.predicate not in labels:
        raise InvalidInput("predicate", f"one of {', '.join(labels)}", repr(request.predicate))
    return PublishedFigures(
        value=value,
        predicate=request.predicate or instrument.predicate(Fraction(value)).label,
        domains=tuple(
            (number, _printed_value(f"domains.{number}", decimal, instrument))
            for number, decimal in sorted(request.domains)
        ),
    )


def _printed_value(field: str, decimal: str, instrument: Instrument) -> str:
    """Return an exact decimal with the two decimal places that publications print."""
    value = Fraction(decimal)
    has_two_places = (value * 100).denominator == 1
    if has_two_places and instrument.level_min <= value <= instrument.level_max:
        return format_rounded(value)
    raise InvalidInput(
        field,
        f"a number from {instrument.level_min}.00 to {instrument.level_max}.00 with at most two "
        "decimal places",
        decimal,
    )
