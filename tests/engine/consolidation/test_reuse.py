"""Applications that a region could take over from a sister region."""

from __future__ import annotations

from engine.consolidation.reuse import ReuseCandidate, ReuseCatalogue
from engine.matching.function_classifier import Function, FunctionTag
from engine.matching.inventory_line import Listing

FUNCTIONS = {
    "records": Function("records", "Naskah dinas", "", (37,)),
    "roads": Function("roads", "Jalan", "", ()),
}
SYSTEMS = [
    Listing("e-Office", id="a1", region="A"),
    Listing("TNDE", id="b1", region="B"),
    Listing("Surat", id="c1", region="C"),
    Listing("Jalan", id="c2", region="C"),
    Listing("Kolak", id="d1", region="D"),
]


def tag(function: str | None, confidence: float = 0.9) -> FunctionTag:
    return FunctionTag(function, confidence, (), ())


TAGS = {
    "a1": tag("records"),
    "b1": tag("records", 0.8),
    "c1": tag("records", 0.7),
    "c2": tag("roads"),
    "d1": tag(None),
}


def test_gaps_are_what_others_serve_most_often_first() -> None:
    sisters = ReuseCatalogue(SYSTEMS, TAGS, FUNCTIONS, {})
    assert sisters.gaps("D") == (("records", 3), ("roads", 1))
    assert sisters.gaps("A") == (("roads", 1),)


def test_a_proven_sister_comes_before_one_whose_level_is_unknown() -> None:
    sisters = ReuseCatalogue(SYSTEMS, TAGS, FUNCTIONS, {("C", 37): 4, ("A", 37): 3})
    found = sisters.candidates("D")
    assert [(each.function, each.system, each.level) for each in found] == [
        ("records", "c1", 4),
        ("records", "b1", None),  # A's is at level 3: left out
        ("roads", "c2", None),
    ]


def test_national_systems_and_refusals_are_left_out() -> None:
    sisters = ReuseCatalogue(SYSTEMS, TAGS, FUNCTIONS, {}, national={"a1"}, shareable={"b1": False})
    assert [each.system for each in sisters.candidates("D")] == ["c1", "c2"]


def test_an_offered_source_comes_first_and_the_list_is_capped() -> None:
    sisters = ReuseCatalogue(SYSTEMS, TAGS, FUNCTIONS, {}, shareable={"c1": True})
    (first, _) = sisters.candidates("D", first=1)
    assert first == ReuseCandidate("D", "records", "c1", "C", None, True, 0.7, 3)
