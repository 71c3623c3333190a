"""Records results that a publication prints without levels, and ranks published scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.assessment.ranking import Rank, rank_regions
from engine.assessment.score import ScoredAssessment
from engine.document import to_document
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
from resolvers.assessment import require_instrument_in_force
from resolvers.change import checked_text, open_region_change
from resolvers.context import Context
from resolvers.instrument import instrument_for, known_instrument
from resolvers.problems import (
    AlreadyExists,
    InvalidArgument,
    InvalidInput,
    NotFound,
    VersionConflict,
)
from storage import assessment as stored
from storage import region as stored_region
from storage.log import LogTransaction

COMPARED_LEAST, COMPARED_MOST = 2, 10
SOURCE_LENGTH = 1000
MEMBERS = (RegionKind.REGENCY, RegionKind.CITY)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """Input to record figures as printed. `version` is required to correct an existing result."""

    region: str
    instrument: str
    year: int
    kind: AssessmentKind
    value: str
    domains: tuple[tuple[int, str], ...]
    source: str
    note: str = ""
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
    """The mean index of `count` out of `of` regions. It is computed and not published."""

    instrument: str
    year: int
    kind: AssessmentKind
    value: Fraction
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class PublishedEdition:
    """The number of regions with a published result of one instrument, year and kind."""

    instrument: str
    year: int
    kind: AssessmentKind
    count: int


async def record_result(context: Context, asked: RecordResult, key: str | None) -> Assessment:
    """Record a published result, or correct it.

    Raises:
        InvalidInput: a field has a value that is not allowed.
        NotFound: there is no result to correct.
        AlreadyExists: there is a result, or an assessment with levels.
        VersionConflict: the result has changed since the client read it.
    """

    async def work(transaction: LogTransaction, region: Region) -> Assessment:
        access.allow_result_recording(context.viewer, region)
        chosen = instrument_for("instrument", asked.instrument)
        require_instrument_in_force(chosen, asked.year, transaction.at)
        if asked.kind is AssessmentKind.SIMULATION:
            raise InvalidInput("kind", "a kind that is published", asked.kind.value)
        assessment = published_result(
            region.code,
            chosen,
            asked.year,
            asked.kind,
            figures=_figures(chosen, asked),
            version=(asked.version or 0) + 1,
            provenance=Provenance(
                checked_text("source", asked.source, least=1, most=SOURCE_LENGTH),
                note=checked_text("note", asked.note, least=0, most=SOURCE_LENGTH),
            ),
        )
        known = await stored.find_assessment_row(
            transaction.session,
            region=region.code,
            instrument=chosen.id,
            year=asked.year,
            kind=asked.kind,
        )
        if known is None and asked.version is not None:
            raise NotFound("result to correct", assessment.id)
        if known is not None and (asked.version is None or known.published is None):
            raise AlreadyExists("official result of this region, year and kind", known.id)
        if known is not None and known.version != asked.version:
            raise VersionConflict(known.id, asked.version or 0, known.version)
        await transaction.append(
            actor=context.viewer.subject,
            kind=EventKind.RESULT_RECORDED,
            subject=assessment.id,
            body=to_document(assessment),
        )
        return assessment

    async with open_region_change(
        context, asked.region, key=key, request=asked, answer=Assessment
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


def published_result(
    region: str,
    instrument: Instrument,
    year: int,
    kind: AssessmentKind,
    *,
    figures: PublishedFigures,
    version: int,
    provenance: Provenance,
) -> Assessment:
    """Return a published result; its id follows from its region, instrument, year and kind."""
    return Assessment(
        id=f"assessment-{region}-{instrument.id}-{year}-{kind.value.lower()}",
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
        scored = await stored.list_edition_scores(
            session, instrument=instrument, year=year, kind=kind, parent=province, kinds=kinds
        )
        earlier = await stored.exact_scores_by_region(
            session, instrument=instrument, year=year - 1, kind=kind, parent=province, kinds=kinds
        )
        by_region = {each.assessment.region: each for each in scored}
        regions = await stored_region.by_code(session, by_region)
    ranks = rank_regions({code: each.score.exact for code, each in by_region.items()}, earlier)
    return [RankedScore(rank, regions[rank.region], by_region[rank.region]) for rank in ranks]


async def compare_published_scores(
    context: Context, codes: Sequence[str], *, instrument: str, year: int, kind: AssessmentKind
) -> list[tuple[Region, ScoredAssessment | None]]:
    """Return two to ten regions, each with its published score of one edition."""
    known_instrument(instrument)
    wanted = list(dict.fromkeys(codes))
    if not COMPARED_LEAST <= len(wanted) <= COMPARED_MOST:
        raise InvalidArgument(
            "codes", f"{COMPARED_LEAST} to {COMPARED_MOST} different codes", str(len(wanted))
        )
    async with context.read() as session:
        regions = await stored_region.by_code(session, wanted)
        scored = await stored.list_published_scores(
            session, regions=wanted, instrument=instrument, year=year, kind=kind
        )
    unknown = [code for code in wanted if code not in regions]
    if unknown:
        raise InvalidArgument("codes", "codes of regions", ", ".join(unknown))
    by_region = {each.assessment.region: each for each in scored}
    return [(regions[code], by_region.get(code)) for code in wanted]


async def list_province_means(
    context: Context, province: str, kind: AssessmentKind
) -> list[ProvinceMean]:
    """Return the mean index of a province's regencies and cities per edition, oldest first."""
    async with context.read() as session:
        members = await stored_region.list_member_codes(session, province, MEMBERS)
        scored = await stored.list_published_scores(session, regions=members, kind=kind)
    values: dict[tuple[str, int], list[Fraction]] = {}
    for each in scored:
        edition = (each.assessment.instrument, each.assessment.year)
        values.setdefault(edition, []).append(each.score.exact)
    return [
        ProvinceMean(
            instrument, year, kind, sum(some, Fraction()) / len(some), len(some), len(members)
        )
        for (instrument, year), some in values.items()
    ]


async def list_published_editions(context: Context, province: str | None) -> list[PublishedEdition]:
    """Return the published editions, newest first, of all regions or of a province's members."""
    async with context.read() as session:
        members = (
            None
            if province is None
            else await stored_region.list_member_codes(session, province, MEMBERS)
        )
        found = await stored.count_assessments_by_edition(session, members)
    return [PublishedEdition(*each) for each in found]


def _figures(instrument: Instrument, asked: RecordResult) -> PublishedFigures:
    value = _printed("value", asked.value, instrument)
    known = {each.number for each in instrument.domains}
    numbers = [number for number, _printed_value in asked.domains]
    if numbers and sorted(numbers) != sorted(known):
        raise InvalidInput(
            "domains",
            f"none, or each of {', '.join(map(str, sorted(known)))} once",
            ", ".join(map(str, numbers)),
        )
    labels = [each.label for each in instrument.predicates]
    if asked.predicate is not None and asked.predicate not in labels:
        raise InvalidInput("predicate", f"one of {', '.join(labels)}", repr(asked.predicate))
    return PublishedFigures(
        value=asked.value,
        predicate=asked.predicate or instrument.predicate(value).label,
        domains=tuple(
            (number, printed)
            for number, printed in sorted(asked.domains)
            if _printed(f"domains.{number}", printed, instrument) is not None
        ),
    )


def _printed(field: str, printed: str, instrument: Instrument) -> Fraction:
    whole, point, decimals = printed.partition(".")
    shaped = whole.isascii() and whole.isdigit() and len(whole) == 1 and point == "."
    if shaped and len(decimals) == 2 and decimals.isascii() and decimals.isdigit():
        value = Fraction(printed)
        if instrument.level_min <= value <= instrument.level_max:
            return value
    raise InvalidInput(
        field,
        f"a number with two decimals from {instrument.level_min}.00 to {instrument.level_max}.00",
        repr(printed),
    )
