"""Reads the published results, averages (also quoted and target ones) and result sheets."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Annotated

from engine.assessment.average import AverageKind, AverageScope
from engine.model import AssessmentKind, PublishedFigures
from facts.instrument import instrument_by_id
from facts.reference import InstrumentId, RegionCode
from facts.region import in_west_java
from facts.row import Figure, TableRow, WholeNumber, cell_matching, read_rows


class ResultRow(TableRow):
    """A published result of one region, year, instrument and kind of assessment."""

    year: WholeNumber
    region: RegionCode
    instrument: InstrumentId
    kind: AssessmentKind
    value: Figure
    predicate: str
    domain_1: Figure | None = None
    domain_2: Figure | None = None
    domain_3: Figure | None = None
    domain_4: Figure | None = None

    @property
    def figures(self) -> PublishedFigures:
        """The printed figures; unknown domains are left out."""
        return PublishedFigures(self.value, self.predicate, _known_domains(self))


class AverageRow(TableRow):
    """A published mean over many regions. Its domains are means too, each rounded separately."""

    year: WholeNumber
    scope: AverageScope
    instrument: InstrumentId
    kind: AverageKind
    value: Figure
    domain_1: Figure | None = None
    domain_2: Figure | None = None
    domain_3: Figure | None = None
    domain_4: Figure | None = None

    @property
    def domains(self) -> tuple[tuple[int, str], ...]:
        """The known means of domains, as pairs of number and value."""
        return _known_domains(self)


class SheetScope(Enum):
    """The level of detail of a line in a published sheet."""

    INDEX = "INDEX"
    DOMAIN = "DOMAIN"
    ASPECT = "ASPECT"
    INDICATOR = "INDICATOR"


class SheetLine(TableRow):
    """A line of a published sheet: a whole level of an indicator, or a value with two decimals."""

    region: RegionCode
    year: WholeNumber
    instrument: InstrumentId
    kind: AssessmentKind
    scope: SheetScope
    number: WholeNumber
    value: Annotated[str, cell_matching(r"[0-9](\.[0-9]{2})?", "a level or two decimals")]


def result_rows(national: bool = False) -> tuple[ResultRow, ...]:
    """Return the published results of West Java, or of all regions, by year and region."""
    return tuple(row for row in _all_results() if national or in_west_java(row.region))


@cache
def average_rows() -> tuple[AverageRow, ...]:
    """Return means over many regions that were published, quoted, simulated or set as a target."""
    rows = tuple(read_rows(AverageRow, "averages.csv", "year scope kind"))
    for row in rows:
        _check_year(row)
    return rows


@cache
def sheet_lines() -> tuple[SheetLine, ...]:
    """Return the lines of published sheets: Bandar Lampung, Denpasar and two aspects of Garut."""
    lines = tuple(read_rows(SheetLine, "sheets.csv", "region year kind scope number"))
    for line in lines:
        _check_year(line)
        if (line.scope is SheetScope.INDICATOR) is ("." in line.value):
            raise line.invalid("value", "a level for an indicator, two decimals for the rest")
    return lines


@cache
def _all_results() -> tuple[ResultRow, ...]:
    rows = tuple(read_rows(ResultRow, "results.csv", "year region instrument kind"))
    for row in rows:
        _check_year(row)
        labels = {predicate.label for predicate in instrument_by_id(row.instrument).predicates}
        if row.predicate not in labels:
            raise row.invalid("predicate", f"a predicate of {row.instrument}")
    return rows


def _check_year(row: ResultRow | AverageRow | SheetLine) -> None:
    instrument = instrument_by_id(row.instrument)
    if row.year < instrument.year_from or row.year > (instrument.year_to or row.year):
        raise row.invalid("year", f"a year of {row.instrument}")


def _known_domains(row: ResultRow | AverageRow) -> tuple[tuple[int, str], ...]:
    values = (row.domain_1, row.domain_2, row.domain_3, row.domain_4)
    return tuple((number, value) for number, value in enumerate(values, start=1) if value)
