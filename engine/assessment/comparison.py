"""Compares two to ten regions part by part, with the means and the best values of an edition.

An edition is one instrument, one year and one kind of assessor. Values of different editions are
never compared. A part that a region does not publish stays unknown, and a mean states how many
values it was computed from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.assessment.score import Score, ScoreBasis
from engine.model import AssessmentKind

REGIONS_LEAST, REGIONS_MOST = 2, 10  # in one comparison


class ComparisonInvalid(ValueError):
    """The regions or editions cannot be compared; `expected` and `found` give the reason."""

    def __init__(self, expected: str, found: object) -> None:
        super().__init__(f"comparison: expected {expected}, got {found}")
        self.expected = expected
        self.found = found


class ComparedPartKind(Enum):
    """The kind of part that a line of a comparison shows."""

    INDEX = "INDEX"
    DOMAIN = "DOMAIN"
    ASPECT = "ASPECT"
    INDICATOR = "INDICATOR"


Part = tuple[ComparedPartKind, int]  # the index is (INDEX, 0)
INDEX: Part = (ComparedPartKind.INDEX, 0)


@dataclass(frozen=True, slots=True)
class EditionValues:
    """The known values of one instrument, year and kind of assessment, by region and part."""

    instrument: str
    year: int
    kind: AssessmentKind
    values: Mapping[str, Mapping[Part, Fraction]]


class MeanBasis(Enum):
    """The origin of a mean."""

    COMPUTED = "COMPUTED"  # from the values in this database
    PUBLISHED = "PUBLISHED"  # printed by the source; this database lacks some of the values


@dataclass(frozen=True, slots=True)
class ComparisonMean:
    """A mean, and the number of values in it.

    `sample_size` is None where a publication does not state it.
    """

    value: Fraction
    sample_size: int | None
    basis: MeanBasis


@dataclass(frozen=True, slots=True)
class ComparisonBest:
    """The highest value of a group, and all regions that have it."""

    value: Fraction
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparisonReference:
    """The mean and the best value of one part in a group of regions; None means unknown."""

    mean: ComparisonMean | None
    best: ComparisonBest | None


@dataclass(frozen=True, slots=True)
class ComparisonCell:
    """One region's value and its differences from the means and bests; None means unknown."""

    region: str
    value: Fraction | None
    difference_from_province_mean: Fraction | None
    difference_from_national_mean: Fraction | None
    difference_from_province_best: Fraction | None
    difference_from_national_best: Fraction | None


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """One part of the instrument across the regions."""

    part: Part
    cells: tuple[ComparisonCell, ...]  # in the requested order
    leaders: tuple[str, ...]  # the best of the compared regions
    province: ComparisonReference
    national: ComparisonReference


@dataclass(frozen=True, slots=True)
class Comparison:
    """The lines for which at least one compared region has a value, from the index down."""

    instrument: str
    year: int
    kind: AssessmentKind
    regions: tuple[str, ...]
    lines: tuple[ComparisonLine, ...]
    unknown: tuple[str, ...]  # regions without any value in this edition


@dataclass(frozen=True, slots=True)
class IndexMove:
    """The change of a region's index between two editions, with the change of each domain."""

    region: str
    before: Fraction
    after: Fraction
    change: Fraction
    domains: Mapping[int, Fraction]  # change by domain, for the domains known in both years


def part_values(score: Score, levels: Mapping[int, int] | None = None) -> dict[Part, Fraction]:
    """Return the values of one region from its score, and from its claimed levels if passed.

    An incomplete score counts unclaimed indicators at the lowest level, so it cannot be compared.

    Raises:
        ComparisonInvalid: the score is incomplete.
    """
    if not score.is_complete:
        raise ComparisonInvalid(f"{score.of} claimed levels", score.claimed)
    values = {INDEX: score.exact}
    values |= {(ComparedPartKind.DOMAIN, domain.number): domain.exact for domain in score.domains}
    if score.basis is ScoreBasis.LEVELS:
        values |= {
            (ComparedPartKind.ASPECT, aspect.number): aspect.exact for aspect in score.aspects
        }
    for number, level in (levels or {}).items():
        values[ComparedPartKind.INDICATOR, number] = Fraction(level)
    return values


def compare_regions(
    instrument: Instrument,
    edition: EditionValues,
    regions: Sequence[str],
    province: Collection[str],
    nation: Collection[str],
    published: Mapping[Part, Fraction] | None = None,
) -> Comparison:
    """Compare regions with each other, and with the `province` and the `nation` (region codes).

    `published` holds the national means that the source prints. A published mean is used where
    `edition` lacks values of some members of the nation. Otherwise the mean is computed, so that
    it can be traced to its values.

    Raises:
        ComparisonInvalid: there are fewer than two or more than ten regions, a region occurs
            twice, or the edition is of another instrument.
    """
    if edition.instrument != instrument.id:
        raise ComparisonInvalid(instrument.id, edition.instrument)
    if not REGIONS_LEAST <= len(regions) <= REGIONS_MOST or len(set(regions)) < len(regions):
        raise ComparisonInvalid(
            f"{REGIONS_LEAST} to {REGIONS_MOST} different regions", ", ".join(regions)
        )
    lines = []
    for part in _instrument_parts(instrument):
        values = {
            code: region_values[part]
            for code, region_values in edition.values.items()
            if part in region_values
        }
        if not any(region in values for region in regions):
            continue
        province_reference = _reference(values, province, None)
        national_reference = _reference(values, nation, (published or {}).get(part))
        best = _best_value({code: value for code, value in values.items() if code in regions})
        cells = tuple(
            _comparison_cell(region, values.get(region), province_reference, national_reference)
            for region in regions
        )
        lines.append(
            ComparisonLine(
                part, cells, best.regions if best else (), province_reference, national_reference
            )
        )
    return Comparison(
        instrument=instrument.id,
        year=edition.year,
        kind=edition.kind,
        regions=tuple(regions),
        lines=tuple(lines),
        unknown=tuple(region for region in regions if not edition.values.get(region)),
    )


def list_index_moves(before: EditionValues, after: EditionValues) -> tuple[IndexMove, ...]:
    """Return the index change of every region in both editions, the largest rise first.

    Raises:
        ComparisonInvalid: the editions differ in instrument or kind.
    """
    if (before.instrument, before.kind) != (after.instrument, after.kind):
        expected = f"{before.instrument} {before.kind.value}"
        raise ComparisonInvalid(expected, f"{after.instrument} {after.kind.value}")
    moves = []
    for region, values_after in after.values.items():
        values_before = before.values.get(region, {})
        if INDEX not in values_after or INDEX not in values_before:
            continue
        domains = {
            number: values_after[kind, number] - value
            for (kind, number), value in sorted(values_before.items(), key=lambda item: item[0][1])
            if kind is ComparedPartKind.DOMAIN and (kind, number) in values_after
        }
        change = values_after[INDEX] - values_before[INDEX]
        moves.append(IndexMove(region, values_before[INDEX], values_after[INDEX], change, domains))
    return tuple(sorted(moves, key=lambda move: (-move.change, move.region)))


def _instrument_parts(instrument: Instrument) -> list[Part]:
    return [
        INDEX,
        *((ComparedPartKind.DOMAIN, domain.number) for domain in instrument.domains),
        *((ComparedPartKind.ASPECT, aspect.number) for aspect in instrument.aspects),
        *((ComparedPartKind.INDICATOR, indicator.number) for indicator in instrument.indicators),
    ]


def _reference(
    values: Mapping[str, Fraction], group: Collection[str], published: Fraction | None
) -> ComparisonReference:
    group_values = {code: values[code] for code in group if code in values}
    mean = None
    if published is not None and len(group_values) < len(group):
        mean = ComparisonMean(published, None, MeanBasis.PUBLISHED)
    elif group_values:
        total = sum(group_values.values(), Fraction())
        mean = ComparisonMean(total / len(group_values), len(group_values), MeanBasis.COMPUTED)
    return ComparisonReference(mean, _best_value(group_values))


def _best_value(values: Mapping[str, Fraction]) -> ComparisonBest | None:
    if not values:
        return None
    best = max(values.values())
    return ComparisonBest(
        best, tuple(sorted(code for code, value in values.items() if value == best))
    )


def _comparison_cell(
    region: str,
    value: Fraction | None,
    province: ComparisonReference,
    national: ComparisonReference,
) -> ComparisonCell:
    def difference(reference_value: ComparisonMean | ComparisonBest | None) -> Fraction | None:
        return None if value is None or reference_value is None else value - reference_value.value

    return ComparisonCell(
        region=region,
        value=value,
        difference_from_province_mean=difference(province.mean),
        difference_from_national_mean=difference(national.mean),
        difference_from_province_best=difference(province.best),
        difference_from_national_best=difference(national.best),
    )
