"""Reads published results of the whole country: those shipped and those recorded here.

An instance of one province records few results, but base rates, peers and national means need many.
A recorded result takes precedence over a shipped one. A replay uses only the results it has played.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from engine.assessment.average import AverageScope
from engine.assessment.score import Score, ScoreBasis, score_published_figures
from engine.document import parse_document
from engine.model import AssessmentKind, Region, RegionKind
from facts import tables
from facts.instrument import instrument_by_id
from facts.tables import AverageRow, SheetScope
from resolvers.context import Context
from resolvers.result import MEMBER_KINDS
from storage import assessment as stored
from storage.access import PUBLISHED_ONLY

Editions = Mapping[int, Mapping[str, Score]]  # by year and region


async def load_published_scores(
    context: Context, instrument: str, kind: AssessmentKind, year: int | None = None
) -> Editions:
    """Return the complete published scores of one instrument and kind."""
    recorded_scores = await context.loaders.score_texts.load((instrument, kind, year))

    def merge_scores() -> Editions:
        shipped_scores = {} if context.instance.replay else _shipped_scores(instrument, kind)
        scores_by_year = {
            edition_year: dict(scores)
            for edition_year, scores in shipped_scores.items()
            if year in (None, edition_year)
        }
        for edition_year, region, text in recorded_scores.rows:
            score = parse_document(Score, text)
            if score.is_complete:
                scores_by_year.setdefault(edition_year, {})[region] = score
        return scores_by_year

    key = ("published scores", instrument, kind, year, recorded_scores.digest)
    return await context.instance.result_cache.find_or_compute(key, merge_scores)


async def recorded_or_shipped_regions(
    context: Context, codes: Collection[str]
) -> dict[str, Region]:
    """Return the regions with these codes, as recorded here, else as shipped."""
    recorded_regions = await context.loaders.region_sets.load(frozenset(codes))
    shipped_regions = await asyncio.to_thread(_shipped_regions)
    return {
        code: shipped_regions[code] for code in codes if code in shipped_regions
    } | recorded_regions


async def published_levels(
    context: Context, instrument: str, years: Collection[int], codes: Sequence[str]
) -> dict[tuple[str, int], dict[int, int]]:
    """Return the published official levels, by region and year; most regions publish none."""
    async with context.read() as session:
        scored_assessments = await stored.list_published_scores(
            session, regions=codes, instrument=instrument, kind=AssessmentKind.OFFICIAL
        )
        ids = [
            scored.assessment.id
            for scored in scored_assessments
            if scored.assessment.year in years and scored.score.basis is ScoreBasis.LEVELS
        ]
        assessments = await stored.assessments_by_id(session, ids, PUBLISHED_ONLY)
    levels: dict[tuple[str, int], dict[int, int]] = {}
    for line in () if context.instance.replay else tables.sheet_lines():
        if (line.instrument, line.kind) != (instrument, AssessmentKind.OFFICIAL):
            continue
        if line.scope is SheetScope.INDICATOR and line.region in codes and line.year in years:
            levels.setdefault((line.region, line.year), {})[line.number] = int(line.value)
    for assessment, _score in assessments.values():
        claimed_levels = {claim.indicator: claim.level for claim in assessment.levels}
        levels[assessment.region, assessment.year] = claimed_levels
    return levels


def list_published_averages(
    scope: AverageScope | None = None, year: int | None = None
) -> list[AverageRow]:
    """Return the shipped means over many regions, oldest first; None does not filter."""
    return [
        row
        for row in tables.average_rows()
        if scope in (None, row.scope) and year in (None, row.year)
    ]


def printed_aspects(context: Context, instrument: str, year: int, code: str) -> dict[int, Fraction]:
    """Return the official aspect values of a region's sheet; most regions have none."""
    return {
        line.number: Fraction(line.value)
        for line in (() if context.instance.replay else tables.sheet_lines())
        if (line.region, line.year, line.instrument) == (code, year, instrument)
        and (line.kind, line.scope) == (AssessmentKind.OFFICIAL, SheetScope.ASPECT)
    }


def comparable_kinds(kind: RegionKind) -> tuple[RegionKind, ...]:
    """Return the kinds that a region is compared with: regencies and cities form one group."""
    return MEMBER_KINDS if kind in MEMBER_KINDS else (kind,)


def local_governments() -> frozenset[str]:
    """Return the codes of all provinces, regencies and cities of the country."""
    return frozenset(
        code
        for code, region in _shipped_regions().items()
        if region.kind is not RegionKind.CENTRAL_AGENCY
    )


@cache
def _shipped_scores(instrument: str, kind: AssessmentKind) -> Editions:
    scores_by_year: dict[int, dict[str, Score]] = {}
    for row in tables.result_rows(national=True):
        if (row.instrument, row.kind) == (instrument, kind):
            score = score_published_figures(instrument_by_id(instrument), row.figures)
            scores_by_year.setdefault(row.year, {})[row.region] = score
    return MappingProxyType(scores_by_year)


@cache
def _shipped_regions() -> Mapping[str, Region]:
    return MappingProxyType(
        {region.code: region for region in tables.region_catalogue(national=True)}
    )
