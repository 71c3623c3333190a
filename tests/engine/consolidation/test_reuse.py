"""Applications that a region could take over from a sister region."""

from __future__ import annotations

from engine.consolidation.reuse import ReuseCandidate, ReuseCatalogue
from engine.matching.function_classifier import Function, FunctionTag
from engine.matching.listing import Listing

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


def test_gaps_are_ordered_by_the_number_of_regions_that_serve_them() -> None:
    catalogue = ReuseCatalogue(SYSTEMS, TAGS, FUNCTIONS, {})
    assert catalogue.missing_functions("D") == (("records", 3), ("roads", 1))
    assert catalogue.missing_functions("A") == (("roads", 1),)


def test_a_proven_sister_comes_before_one_whose_level_is_unknown() -> None:
    catalogue = ReuseCatalogue(SYSTEMS, TAGS, FUNCTIONS, {("C", 37): 4, ("A", 37): 3})
    candidates = catalogue.candidates("D")
    assert [
        (candidate.function, candidate.system, candidate.level) for candidate in candidates
    ] == [
        ("records", "c1", 4),
        ("records", "b1", None),  # the service of region A is at level 3, so it is left out
        ("roads", "c2", None),
    ]


def test_national_systems_and_refusals_are_left_out() -> None:
    catalogue = ReuseCatalogue(
        SYSTEMS, TAGS, FUNCTIONS, {}, national={"a1"}, shareable={"b1": False}
    )
    assert [candidate.system for candidate in catalogue.candidates("D")] == ["c1", "c2"]


def test_an_offered_source_comes_first_and_the_list_is_capped() -> None:
    catalogue = ReuseCatalogue(SYSTEMS, TAGS, FUNCTIONS, {}, shareable={"c1": True})
    (first, _) = catalogue.candidates("D", first=1)
    assert first == ReuseCandidate("D", "records", "c1", "C", None, True, 0.7, 3)
