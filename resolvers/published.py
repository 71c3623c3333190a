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
from engine.assessment.score import Score, ScoreBasis, from_published
from engine.document import value_in
from engine.model import AssessmentKind, Region, RegionKind
from facts import tables
from facts.instrument import instrument_by_id
from facts.tables import AverageRow, SheetScope
from resolvers.context import Context
from resolvers.result import MEMBERS
from storage import assessment as stored
from storage import region as stored_region
from storage.access import PUBLISHED_ONLY

Editions = Mapping[int, Mapping[str, Score]]  # by year and region


async def load_published_scores(
    context: Context, instrument: str, kind: AssessmentKind, year: int | None = None
) -> Editions:
    """Return the complete published scores of one instrument and kind."""
    async with context.read() as session:
        recorded = await stored.score_texts(session, instrument=instrument, kind=kind, year=year)

    def read() -> Editions:
        shipped = {} if context.instance.replay else _shipped(instrument, kind)
        found = {each: dict(scores) for each, scores in shipped.items() if year in (None, each)}
        for of, region, text in recorded:
            score = value_in(Score, text)
            if score.complete:
                found.setdefault(of, {})[region] = score
        return found

    return await asyncio.to_thread(read)


async def recorded_or_shipped_regions(
    context: Context, codes: Collection[str]
) -> dict[str, Region]:
    """Return the regions with these codes, as recorded here, else as shipped."""
    async with context.read() as session:
        recorded = await stored_region.by_code(session, codes)
    shipped = await asyncio.to_thread(_shipped_regions)
    return {code: shipped[code] for code in codes if code in shipped} | recorded


async def published_levels(
    context: Context, instrument: str, years: Collection[int], codes: Sequence[str]
) -> dict[tuple[str, int], dict[int, int]]:
    """Return the published official levels, by region and year; most regions publish none."""
    async with context.read() as session:
        scored = await stored.list_published_scores(
            session, regions=codes, instrument=instrument, kind=AssessmentKind.OFFICIAL
        )
        ids = [
            each.assessment.id
            for each in scored
            if each.assessment.year in years and each.score.basis is ScoreBasis.LEVELS
        ]
        whole = await stored.assessments_by_id(session, ids, PUBLISHED_ONLY)
    found: dict[tuple[str, int], dict[int, int]] = {}
    for line in () if context.instance.replay else tables.sheet_lines():
        if (line.instrument, line.kind) != (instrument, AssessmentKind.OFFICIAL):
            continue
        if line.scope is SheetScope.INDICATOR and line.region in codes and line.year in years:
            found.setdefault((line.region, line.year), {})[line.number] = int(line.value)
    for assessment, _score in whole.values():
        claimed = {each.indicator: each.level for each in assessment.levels}
        found[assessment.region, assessment.year] = claimed
    return found


def list_published_averages(
    scope: AverageScope | None = None, year: int | None = None
) -> list[AverageRow]:
    """Return the shipped means over many regions, oldest first; None does not filter."""
    return [
        each
        for each in tables.average_rows()
        if scope in (None, each.scope) and year in (None, each.year)
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
    return MEMBERS if kind in MEMBERS else (kind,)


def local_governments() -> frozenset[str]:
    """Return the codes of all provinces, regencies and cities of the country."""
    return frozenset(
        code
        for code, region in _shipped_regions().items()
        if region.kind is not RegionKind.CENTRAL_AGENCY
    )


@cache
def _shipped(instrument: str, kind: AssessmentKind) -> Editions:
    found: dict[int, dict[str, Score]] = {}
    for each in tables.result_rows(national=True):
        if (each.instrument, each.kind) == (instrument, kind):
            score = from_published(instrument_by_id(instrument), each.figures)
            found.setdefault(each.year, {})[each.region] = score
    return MappingProxyType(found)


@cache
def _shipped_regions() -> Mapping[str, Region]:
    return MappingProxyType({each.code: each for each in tables.region_catalogue(national=True)})
