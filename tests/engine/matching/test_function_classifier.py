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
    tag_by_person,
)
from engine.matching.listing import Listing
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


def function_of(name: str, opd: str = "", url: str | None = None) -> str | None:
    (tag,) = CLASSIFIER.tag_listings([Listing(name, opd, url)])
    return tag.function


def test_a_word_of_the_lexicon_decides_in_every_spelling() -> None:
    assert [function_of(name) for name in ("e-Presensi", "EPRESENSI", "Presensi Online")] == [
        "attendance"
    ] * 3


def test_a_phrase_outweighs_its_words() -> None:
    assert function_of("Info Harga Pangan") == "market-prices"
    assert function_of("Cadangan Pangan") == "food-security"


def test_a_name_with_two_meanings_is_decided_by_the_opd() -> None:
    assert function_of("SIKD", "Dinas Kearsipan") == "records"
    assert function_of("SIKD", "Badan Keuangan") == "finance"


def test_a_name_without_known_words_is_not_tagged() -> None:
    (tag,) = CLASSIFIER.tag_listings([Listing("Kolak Pisang")])
    assert tag.function is None
    assert len(tag.candidates) == 3
    assert tag.matched_terms == ()


def test_a_tag_lists_its_evidence() -> None:
    (tag,) = CLASSIFIER.tag_listings([Listing("Surat Masuk", "Dinas Kearsipan")])
    assert tag.matched_terms == ("name: surat", "OPD: kearsipan")


def test_the_applications_own_address_is_read_too() -> None:
    own = "https://presensi.denpasarkota.go.id"
    assert function_of("Kolak Pisang", url=own) == "attendance"
    assert function_of("Kolak Pisang", url="https://sites.google.com/presensi") is None


def test_a_correction_is_learned_and_stays_an_estimate_for_others() -> None:
    corrected = Listing("Sadasbor", "BKPSDM")
    before, after = (
        CLASSIFIER,
        FunctionClassifier(SMALL, [TrainingExample(corrected, "attendance")]),
    )
    similar = [corrected, Listing("Sadasbor Desa", "Kecamatan")]
    assert "attendance" not in {tag.function for tag in before.tag_listings(similar)}
    own_tag, similar_tag = after.tag_listings(similar)
    assert (own_tag.function, similar_tag.candidates[0][0]) == ("attendance", "attendance")
    assert (own_tag.by_person, similar_tag.by_person) == (False, False)


def test_a_function_corrected_by_a_person_is_certain() -> None:
    tag = tag_by_person("attendance")
    assert (tag.function, tag.confidence, tag.by_person) == ("attendance", 1.0, True)


def test_the_same_corrections_give_the_same_tags() -> None:
    lines = [Listing("Presensi"), Listing("Kolak Pisang")]
    examples = [TrainingExample(Listing("Sadasbor"), "attendance")]
    assert FunctionClassifier(SMALL, examples).tag_listings(lines) == FunctionClassifier(
        SMALL, examples
    ).tag_listings(lines)


@pytest.mark.parametrize(
    ("name", "function"),
    [("Kosongan", "parking"), ("-", "attendance"), ("Absensi Pegawai", "attendance")],
)
def test_a_correction_does_not_change_dissimilar_names(name: str, function: str) -> None:
    """Shipped names keep their tags, and their confidence changes by some hundredths at most."""
    lines = [
        Listing(application.name, id=application.id) for application in west_java_applications()
    ]
    before = FunctionClassifier(function_lexicon()).tag_listings(lines)
    after = FunctionClassifier(
        function_lexicon(), [TrainingExample(Listing(name), function)]
    ).tag_listings(lines)
    assert [tag.function for tag in before] == [tag.function for tag in after]
    changes = [abs(a.confidence - b.confidence) for a, b in zip(before, after, strict=True)]
    assert max(changes) < 0.05


def test_the_shipped_lexicon_tags_well_known_names() -> None:
    names = ("SIMPEG", "SRIKANDI", "JDIH Kota Bogor", "PPDB Online", "Perizinan Kota Bogor")
    tags = FunctionClassifier(function_lexicon()).tag_listings([Listing(name) for name in names])
    assert [tag.function for tag in tags] == [
        "personnel",
        "records",
        "legal-documents",
        "school-admission",
        "licensing",
    ]


def test_the_shipped_tables_are_complete() -> None:
    assert len(function_lexicon().functions) == 172
    assert len(national_systems()) == 61
    assert {"madiun", "bandungbarat", "jabar"} <= name_words().places
