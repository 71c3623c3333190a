"""The published results, averages and sheets that ship with Simpul."""

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
    """What was published about one region in one year by one kind of assessor."""

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
        """What was printed; domains are left out where they are not known."""
        return PublishedFigures(self.value, self.predicate, _domains(self))


class AverageRow(TableRow):
    """A published mean over many regions. Its domains are means too, each rounded by itself."""

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
        """The means of the domains that are known, by number."""
        return _domains(self)


class SheetScope(Enum):
    """What a line of a published sheet is about."""

    INDEX = "INDEX"
    DOMAIN = "DOMAIN"
    ASPECT = "ASPECT"
    INDICATOR = "INDICATOR"


class SheetLine(TableRow):
    """One line of a sheet that prints more than domains: levels are whole, the rest two places."""

    region: RegionCode
    year: WholeNumber
    instrument: InstrumentId
    kind: AssessmentKind
    scope: SheetScope
    number: WholeNumber
    value: Annotated[str, cell_matching(r"[0-9](\.[0-9]{2})?", "a level or two decimals")]


def result_rows(national: bool = False) -> tuple[ResultRow, ...]:
    """Published results, by year and region."""
    return tuple(each for each in _results() if national or in_west_java(each.region))


@cache
def average_rows() -> tuple[AverageRow, ...]:
    """Means over many regions as they were published, quoted, simulated or set as a target."""
    found = tuple(read_rows(AverageRow, "averages.csv", "year scope kind"))
    for each in found:
        _check_year(each)
    return found


@cache
def sheet_lines() -> tuple[SheetLine, ...]:
    """Published sheets with levels or aspects: Bandar Lampung, Denpasar, two aspects of Garut."""
    found = tuple(read_rows(SheetLine, "sheets.csv", "region year kind scope number"))
    for each in found:
        _check_year(each)
        if (each.scope is SheetScope.INDICATOR) is ("." in each.value):
            raise each.invalid("value", "a level for an indicator, two decimals for the rest")
    return found


@cache
def _results() -> tuple[ResultRow, ...]:
    found = tuple(read_rows(ResultRow, "results.csv", "year region instrument kind"))
    for each in found:
        _check_year(each)
        labels = {predicate.label for predicate in instrument_by_id(each.instrument).predicates}
        if each.predicate not in labels:
            raise each.invalid("predicate", f"a predicate of {each.instrument}")
    return found


def _check_year(row: ResultRow | AverageRow | SheetLine) -> None:
    instrument = instrument_by_id(row.instrument)
    if row.year < instrument.year_from or row.year > (instrument.year_to or row.year):
        raise row.invalid("year", f"a year of {row.instrument}")


def _domains(row: ResultRow | AverageRow) -> tuple[tuple[int, str], ...]:
    values = (row.domain_1, row.domain_2, row.domain_3, row.domain_4)
    return tuple((number, value) for number, value in enumerate(values, start=1) if value)
