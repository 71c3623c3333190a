"""The published results, averages and sheets that ship with Simpul."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from engine.model import AssessmentKind, Provenance, PublishedFigures
from facts.instrument import instrument_catalogue
from facts.region import in_west_java, region_code
from facts.row import Row, rows


@dataclass(frozen=True, slots=True)
class Result:
    """What was published about one region in one year by one kind of assessor."""

    region: str
    instrument: str
    year: int
    kind: AssessmentKind
    figures: PublishedFigures
    provenance: Provenance


class Scope(Enum):
    """The regions that an average is taken over."""

    NATIONAL = "NATIONAL"  # all local governments and central agencies
    LOCAL_GOVERNMENTS = "LOCAL_GOVERNMENTS"
    PROVINCES = "PROVINCES"
    REGENCIES = "REGENCIES"
    CITIES = "CITIES"
    WEST_JAVA = "WEST_JAVA"  # its 27 regencies and cities
    WEST_JAVA_PILOTS = "WEST_JAVA_PILOTS"
    PILOTS = "PILOTS"


class AverageKind(Enum):
    """Whose average it is; QUOTED was said or written by somebody else than the assessor."""

    OFFICIAL = "OFFICIAL"
    QUOTED = "QUOTED"
    SIMULATION = "SIMULATION"
    TARGET = "TARGET"


@dataclass(frozen=True, slots=True)
class Average:
    """A published mean over many regions. Its domains are means too, each rounded by itself."""

    scope: Scope
    instrument: str
    year: int
    kind: AverageKind
    value: str
    domains: tuple[tuple[int, str], ...]
    provenance: Provenance


class SheetScope(Enum):
    """What a line of a published sheet is about."""

    INDEX = "INDEX"
    DOMAIN = "DOMAIN"
    ASPECT = "ASPECT"
    INDICATOR = "INDICATOR"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a sheet that prints more than domains: levels are whole, the rest two places."""

    region: str
    instrument: str
    year: int
    kind: AssessmentKind
    scope: SheetScope
    number: int
    value: str
    provenance: Provenance


def results(national: bool = False) -> tuple[Result, ...]:
    """Published results, by year and region."""
    return tuple(each for each in _results() if national or in_west_java(each.region))


@cache
def averages() -> tuple[Average, ...]:
    """Means over many regions as they were published, quoted, simulated or set as a target."""
    columns = "year scope instrument kind value domain_1 domain_2 domain_3 domain_4"
    return tuple(
        Average(
            scope=row.choice("scope", Scope),
            instrument=_instrument(row),
            year=row.whole("year"),
            kind=row.choice("kind", AverageKind),
            value=row.figure("value"),
            domains=_domains(row),
            provenance=row.provenance(),
        )
        for row in rows("averages.csv", columns, "year scope kind")
    )


@cache
def sheet_lines() -> tuple[SheetLine, ...]:
    """Published sheets with levels or aspects: Bandar Lampung, Denpasar, two aspects of Garut."""
    columns = "region year instrument kind scope number value"
    lines = []
    for row in rows("sheets.csv", columns, "region year kind scope number"):
        scope = row.choice("scope", SheetScope)
        value = str(row.whole("value")) if scope is SheetScope.INDICATOR else row.figure("value")
        lines.append(
            SheetLine(
                region=region_code(row),
                instrument=_instrument(row),
                year=row.whole("year"),
                kind=row.choice("kind", AssessmentKind),
                scope=scope,
                number=row.whole("number"),
                value=value,
                provenance=row.provenance(),
            )
        )
    return tuple(lines)


@cache
def _results() -> tuple[Result, ...]:
    columns = "year region instrument kind value predicate domain_1 domain_2 domain_3 domain_4"
    labels = {
        id: {each.label for each in instrument.predicates}
        for id, instrument in instrument_catalogue().items()
    }
    found = []
    for row in rows("results.csv", columns, "year region instrument kind"):
        instrument, predicate = _instrument(row), row.text("predicate")
        if predicate not in labels[instrument]:
            raise row.wrong("predicate", f"a predicate of {instrument}")
        found.append(
            Result(
                region=region_code(row),
                instrument=instrument,
                year=row.whole("year"),
                kind=row.choice("kind", AssessmentKind),
                figures=PublishedFigures(row.figure("value"), predicate, _domains(row)),
                provenance=row.provenance(),
            )
        )
    return tuple(found)


def _instrument(row: Row) -> str:
    id = row.text("instrument")
    instrument = instrument_catalogue().get(id)
    if instrument is None:
        raise row.wrong("instrument", "one of " + ", ".join(instrument_catalogue()))
    year = row.whole("year")
    if year < instrument.year_from or year > (instrument.year_to or year):
        raise row.wrong("year", f"a year of {id}")
    return id


def _domains(row: Row) -> tuple[tuple[int, str], ...]:
    return tuple(
        (number, row.figure(f"domain_{number}"))
        for number in range(1, 5)
        if row.optional(f"domain_{number}")
    )
