"""Published figures of the whole country: what ships with the program and what is recorded here.

An instance of one province holds few results, but base rates, peers and national means rest on
many. What is recorded here goes before what ships. A replay knows only what it has played.
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
    """The complete published scores of one instrument and kind."""
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
    """The regions with these codes, as recorded here, else as they ship."""
    async with context.read() as session:
        recorded = await stored_region.by_code(session, codes)
    shipped = await asyncio.to_thread(_shipped_regions)
    return {code: shipped[code] for code in codes if code in shipped} | recorded


async def published_levels(
    context: Context, instrument: str, years: Collection[int], codes: Sequence[str]
) -> dict[tuple[str, int], dict[int, int]]:
    """The official levels that are published, by region and year; of most regions there are none."""
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
    """The means over many regions that ship, oldest first; all of them where nothing is given."""
    return [
        each
        for each in tables.average_rows()
        if scope in (None, each.scope) and year in (None, each.year)
    ]


def printed_aspects(context: Context, instrument: str, year: int, code: str) -> dict[int, Fraction]:
    """The official aspect values that a sheet prints; of most regions there are none."""
    return {
        line.number: Fraction(line.value)
        for line in (() if context.instance.replay else tables.sheet_lines())
        if (line.region, line.year, line.instrument) == (code, year, instrument)
        and (line.kind, line.scope) == (AssessmentKind.OFFICIAL, SheetScope.ASPECT)
    }


def comparable_kinds(kind: RegionKind) -> tuple[RegionKind, ...]:
    """The kinds of region that one of this kind is compared with: regencies and cities together."""
    return MEMBERS if kind in MEMBERS else (kind,)


def local_governments() -> frozenset[str]:
    """The codes of all provinces, regencies and cities of the country."""
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
