"""Function overlap: the score, its signals, and the clusters of a region."""

from __future__ import annotations

import numpy as np
import pytest

from engine.matching.function_classifier import (
    Affair,
    Function,
    FunctionClassifier,
    FunctionTag,
    Lexicon,
    Term,
    by_person,
)
from engine.matching.inventory_line import Listing
from engine.matching.names import NameWords, Normaliser
from engine.matching.overlap import (
    SAID,
    SIGNALS,
    WEIGHTS,
    OverlapScorer,
    Weights,
    fit_weights,
    log_odds,
)

LEXICON = Lexicon(
    functions=(
        Function("attendance", "Presensi pegawai", "", (36,)),
        Function("records", "Naskah dinas", "X", (37,)),
        Function("roads", "Jalan dan jembatan", "C", ()),
    ),
    terms=(
        Term("presensi", "attendance", "WORD"),
        Term("absensi", "attendance", "WORD"),
        Term("surat", "records", "WORD"),
        Term("jalan", "roads", "WORD"),
    ),
    affairs=(Affair("kepegawaian", "", ("attendance",)), Affair("kearsipan", "X", ())),
    words=NameWords(),
)
CLASSIFIER = FunctionClassifier(LEXICON)
COMPARER = OverlapScorer(CLASSIFIER, Normaliser(NameWords()))


def line(id: str, name: str, opd: str = "", url: str | None = None, region: str = "A") -> Listing:
    return Listing(name, opd, url, id, region)


def present(a: Listing, b: Listing) -> set[str]:
    (row,) = COMPARER.signals([(a, b)])
    always = {"functions agree", "letters alike", "words in common"}
    return {s for s, value in zip(SIGNALS, row, strict=True) if value == 1.0} - always


def test_two_words_for_one_function_agree() -> None:
    assert present(line("1", "E-Presensi"), line("2", "e-Absensi")) == {"same function"}


def test_two_functions_contradict() -> None:
    assert present(line("1", "Presensi"), line("2", "Surat Masuk")) == {"other function"}


def test_a_name_that_says_nothing_leaves_one_function_unknown() -> None:
    assert present(line("1", "Presensi"), line("2", "Qwx")) == {"one function unknown"}


def test_opds_in_charge_of_different_things_speak_against_a_pair() -> None:
    seen = present(
        line("1", "Presensi", "Badan Kepegawaian"), line("2", "Surat", "Dinas Kearsipan")
    )
    assert seen == {"other function", "OPDs share no affair"}


def test_the_same_opd_counts_within_one_region_only() -> None:
    a, b = line("1", "Kolak", "Badan Kepegawaian"), line("2", "Pisang", "Badan Kepegawaian")
    elsewhere = line("2", "Pisang", "Badan Kepegawaian", region="B")
    assert "same OPD" in present(a, b)
    assert "same OPD" not in present(a, elsewhere)


def test_a_score_says_what_each_signal_adds() -> None:
    weights = Weights(-1.0, (0.0, 2.0, -2.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    comparer = OverlapScorer(CLASSIFIER, Normaliser(NameWords()), weights)
    (found,) = comparer.overlaps([(line("1", "Presensi"), line("2", "presensi"))])
    assert found.function == "attendance"
    assert [(each.signal, each.adds) for each in found.why[:2]] == [
        ("same function", 2.0),
        ("same name", 0.5),
    ]
    assert found.score == 0.818  # 1 / (1 + e^-1.5)


def test_an_empty_inventory_has_nothing_to_compare() -> None:
    assert COMPARER.overlaps([]) == ()
    assert COMPARER.signals([]).shape == (0, len(SIGNALS))


def test_a_cluster_holds_one_function_of_one_region() -> None:
    lines = [
        line("1", "E-Presensi"),
        line("2", "E-Absensi"),
        line("3", "Surat Masuk"),
        line("4", "Presensi", region="B"),
    ]
    tags = dict(zip("1234", CLASSIFIER.tags(lines), strict=True))
    (cluster,) = COMPARER.clusters(lines, tags)
    assert (cluster.region, cluster.function) == ("A", "attendance")
    assert cluster.systems == ("1", "2")
    assert COMPARER.clusters(lines, tags, least=1.0) == ()


def test_weights_are_fitted_to_labelled_pairs() -> None:
    rows = np.zeros((20, len(SIGNALS)))
    rows[:10, SIGNALS.index("same function")] = 1.0
    same = np.array([True] * 10 + [False] * 10)
    weights = fit_weights(rows, same)
    assert list(log_odds(rows, weights) > 0) == list(same)
    assert [each for each in weights.by_signal if each] == [
        weights.by_signal[SIGNALS.index("same function")]
    ]


@pytest.mark.parametrize("against", ["other function", "OPDs share no affair", "same OPD"])
def test_shipped_weights_count_contradictions_against_a_pair(against: str) -> None:
    assert WEIGHTS.by_signal[SIGNALS.index(against)] < 0


def test_two_systems_whose_functions_persons_named_do_the_same_job_whatever_their_names() -> None:
    pair = [Listing("Wakepo", "Dinkes", id="a"), Listing("Kolak", "Dinkes", id="b")]
    guessed = {each.id: FunctionTag("attendance", 0.9, (), ()) for each in pair}
    assert COMPARER.clusters(pair, guessed) == ()
    (cluster,) = COMPARER.clusters(pair, {each.id: by_person("attendance") for each in pair})
    assert (cluster.systems, cluster.confidence) == (("a", "b"), 1.0)
    assert (cluster.pairs[0].score, cluster.pairs[0].why[0].signal) == (1.0, SAID)


@pytest.mark.parametrize("name", ["-", "A", "!!!", "???", "１２", "مكتب", "–", ""])
def test_a_name_without_letters_to_compare_shares_none(name: str) -> None:
    pair = (line("1", name), line("2", "E-Presensi"))
    assert COMPARER.signals([pair])[0][SIGNALS.index("letters alike")] == 0.0
    same = (line("1", name), line("2", name))
    assert COMPARER.signals([same])[0][SIGNALS.index("same name")] == 0.0


def test_systems_without_a_comparable_name_cluster_by_the_function_persons_named() -> None:
    systems = [line("1", "-"), line("2", "E-Presensi")]
    tags = {each.id: by_person("attendance") for each in systems}
    (cluster,) = COMPARER.clusters(systems, tags)
    assert cluster.systems == ("1", "2")
