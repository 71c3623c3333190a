"""The instruments that ship with Simpul, and the errors of invalid instruments."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from facts.instrument import instrument_by_id, instrument_in_year, parse_instrument
from facts.validation import FactInvalid


@pytest.mark.parametrize(
    ("id", "lines", "aspects", "domains", "levels", "years"),
    [
        ("spbe-2018", 37, 7, 3, (0, 5), (2018, 2020)),
        ("spbe-2020", 47, 8, 4, (1, 5), (2021, 2025)),
        ("pemdi-2026", 20, 7, 7, (1, 5), (2026, None)),
    ],
)
def test_each_instrument_has_the_shape_of_its_regulation(
    id: str,
    lines: int,
    aspects: int,
    domains: int,
    levels: tuple[int, int],
    years: tuple[int, int | None],
) -> None:
    instrument = instrument_by_id(id)
    assert (len(instrument.indicators), len(instrument.aspects), len(instrument.domains)) == (
        lines,
        aspects,
        domains,
    )
    assert (instrument.level_min, instrument.level_max) == levels
    assert (instrument.year_from, instrument.year_to) == years
    assert sum(indicator.weight for indicator in instrument.indicators) == 100


def test_the_35_indicators_of_2018_are_37_lines_with_their_own_numbers() -> None:
    codes = [indicator.code for indicator in instrument_by_id("spbe-2018").indicators]
    assert codes == [*map(str, range(1, 35)), "35-1", "35-2", "35-3"]
    assert instrument_by_id("spbe-2018").indicators[34].weight == Fraction(10, 3)


def test_the_aspects_of_pemdi_are_its_domains() -> None:
    pemdi = instrument_by_id("pemdi-2026")
    domains = [(domain.number, domain.name, domain.weight) for domain in pemdi.domains]
    assert domains == [(aspect.number, aspect.name, aspect.weight) for aspect in pemdi.aspects]


def test_pemdi_says_that_its_sources_are_secondary() -> None:
    assert "sumber sekunder" in instrument_by_id("pemdi-2026").status_note


def test_27_indicators_of_2020_need_an_integration_and_17_of_them_a_link() -> None:
    requirements = {
        indicator.number: indicator.integration
        for indicator in instrument_by_id("spbe-2020").indicators
        if indicator.integration is not None
    }
    assert list(requirements) == [1, 5, 6, 7, 10, 15, 16, 17, 18, 26, 28, *range(32, 48)]
    assert [number for number, requirement in requirements.items() if requirement.needs_link] == [
        18,
        *range(32, 48),
    ]
    assert requirements[18].from_level == 3
    assert requirements[32].partners == (33, 34, 35)


def test_25_indicators_of_2020_come_from_lines_of_2018() -> None:
    codes = {indicator.code for indicator in instrument_by_id("spbe-2018").indicators}
    carried = [
        indicator
        for indicator in instrument_by_id("spbe-2020").indicators
        if indicator.predecessors
    ]
    assert len(carried) == 25
    assert {code for indicator in carried for code in indicator.predecessors} <= codes


@pytest.mark.parametrize(
    ("year", "id"),
    [
        (2017, None),
        (2018, "spbe-2018"),
        (2021, "spbe-2020"),
        (2025, "spbe-2020"),
        (2030, "pemdi-2026"),
    ],
)
def test_a_year_has_one_instrument(year: int, id: str | None) -> None:
    instrument = instrument_in_year(year)
    assert (instrument.id if instrument else None) == id


def test_an_unknown_instrument_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="spbe-1999"):
        instrument_by_id("spbe-1999")


Document = dict[str, Any]


@pytest.fixture(scope="module")
def pemdi() -> Document:
    text = files("facts").joinpath("instruments", "pemdi-2026.json").read_text(encoding="utf-8")
    document: Document = json.loads(text)
    return document


def _set(*path: str | int, to: object) -> Callable[[Document], None]:
    def set_value(document: Document) -> None:
        container: Any = document
        for key in path[:-1]:
            container = container[key]
        container[path[-1]] = to

    return set_value


def _without(*path: str | int) -> Callable[[Document], None]:
    def remove_value(document: Document) -> None:
        container: Any = document
        for key in path[:-1]:
            container = container[key]
        del container[path[-1]]

    return remove_value


FALLING = "predicates: expected falling minimums from 5 to above 1, then null"
POSITIVE = 'a positive number as text, like "2.75" or "10/3"'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            _set("indicators", 0, "weight", to="4"),
            "aspects 1: its indicators, weights together: expected 10.00, got '9.00'",
        ),
        (
            _set("aspects", 0, "weight", to="9.99999999999999"),
            "aspects 1: its indicators, weights together: expected 9.99999999999999, got '10.00'",
        ),
        (
            _set("domains", to=[{"number": 1, "name": "Semua", "weight": "90"}]),
            "aspects[0].domain: expected a whole number, got nothing",
        ),
        (
            _set("indicators", 0, "aspect", to=9),
            "indicators 1.aspect: expected one of 1, 2, 3, 4, 5, 6, 7, got 9",
        ),
        (
            _set("indicators", 0, "scale", to="process"),
            "indicators 1.scale: expected one of maturity, got 'process'",
        ),
        (
            _set("aspects", 1, "number", to=1),
            "aspects.number: expected [1, 2, 3, 4, 5, 6, 7], got [1, 1, 3, 4, 5, 6, 7]",
        ),
        (
            _set("indicators", 1, "code", to="IK-01"),
            "indicators.code: expected each code once, got 'IK-01'",
        ),
        (
            _set("indicators", 0, "weight", to=5),
            f"indicators[0].weight: expected {POSITIVE}, got 5",
        ),
        (
            _set("indicators", 0, "criteria", to=["satu", "dua"]),
            "indicators 1.criteria, count: expected 5, got 2",
        ),
        (
            _set("scales", 0, "levels", 1, "number", to=3),
            "scales maturity: expected [1, 2, 3, 4, 5], got [1, 3, 3, 4, 5]",
        ),
        (
            _set("predicates", 4, "minimum", to="1.00"),
            f"{FALLING}, got '4.00, 3.50, 2.50, 1.50, 1.00'",
        ),
        (
            _set("predicates", 0, "minimum", to="3.00"),
            f"{FALLING}, got '3.00, 3.50, 2.50, 1.50, null'",
        ),
        (
            _set("predicates", 0, "minimum", to="5.50"),
            f"{FALLING}, got '5.50, 3.50, 2.50, 1.50, null'",
        ),
        (
            _set("aspects", 2, "weight", to="1/0"),
            f"aspects[2].weight: expected {POSITIVE}, got '1/0'",
        ),
        (
            _set("indicators", 0, "number", to=True),
            "indicators[0].number: expected a whole number, got True",
        ),
        (_set("name", to=""), "name: expected a text, got ''"),
        (_set("name", to=None), "name: expected a text, got nothing"),
        (_set("colour", to="red"), "colour: expected no such key, got 'red'"),
        (
            _without("scales", 0, "levels", 0, "number"),
            "scales[0].levels[0].number: expected a value, got nothing",
        ),
        (_set("aspects", to=[]), "aspects: expected a list with at least one entry, got []"),
        (_set("years", to=2026), "years: expected an object, got 2026"),
    ],
)
def test_an_invalid_instrument_is_refused_with_file_location_expected_and_received(
    pemdi: Document, change: Callable[[Document], None], message: str
) -> None:
    broken = copy.deepcopy(pemdi)
    change(broken)
    with pytest.raises(FactInvalid) as refused:
        parse_instrument(json.dumps(broken), "pemdi.json")
    assert str(refused.value) == f"pemdi.json: {message}"


def test_a_file_that_is_not_json_is_refused() -> None:
    with pytest.raises(FactInvalid) as refused:
        parse_instrument('{"id": ', "pemdi.json")
    assert str(refused.value) == (
        "pemdi.json: document: expected JSON, got 'EOF while parsing a value at line 1 column 7'"
    )
