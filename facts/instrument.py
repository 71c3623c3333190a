"""The instruments that ship with Simpul, each read from its document and checked to be whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from engine.assessment.instrument import (
    Aspect,
    Domain,
    Indicator,
    Instrument,
    IntegrationNeed,
    Level,
    Predicate,
    Scale,
)
from engine.decimals import exact
from facts.section import Section

IDS = ("spbe-2018", "spbe-2020", "pemdi-2026")  # oldest first


@cache
def instrument_catalogue() -> Mapping[str, Instrument]:
    """Every instrument by its id, oldest first."""
    return MappingProxyType({id: _read(id) for id in IDS})


def instrument_by_id(id: str) -> Instrument:
    """The instrument of that id; `KeyError` where there is none."""
    return instrument_catalogue()[id]


def instrument_in_year(year: int) -> Instrument | None:
    """The instrument that official results of a year are assessed by."""
    for each in instrument_catalogue().values():
        if each.year_from <= year and (each.year_to is None or year <= each.year_to):
            return each
    return None


def parse_instrument(document: Mapping[str, object], file: str = "instrument") -> Instrument:
    """Read an instrument and check that it is whole.

    An instrument that knows aspects only (Pemdi) gets one domain per aspect, with the same
    number, name and weight: its aspects *are* the top-level parts of its index.

    Raises:
        section.Malformed: names the file and the place, what was expected and what came.
    """
    root = Section(document, file)
    aspects = tuple(
        Aspect(
            number=node.whole("number"),
            domain=node.whole("domain" if "domains" in document else "number"),
            name=node.text("name"),
            weight=node.fraction("weight"),
        )
        for node in root.items("aspects")
    )
    domains = (
        tuple(
            Domain(node.whole("number"), node.text("name"), node.fraction("weight"))
            for node in root.items("domains")
        )
        if "domains" in document
        else tuple(Domain(each.number, each.name, each.weight) for each in aspects)
    )
    scales = tuple(_scale(node) for node in root.items("scales"))
    levels = [level.number for level in scales[0].levels]
    years = root.child("years")
    instrument = Instrument(
        id=root.text("id"),
        name=root.text("name"),
        legal_basis=root.text("legal_basis"),
        status=root.text("status"),
        year_from=years.whole("from"),
        year_to=years.optional_whole("to"),
        level_min=levels[0],
        level_max=levels[-1],
        scales=scales,
        predicates=tuple(
            Predicate(node.text("label"), node.optional_fraction("minimum"))
            for node in root.items("predicates")
        ),
        domains=domains,
        aspects=aspects,
        indicators=tuple(_indicator(node) for node in root.items("indicators")),
        notes=root.texts("notes"),
        sources=root.texts("sources"),
    )
    _check_references(instrument, root)
    _check_weights(instrument, root)
    return instrument


def _read(id: str) -> Instrument:
    name = f"{id}.json"
    text = files("facts").joinpath("instruments", name).read_text(encoding="utf-8")
    return parse_instrument(json.loads(text), name)


def _scale(node: Section) -> Scale:
    levels = tuple(
        Level(each.whole("number"), each.text("name"), each.optional_text("rule"))
        for each in node.items("levels")
    )
    return Scale(node.text("id"), node.text("name"), levels)


def _indicator(node: Section) -> Indicator:
    return Indicator(
        number=node.whole("number"),
        code=node.text("code"),
        name=node.text("name"),
        aspect=node.whole("aspect"),
        weight=node.fraction("weight"),
        scale=node.text("scale"),
        criteria=node.texts("criteria"),
        integration=_need(node.child("integration")) if node.has("integration") else None,
        all_opds_from=node.optional_whole("all_opds_from"),
        review_from=node.optional_whole("review_from"),
        predecessors=node.texts("predecessors"),
        note=node.optional_text("note"),
    )


def _need(node: Section) -> IntegrationNeed:
    return IntegrationNeed(
        kind=node.text("kind"),
        from_level=node.whole("from_level"),
        needs_link=node.truth("needs_link"),
        partners=node.wholes("partners"),
        requirement=node.text("requirement"),
        evidence=node.text("evidence"),
    )


def _check_references(instrument: Instrument, root: Section) -> None:
    """Numbers run from 1, levels are contiguous, predicates cover them, references resolve."""
    lowest, highest = instrument.level_min, instrument.level_max
    for place, numbers in (
        ("aspects", [each.number for each in instrument.aspects]),
        ("domains", [each.number for each in instrument.domains]),
        ("indicators", [each.number for each in instrument.indicators]),
    ):
        root.expect(f"{place}.number", list(range(1, len(numbers) + 1)), numbers)
    codes = Counter(each.code for each in instrument.indicators)
    twice = [code for code, count in codes.items() if count > 1]
    if twice:
        raise root.malformed("indicators.code", "each code once", ", ".join(twice))

    scales = {scale.id: [level.number for level in scale.levels] for scale in instrument.scales}
    for scale, numbers in scales.items():
        root.expect(f"scales {scale}", list(range(lowest, highest + 1)), numbers)

    minimums = [each.minimum for each in instrument.predicates]
    bounds = [each for each in minimums[:-1] if each is not None and lowest < each <= highest]
    falling = bounds == sorted(set(bounds), reverse=True)
    if minimums[-1] is not None or len(bounds) < len(minimums) - 1 or not falling:
        expected = f"falling minimums from {highest} to above {lowest}, then null"
        found = ", ".join("null" if each is None else exact(each) for each in minimums)
        raise root.malformed("predicates", expected, found)

    aspects = {each.number for each in instrument.aspects}
    domains = {each.number for each in instrument.domains}
    indicators = {each.number for each in instrument.indicators}
    for aspect in instrument.aspects:
        root.expect_one_of(f"aspects {aspect.number}.domain", domains, aspect.domain)
    for each in instrument.indicators:
        place = f"indicators {each.number}"
        root.expect_one_of(f"{place}.aspect", aspects, each.aspect)
        root.expect_one_of(f"{place}.scale", set(scales), each.scale)
        if each.criteria:
            root.expect(f"{place}.criteria, count", highest - lowest + 1, len(each.criteria))
        need = each.integration
        for partner in need.partners if need else ():
            root.expect_one_of(f"{place}.integration.partners", indicators, partner)
        starts = (each.all_opds_from, each.review_from, need.from_level if need else None)
        for start in starts:
            if start is not None:
                root.expect_one_of(f"{place}, level", set(range(lowest, highest + 1)), start)


def _check_weights(instrument: Instrument, root: Section) -> None:
    """Indicators add up to their aspect, aspects to their domain, all of them to 100."""
    sums: list[tuple[str, Fraction, Iterable[Aspect | Indicator]]] = [
        ("indicators", Fraction(100), instrument.indicators)
    ]
    for aspect in instrument.aspects:
        parts = instrument.indicators_of(aspect.number)
        sums.append((f"aspects {aspect.number}: its indicators", aspect.weight, parts))
    for domain in instrument.domains:
        within = instrument.aspects_of(domain.number)
        sums.append((f"domains {domain.number}: its aspects", domain.weight, within))
    for place, weight, summands in reversed(sums):  # the narrow sum says more than the whole
        total = sum((each.weight for each in summands), Fraction())
        if total != weight:
            raise root.malformed(f"{place}, weights together", exact(weight), exact(total))
