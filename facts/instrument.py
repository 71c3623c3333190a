"""The instruments that ship with Simpul; each is read from its document and validated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from pydantic import Field

from engine.assessment.instrument import Aspect, Indicator, Instrument, InstrumentStatus
from engine.decimals import format_exact
from engine.document import from_document
from facts.document import FactDocument, NonEmpty, PositiveFraction, document_text, parse_document
from facts.validation import FactInvalid, expect_equal, expect_one_of

IDS = ("spbe-2018", "spbe-2020", "pemdi-2026")  # oldest first


# The engine class of the same name documents the keys of a document.
class _Level(FactDocument):
    number: int
    name: str
    rule: str = ""


class _Scale(FactDocument):
    id: str
    name: str
    levels: NonEmpty[_Level]


class _Predicate(FactDocument):
    label: str
    minimum: PositiveFraction | None


class _Domain(FactDocument):
    number: int
    name: str
    weight: PositiveFraction


class _Aspect(_Domain):
    domain: int | None = None


class _IntegrationNeed(FactDocument):
    kind: str
    from_level: int
    needs_link: bool
    partners: tuple[int, ...] = ()
    requirement: str
    evidence: str


class _Indicator(FactDocument):
    number: int
    code: str
    name: str
    aspect: int
    weight: PositiveFraction
    scale: str
    criteria: tuple[str, ...] = ()
    integration: _IntegrationNeed | None = None
    all_opds_from: int | None = None
    review_from: int | None = None
    predecessors: tuple[str, ...] = ()
    note: str = ""


class _Years(FactDocument):
    first: int = Field(alias="from")
    last: int | None = Field(alias="to")


class _Instrument(FactDocument):
    id: str
    name: str
    legal_basis: str
    status: InstrumentStatus
    status_note: str
    years: _Years
    scales: NonEmpty[_Scale]
    predicates: NonEmpty[_Predicate]
    domains: NonEmpty[_Domain] | None = None  # None: aspects are the top-level parts
    aspects: NonEmpty[_Aspect]
    indicators: NonEmpty[_Indicator]
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@cache
def instrument_catalogue() -> Mapping[str, Instrument]:
    """Return all instruments by id, oldest first."""
    return MappingProxyType({id: _read_instrument(id) for id in IDS})


def instrument_by_id(id: str) -> Instrument:
    """Return the instrument with this id.

    Raises:
        KeyError: there is no such instrument.
    """
    return instrument_catalogue()[id]


def instrument_in_year(year: int) -> Instrument | None:
    """Return the instrument of the official assessments of a year; None if there is none."""
    for instrument in instrument_catalogue().values():
        if instrument.year_from <= year and (
            instrument.year_to is None or year <= instrument.year_to
        ):
            return instrument
    return None


def parse_instrument(text: str, file: str = "instrument") -> Instrument:
    """Parse an instrument and validate its references and weights.

    An instrument without domains (Pemdi) gets one domain for each aspect, with the same number,
    name and weight, because its aspects are the top-level parts of its index.

    Raises:
        FactInvalid: the document has another shape, or a reference or weight is wrong.
    """
    document = parse_document(_Instrument, text, file)
    values = document.model_dump(exclude={"years"})
    if document.domains is None:
        values["domains"] = values["aspects"]
        values["aspects"] = [aspect | {"domain": aspect["number"]} for aspect in values["aspects"]]
    for index, aspect in enumerate(values["aspects"]):
        if aspect["domain"] is None:
            raise FactInvalid(file, f"aspects[{index}].domain", "a whole number", None)
    levels = document.scales[0].levels
    values["level_min"], values["level_max"] = levels[0].number, levels[-1].number
    values["year_from"], values["year_to"] = document.years.first, document.years.last
    instrument = from_document(Instrument, values)
    _check_references(instrument, file)
    _check_weights(instrument, file)
    return instrument


def _read_instrument(id: str) -> Instrument:
    file = f"{id}.json"
    return parse_instrument(document_text("instruments", file), file)


def _check_references(instrument: Instrument, file: str) -> None:
    """Check that numbers run from 1, levels are contiguous and covered, and references resolve."""
    lowest, highest = instrument.level_min, instrument.level_max
    for part, numbers in (
        ("aspects", [aspect.number for aspect in instrument.aspects]),
        ("domains", [domain.number for domain in instrument.domains]),
        ("indicators", [indicator.number for indicator in instrument.indicators]),
    ):
        expect_equal(file, f"{part}.number", list(range(1, len(numbers) + 1)), numbers)
    codes = Counter(indicator.code for indicator in instrument.indicators)
    duplicates = [code for code, count in codes.items() if count > 1]
    if duplicates:
        raise FactInvalid(file, "indicators.code", "each code once", ", ".join(duplicates))

    scales = {scale.id: [level.number for level in scale.levels] for scale in instrument.scales}
    for scale, numbers in scales.items():
        expect_equal(file, f"scales {scale}", list(range(lowest, highest + 1)), numbers)

    minimums = [predicate.minimum for predicate in instrument.predicates]
    bounds = [
        minimum for minimum in minimums[:-1] if minimum is not None and lowest < minimum <= highest
    ]
    is_falling = bounds == sorted(set(bounds), reverse=True)
    if minimums[-1] is not None or len(bounds) < len(minimums) - 1 or not is_falling:
        expected = f"falling minimums from {highest} to above {lowest}, then null"
        received = ", ".join(
            "null" if minimum is None else format_exact(minimum) for minimum in minimums
        )
        raise FactInvalid(file, "predicates", expected, received)

    aspects = {aspect.number for aspect in instrument.aspects}
    domains = {domain.number for domain in instrument.domains}
    indicators = {indicator.number for indicator in instrument.indicators}
    for aspect in instrument.aspects:
        expect_one_of(file, f"aspects {aspect.number}.domain", domains, aspect.domain)
    for indicator in instrument.indicators:
        location = f"indicators {indicator.number}"
        expect_one_of(file, f"{location}.aspect", aspects, indicator.aspect)
        expect_one_of(file, f"{location}.scale", set(scales), indicator.scale)
        if indicator.criteria:
            expect_equal(
                file, f"{location}.criteria, count", highest - lowest + 1, len(indicator.criteria)
            )
        need = indicator.integration
        for partner in need.partners if need else ():
            expect_one_of(file, f"{location}.integration.partners", indicators, partner)
        levels = (indicator.all_opds_from, indicator.review_from, need.from_level if need else None)
        for level in levels:
            if level is not None:
                expect_one_of(file, f"{location}, level", set(range(lowest, highest + 1)), level)


def _check_weights(instrument: Instrument, file: str) -> None:
    """Check the sums of weights: by aspect, by domain, and 100 in total."""
    sums: list[tuple[str, Fraction, Iterable[Aspect | Indicator]]] = [
        ("indicators", Fraction(100), instrument.indicators)
    ]
    for aspect in instrument.aspects:
        parts = instrument.indicators_of(aspect.number)
        sums.append((f"aspects {aspect.number}: its indicators", aspect.weight, parts))
    for domain in instrument.domains:
        domain_aspects = instrument.aspects_of(domain.number)
        sums.append((f"domains {domain.number}: its aspects", domain.weight, domain_aspects))
    for location, weight, summands in reversed(sums):  # narrow sums locate errors better
        total = sum((part.weight for part in summands), Fraction())
        if total != weight:
            raise FactInvalid(
                file, f"{location}, weights together", format_exact(weight), format_exact(total)
            )
