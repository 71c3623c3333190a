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
    tag_by_person,
)
from engine.matching.listing import Listing
from engine.matching.names import NameNormaliser, NameWords
from engine.matching.overlap import (
    SET_BY_PERSON,
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
SCORER = OverlapScorer(CLASSIFIER, NameNormaliser(NameWords()))


def line(id: str, name: str, opd: str = "", url: str | None = None, region: str = "A") -> Listing:
    return Listing(name, opd, url, id, region)


def signals_of(a: Listing, b: Listing) -> set[str]:
    (row,) = SCORER.compute_signals([(a, b)])
    always = {"functions agree", "similar names", "words in common"}
    return {s for s, value in zip(SIGNALS, row, strict=True) if value == 1.0} - always


def test_two_words_for_one_function_agree() -> None:
    assert signals_of(line("1", "E-Presensi"), line("2", "e-Absensi")) == {"same function"}


def test_two_functions_contradict() -> None:
    assert signals_of(line("1", "Presensi"), line("2", "Surat Masuk")) == {"other function"}


def test_a_name_without_known_words_leaves_one_function_unknown() -> None:
    assert signals_of(line("1", "Presensi"), line("2", "Qwx")) == {"one function unknown"}


def test_opds_without_a_shared_affair_count_against_a_pair() -> None:
    signals = signals_of(
        line("1", "Presensi", "Badan Kepegawaian"), line("2", "Surat", "Dinas Kearsipan")
    )
    assert signals == {"other function", "OPDs share no affair"}


def test_the_same_opd_counts_within_one_region_only() -> None:
    a, b = line("1", "Kolak", "Badan Kepegawaian"), line("2", "Pisang", "Badan Kepegawaian")
    elsewhere = line("2", "Pisang", "Badan Kepegawaian", region="B")
    assert "same OPD" in signals_of(a, b)
    assert "same OPD" not in signals_of(a, elsewhere)


def test_a_score_explains_the_contribution_of_each_signal() -> None:
    weights = Weights(-1.0, (0.0, 2.0, -2.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    scorer = OverlapScorer(CLASSIFIER, NameNormaliser(NameWords()), weights)
    (overlap,) = scorer.score_pairs([(line("1", "Presensi"), line("2", "presensi"))])
    assert overlap.function == "attendance"
    assert [
        (contribution.signal, contribution.contribution) for contribution in overlap.reasons[:2]
    ] == [
        ("same function", 2.0),
        ("same name", 0.5),
    ]
    assert overlap.score == 0.818  # 1 / (1 + e^-1.5)


def test_an_empty_inventory_has_nothing_to_compare() -> None:
    assert SCORER.score_pairs([]) == ()
    assert SCORER.compute_signals([]).shape == (0, len(SIGNALS))


def test_a_cluster_holds_one_function_of_one_region() -> None:
    lines = [
        line("1", "E-Presensi"),
        line("2", "E-Absensi"),
        line("3", "Surat Masuk"),
        line("4", "Presensi", region="B"),
    ]
    tags = dict(zip("1234", CLASSIFIER.tag_listings(lines), strict=True))
    (cluster,) = SCORER.find_clusters(lines, tags)
    assert (cluster.region, cluster.function) == ("A", "attendance")
    assert cluster.systems == ("1", "2")
    assert SCORER.find_clusters(lines, tags, least=1.0) == ()


def test_weights_are_fitted_to_labelled_pairs() -> None:
    rows = np.zeros((20, len(SIGNALS)))
    rows[:10, SIGNALS.index("same function")] = 1.0
    labels = np.array([True] * 10 + [False] * 10)
    weights = fit_weights(rows, labels)
    assert list(log_odds(rows, weights) > 0) == list(labels)
    assert [weight for weight in weights.by_signal if weight] == [
        weights.by_signal[SIGNALS.index("same function")]
    ]


@pytest.mark.parametrize("signal", ["other function", "OPDs share no affair", "same OPD"])
def test_shipped_weights_count_contradictions_against_a_pair(signal: str) -> None:
    assert WEIGHTS.by_signal[SIGNALS.index(signal)] < 0


def test_two_systems_with_the_same_corrected_function_cluster_despite_their_names() -> None:
    pair = [Listing("Wakepo", "Dinkes", id="a"), Listing("Kolak", "Dinkes", id="b")]
    guessed = {listing.id: FunctionTag("attendance", 0.9, (), ()) for listing in pair}
    assert SCORER.find_clusters(pair, guessed) == ()
    (cluster,) = SCORER.find_clusters(
        pair, {listing.id: tag_by_person("attendance") for listing in pair}
    )
    assert (cluster.systems, cluster.confidence) == (("a", "b"), 1.0)
    assert (cluster.pairs[0].score, cluster.pairs[0].reasons[0].signal) == (1.0, SET_BY_PERSON)


@pytest.mark.parametrize("name", ["-", "A", "!!!", "???", "一二", "مكتب", "–", ""])
def test_a_name_without_comparable_letters_matches_no_name(name: str) -> None:
    pair = (line("1", name), line("2", "E-Presensi"))
    assert SCORER.compute_signals([pair])[0][SIGNALS.index("similar names")] == 0.0
    same_names = (line("1", name), line("2", name))
    assert SCORER.compute_signals([same_names])[0][SIGNALS.index("same name")] == 0.0


def test_systems_without_a_comparable_name_cluster_by_corrected_functions() -> None:
    systems = [line("1", "-"), line("2", "E-Presensi")]
    tags = {system.id: tag_by_person("attendance") for system in systems}
    (cluster,) = SCORER.find_clusters(systems, tags)
    assert cluster.systems == ("1", "2")
