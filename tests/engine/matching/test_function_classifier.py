"""Function tags: the classifier needs evidence, and a person's correction takes precedence."""

from __future__ import annotations

import pytest

from engine.matching.function_classifier import (
    Affair,
    Function,
    FunctionClassifier,
    Lexicon,
    Term,
    TrainingExample,
    by_person,
)
from engine.matching.inventory_line import Listing
from engine.matching.names import NameWords
from facts.application import west_java_applications
from facts.function import function_lexicon, name_words, national_systems

SMALL = Lexicon(
    functions=(
        Function("attendance", "Presensi pegawai", "", (36,)),
        Function("records", "Naskah dinas", "X", (37,)),
        Function("finance", "Keuangan daerah", "", (34,)),
        Function("market-prices", "Harga bahan pokok", "DD", ()),
        Function("food-security", "Ketahanan pangan", "I", ()),
    ),
    terms=(
        Term("presensi", "attendance", "WORD"),
        Term("absensi", "attendance", "WORD"),
        Term("srikandi", "records", "NAME"),
        Term("surat", "records", "WORD"),
        Term("sikd", "records", "NAME"),
        Term("sikd", "finance", "NAME"),
        Term("keuangan", "finance", "WORD"),
        Term("harga pangan", "market-prices", "WORD"),
        Term("pangan", "food-security", "WORD"),
    ),
    affairs=(Affair("kearsipan", "X", ()), Affair("keuangan", "", ("finance",))),
    words=NameWords(places=frozenset({"denpasar"})),
)
CLASSIFIER = FunctionClassifier(SMALL)


def function(name: str, opd: str = "", url: str | None = None) -> str | None:
    (tag,) = CLASSIFIER.tags([Listing(name, opd, url)])
    return tag.function


def test_a_word_of_the_lexicon_decides_in_every_spelling() -> None:
    assert [function(each) for each in ("e-Presensi", "EPRESENSI", "Presensi Online")] == [
        "attendance"
    ] * 3


def test_a_phrase_says_more_than_its_words() -> None:
    assert function("Info Harga Pangan") == "market-prices"
    assert function("Cadangan Pangan") == "food-security"


def test_a_name_with_two_meanings_is_decided_by_the_opd() -> None:
    assert function("SIKD", "Dinas Kearsipan") == "records"
    assert function("SIKD", "Badan Keuangan") == "finance"


def test_a_name_that_says_nothing_is_not_tagged() -> None:
    (tag,) = CLASSIFIER.tags([Listing("Kolak Pisang")])
    assert tag.function is None
    assert len(tag.candidates) == 3
    assert tag.because == ()


def test_a_tag_says_what_was_found() -> None:
    (tag,) = CLASSIFIER.tags([Listing("Surat Masuk", "Dinas Kearsipan")])
    assert tag.because == ("name: surat", "OPD: kearsipan")


def test_the_applications_own_address_is_read_too() -> None:
    own = "https://presensi.denpasarkota.go.id"
    assert function("Kolak Pisang", url=own) == "attendance"
    assert function("Kolak Pisang", url="https://sites.google.com/presensi") is None


def test_a_correction_is_learned_and_stays_an_estimate_for_others() -> None:
    said = Listing("Sadasbor", "BKPSDM")
    before, after = CLASSIFIER, FunctionClassifier(SMALL, [TrainingExample(said, "attendance")])
    similar = [said, Listing("Sadasbor Desa", "Kecamatan")]
    assert "attendance" not in {each.function for each in before.tags(similar)}
    same, other = after.tags(similar)
    assert (same.function, other.candidates[0][0]) == ("attendance", "attendance")
    assert (same.by_person, other.by_person) == (False, False)


def test_what_a_person_said_is_certain() -> None:
    tag = by_person("attendance")
    assert (tag.function, tag.confidence, tag.by_person) == ("attendance", 1.0, True)


def test_the_same_corrections_give_the_same_tags() -> None:
    lines = [Listing("Presensi"), Listing("Kolak Pisang")]
    said = [TrainingExample(Listing("Sadasbor"), "attendance")]
    assert FunctionClassifier(SMALL, said).tags(lines) == FunctionClassifier(SMALL, said).tags(
        lines
    )


@pytest.mark.parametrize(
    ("name", "function"),
    [("Kosongan", "parking"), ("-", "attendance"), ("Absensi Pegawai", "attendance")],
)
def test_a_correction_leaves_what_does_not_resemble_it(name: str, function: str) -> None:
    """Shipped names keep their tags, and their confidence changes by some hundredths at most."""
    lines = [Listing(each.name, id=each.id) for each in west_java_applications()]
    before = FunctionClassifier(function_lexicon()).tags(lines)
    after = FunctionClassifier(function_lexicon(), [TrainingExample(Listing(name), function)]).tags(
        lines
    )
    assert [each.function for each in before] == [each.function for each in after]
    moved = [abs(a.confidence - b.confidence) for a, b in zip(before, after, strict=True)]
    assert max(moved) < 0.05


def test_the_shipped_lexicon_tags_well_known_names() -> None:
    names = ("SIMPEG", "SRIKANDI", "JDIH Kota Bogor", "PPDB Online", "Perizinan Kota Bogor")
    tags = FunctionClassifier(function_lexicon()).tags([Listing(each) for each in names])
    assert [each.function for each in tags] == [
        "personnel",
        "records",
        "legal-documents",
        "school-admission",
        "licensing",
    ]


def test_the_shipped_tables_are_whole() -> None:
    assert len(function_lexicon().functions) == 172
    assert len(national_systems()) == 61
    assert {"madiun", "bandungbarat", "jabar"} <= name_words().places
