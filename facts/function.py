"""The lexicon of functions and the national systems that ship with Simpul."""

from __future__ import annotations

from functools import cache
from typing import Literal

from engine.matching.function_classifier import Affair, Function, Lexicon, Term
from engine.matching.names import NameWords, place_words
from engine.matching.national_systems import NationalSystem
from facts.application import common_applications
from facts.reference import Spbe2020Indicators
from facts.region import region_catalogue
from facts.row import TableRow, Words, read_rows


class _FunctionRow(TableRow):
    id: str
    name: str
    affair: str = ""
    indicators: Spbe2020Indicators = ()


class _TermRow(TableRow):
    term: str
    function: str
    kind: Literal["NAME", "WORD", "HINT"]


class _OpdFunctionRow(TableRow):
    word: str
    affair: str = ""
    functions: Words = ()


class _NationalSystemRow(TableRow):
    id: str
    name: str
    aliases: str = ""
    hosts: Words = ()
    owner: str
    functions: Words
    common_application: str | None = None


class _NameWordRow(TableRow):
    word: str
    kind: Literal["NOISE", "AREA", "PLACE"]


@cache
def function_lexicon() -> Lexicon:
    """Return the lexicon from which the classifier starts.

    Raises:
        FactInvalid: a row refers to an unknown function.
    """
    functions = tuple(
        Function(row.id, row.name, row.affair, row.indicators)
        for row in read_rows(_FunctionRow, "functions.csv", "id")
    )
    function_ids = {function.id for function in functions}
    terms = []
    for term in read_rows(_TermRow, "function_terms.csv", "term function"):
        if term.function not in function_ids:
            raise term.invalid("function", "a function of functions.csv")
        terms.append(Term(term.term, term.function, term.kind))
    affairs = []
    for row in read_rows(_OpdFunctionRow, "opd_functions.csv", "word"):
        if not function_ids.issuperset(row.functions):
            raise row.invalid("functions", "functions of functions.csv")
        affairs.append(Affair(row.word, row.affair, row.functions))
    return Lexicon(functions, tuple(terms), tuple(affairs), name_words())


@cache
def national_systems() -> tuple[NationalSystem, ...]:
    """Return the systems that central agencies run for all regions.

    Raises:
        FactInvalid: a row refers to an unknown function or common application.
    """
    function_ids = {function.id for function in function_lexicon().functions}
    common_ids = {application.id for application in common_applications()}
    systems = []
    for row in read_rows(_NationalSystemRow, "national_systems.csv", "id"):
        if not function_ids.issuperset(row.functions):
            raise row.invalid("functions", "functions of functions.csv")
        if row.common_application is not None and row.common_application not in common_ids:
            raise row.invalid("common_application", "a common application")
        aliases = (alias.strip() for alias in row.aliases.split(";"))
        systems.append(
            NationalSystem(
                id=row.id,
                name=row.name,
                aliases=tuple(alias for alias in aliases if alias),
                hosts=row.hosts,
                owner=row.owner,
                functions=row.functions,
                common_application=row.common_application,
            )
        )
    return tuple(systems)


@cache
def name_words() -> NameWords:
    """Return the words that do not distinguish applications, and the names of places."""
    words: dict[str, set[str]] = {"NOISE": set(), "AREA": set(), "PLACE": set()}
    for row in read_rows(_NameWordRow, "name_words.csv", "word"):
        words[row.kind].add(row.word)
    places = place_words(region.name for region in region_catalogue(national=True))
    return NameWords(
        noise=frozenset(words["NOISE"]),
        area_kinds=frozenset(words["AREA"]),
        places=places | words["PLACE"],
    )
