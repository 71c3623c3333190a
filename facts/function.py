"""The lexicon of functions and names that ships with Simpul, and the national systems."""

from __future__ import annotations

from functools import cache

from engine.matching.function_classifier import Affair, Function, Lexicon, Term
from engine.matching.names import NameWords, place_words
from engine.matching.national_systems import NationalSystem
from facts.application import common_applications
from facts.instrument import instrument_by_id
from facts.region import regions
from facts.row import rows

KINDS = ("NAME", "WORD", "HINT")


@cache
def lexicon() -> Lexicon:
    """What is known about functions before any application is seen."""
    indicators = {each.number for each in instrument_by_id("spbe-2020").indicators}
    functions = []
    for row in rows("functions.csv", "id name affair indicators", "id"):
        numbers = row.wholes("indicators")
        if not indicators.issuperset(numbers):
            raise row.wrong("indicators", "indicators of spbe-2020")
        functions.append(
            Function(row.text("id"), row.text("name"), row.optional("affair") or "", numbers)
        )
    known = {each.id for each in functions}
    terms = []
    for row in rows("function_terms.csv", "term function kind", "term function"):
        if row.text("function") not in known:
            raise row.wrong("function", "a function of functions.csv")
        if row.text("kind") not in KINDS:
            raise row.wrong("kind", "one of " + ", ".join(KINDS))
        terms.append(Term(row.text("term"), row.text("function"), row.text("kind")))
    affairs = []
    for row in rows("opd_functions.csv", "word affair functions", "word"):
        named = tuple((row.optional("functions") or "").split())
        if not known.issuperset(named):
            raise row.wrong("functions", "functions of functions.csv")
        affairs.append(Affair(row.text("word"), row.optional("affair") or "", named))
    return Lexicon(tuple(functions), tuple(terms), tuple(affairs), name_words())


@cache
def national_systems() -> tuple[NationalSystem, ...]:
    """The systems that central agencies run for all regions."""
    functions = {each.id for each in lexicon().functions}
    common = {each.id for each in common_applications()}
    columns = "id name aliases hosts owner functions common_application"
    found = []
    for row in rows("national_systems.csv", columns, "id"):
        served = tuple(row.text("functions").split())
        if not functions.issuperset(served):
            raise row.wrong("functions", "functions of functions.csv")
        instance_of = row.optional("common_application")
        if instance_of is not None and instance_of not in common:
            raise row.wrong("common_application", "a common application")
        aliases = (each.strip() for each in (row.optional("aliases") or "").split(";"))
        found.append(
            NationalSystem(
                id=row.text("id"),
                name=row.text("name"),
                aliases=tuple(each for each in aliases if each),
                hosts=tuple((row.optional("hosts") or "").split()),
                owner=row.text("owner"),
                functions=served,
                common_application=instance_of,
            )
        )
    return tuple(found)


@cache
def name_words() -> NameWords:
    """The words that do not tell one application from another, and the places of the country."""
    words: dict[str, set[str]] = {"NOISE": set(), "AREA": set(), "PLACE": set()}
    for row in rows("name_words.csv", "word kind", "word"):
        if row.text("kind") not in words:
            raise row.wrong("kind", "one of " + ", ".join(words))
        words[row.text("kind")].add(row.text("word"))
    places = place_words(each.name for each in regions(national=True))
    return NameWords(
        noise=frozenset(words["NOISE"]),
        area_kinds=frozenset(words["AREA"]),
        places=places | words["PLACE"],
    )
