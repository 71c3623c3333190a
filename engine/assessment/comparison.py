"""Two to ten regions side by side, part by part, against the means and the best of an edition.

One edition is one instrument, one year, one kind of assessor: nothing else is ever compared. A
part that a region does not publish stays unknown, and a mean says over how many it was taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.assessment.score import Score, ScoreBasis
from engine.model import AssessmentKind

FEWEST, MOST = 2, 10  # regions side by side


class ComparisonInvalid(ValueError):
    """Regions or editions that cannot be put side by side: expected, found."""

    def __init__(self, expected: str, found: object) -> None:
        super().__init__(f"comparison: expected {expected}, got {found}")
        self.expected = expected
        self.found = found


class PartKind(Enum):
    """What a line of a comparison is about."""

    INDEX = "INDEX"
    DOMAIN = "DOMAIN"
    ASPECT = "ASPECT"
    INDICATOR = "INDICATOR"


Part = tuple[PartKind, int]  # the index is (INDEX, 0)
INDEX: Part = (PartKind.INDEX, 0)


@dataclass(frozen=True, slots=True)
class EditionValues:
    """The values of one instrument, year and kind by region and part, as far as known."""

    instrument: str
    year: int
    kind: AssessmentKind
    values: Mapping[str, Mapping[Part, Fraction]]


class MeanBasis(Enum):
    """Where a mean comes from."""

    COMPUTED = "COMPUTED"  # from the values that are here
    PUBLISHED = "PUBLISHED"  # printed by the source, from values that are not all here


@dataclass(frozen=True, slots=True)
class GroupMean:
    """A mean, and over how many it was taken; None where a publication does not say."""

    value: Fraction
    n: int | None
    basis: MeanBasis


@dataclass(frozen=True, slots=True)
class BestValue:
    """The highest value of a group and everyone who has it."""

    value: Fraction
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a group of regions makes of one part; None: nothing is known of it."""

    mean: GroupMean | None
    best: BestValue | None


@dataclass(frozen=True, slots=True)
class ComparisonCell:
    """One region's value and how far it is from the means and the best. None: not known."""

    region: str
    value: Fraction | None
    to_province_mean: Fraction | None
    to_national_mean: Fraction | None
    to_province_best: Fraction | None
    to_national_best: Fraction | None


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """One part of the instrument across the regions."""

    part: Part
    cells: tuple[ComparisonCell, ...]  # in the order asked for
    leaders: tuple[str, ...]  # of the regions side by side
    province: Reference
    national: Reference


@dataclass(frozen=True, slots=True)
class Comparison:
    """The lines that at least one of the regions has a value for, from the index down."""

    instrument: str
    year: int
    kind: AssessmentKind
    regions: tuple[str, ...]
    lines: tuple[ComparisonLine, ...]
    unknown: tuple[str, ...]  # regions without any value in this edition


@dataclass(frozen=True, slots=True)
class IndexMove:
    """How a region's index moved between two editions, and which domains moved it."""

    region: str
    before: Fraction
    after: Fraction
    change: Fraction
    domains: Mapping[int, Fraction]  # change by domain; those known in both years


def parts_of(score: Score, levels: Mapping[int, int] | None = None) -> dict[Part, Fraction]:
    """The values of one region from its score, and from its levels where it has claimed them.

    An incomplete score counts what is not claimed at the lowest level, so it is no value yet.

    Raises:
        ComparisonInvalid: the score is incomplete.
    """
    if not score.complete:
        raise ComparisonInvalid(f"{score.of} claimed levels", score.claimed)
    values = {INDEX: score.exact}
    values |= {(PartKind.DOMAIN, each.number): each.exact for each in score.domains}
    if score.basis is ScoreBasis.LEVELS:
        values |= {(PartKind.ASPECT, each.number): each.exact for each in score.aspects}
    for number, level in (levels or {}).items():
        values[PartKind.INDICATOR, number] = Fraction(level)
    return values


def region_comparison(
    instrument: Instrument,
    edition: EditionValues,
    regions: Sequence[str],
    province: Collection[str],
    nation: Collection[str],
    published: Mapping[Part, Fraction] | None = None,
) -> Comparison:
    """The regions side by side, each against the `province` and the `nation`, given as codes.

    `published` are national means that the source prints. They stand where fewer values are here
    than the nation has members; else the mean is computed, so that it can be traced.

    Raises:
        ComparisonInvalid: fewer than two, more than ten, or the same region twice; or an edition
            of another instrument.
    """
    if edition.instrument != instrument.id:
        raise ComparisonInvalid(instrument.id, edition.instrument)
    if not FEWEST <= len(regions) <= MOST or len(set(regions)) < len(regions):
        raise ComparisonInvalid(f"{FEWEST} to {MOST} different regions", ", ".join(regions))
    lines = []
    for part in _parts(instrument):
        values = {code: known[part] for code, known in edition.values.items() if part in known}
        if not any(region in values for region in regions):
            continue
        own = _reference(values, province, None)
        national = _reference(values, nation, (published or {}).get(part))
        best = _best({code: value for code, value in values.items() if code in regions})
        cells = tuple(_cell(region, values.get(region), own, national) for region in regions)
        lines.append(ComparisonLine(part, cells, best.regions if best else (), own, national))
    return Comparison(
        instrument=instrument.id,
        year=edition.year,
        kind=edition.kind,
        regions=tuple(regions),
        lines=tuple(lines),
        unknown=tuple(region for region in regions if not edition.values.get(region)),
    )


def index_movers(before: EditionValues, after: EditionValues) -> tuple[IndexMove, ...]:
    """Every region that both editions know, the largest rise first and the largest fall last.

    Raises:
        ComparisonInvalid: editions of two instruments or two kinds.
    """
    if (before.instrument, before.kind) != (after.instrument, after.kind):
        expected = f"{before.instrument} {before.kind.value}"
        raise ComparisonInvalid(expected, f"{after.instrument} {after.kind.value}")
    moves = []
    for region, now in after.values.items():
        then = before.values.get(region, {})
        if INDEX not in now or INDEX not in then:
            continue
        domains = {
            number: now[kind, number] - value
            for (kind, number), value in sorted(then.items(), key=lambda each: each[0][1])
            if kind is PartKind.DOMAIN and (kind, number) in now
        }
        change = now[INDEX] - then[INDEX]
        moves.append(IndexMove(region, then[INDEX], now[INDEX], change, domains))
    return tuple(sorted(moves, key=lambda move: (-move.change, move.region)))


def _parts(instrument: Instrument) -> list[Part]:
    return [
        INDEX,
        *((PartKind.DOMAIN, each.number) for each in instrument.domains),
        *((PartKind.ASPECT, each.number) for each in instrument.aspects),
        *((PartKind.INDICATOR, each.number) for each in instrument.indicators),
    ]


def _reference(
    values: Mapping[str, Fraction], group: Collection[str], published: Fraction | None
) -> Reference:
    within = {code: values[code] for code in group if code in values}
    mean = None
    if published is not None and len(within) < len(group):
        mean = GroupMean(published, None, MeanBasis.PUBLISHED)
    elif within:
        total = sum(within.values(), Fraction())
        mean = GroupMean(total / len(within), len(within), MeanBasis.COMPUTED)
    return Reference(mean, _best(within))


def _best(values: Mapping[str, Fraction]) -> BestValue | None:
    if not values:
        return None
    best = max(values.values())
    return BestValue(best, tuple(sorted(code for code, value in values.items() if value == best)))


def _cell(
    region: str, value: Fraction | None, province: Reference, national: Reference
) -> ComparisonCell:
    def less(other: GroupMean | BestValue | None) -> Fraction | None:
        return None if value is None or other is None else value - other.value

    return ComparisonCell(
        region=region,
        value=value,
        to_province_mean=less(province.mean),
        to_national_mean=less(national.mean),
        to_province_best=less(province.best),
        to_national_best=less(national.best),
    )
