"""Benchmark of the function overlap scorer: 376 labelled pairs, cross-validated by system.

    python -m benchmarks.overlap

Each pair is scored by weights fitted without any pair that shares a system with it: equal names,
and names that the labels call one application, are one system. The lexicon behind the function
tags is data of the product and is the same in all folds. Its author had read 142 of the
pairs with their labels (`read_before_lexicon`). The figures are therefore also given for the 234
pairs that the author had not read, and for a lexicon without every term that is the whole name of
either side. The author had seen the names (not the labels) of part of the unread pairs in the
inventories, and the signals were chosen by the figures of all pairs, so no figure here comes from
rows that were wholly unseen.
The peer is the cosine of TF-IDF weighted character 2- to 4-grams of the names.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score, precision_recall_curve

from engine.matching.function_classifier import FunctionClassifier, Lexicon
from engine.matching.listing import Listing
from engine.matching.names import NameNormaliser, split_words
from engine.matching.overlap import SIGNALS, WEIGHTS, OverlapScorer, fit_weights, log_odds
from facts.function import function_lexicon, name_words

PAIRS = Path(__file__).parent / "data" / "overlap_pairs.csv"
PRECISION = 0.95

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


def main() -> None:
    """Print the figures, the curve and the weights of all pairs together."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        labelled_rows = list(csv.DictReader(file))
    pairs = [pair_listings(row) for row in labelled_rows]
    same = np.array([row["same_function"] == "true" for row in labelled_rows])
    unread = np.array([row["read_before_lexicon"] == "false" for row in labelled_rows])
    normaliser = NameNormaliser(name_words())
    systems = _systems_by_pair(labelled_rows, normaliser)

    def signals(lexicon: Lexicon) -> Scores:
        return OverlapScorer(FunctionClassifier(lexicon), normaliser).compute_signals(pairs)

    full = signals(function_lexicon())
    scores_of_model = _cross_validated_scores(full, same, systems)
    scores_of_peer = _peer_scores(pairs)
    rows = [
        ("TF-IDF of character 2-4-grams (peer)", scores_of_peer, None),
        ("simpul, held out by system", scores_of_model, None),
        ("  of these, pairs not read before the lexicon", scores_of_model, unread),
        ("  the peer on the same", scores_of_peer, unread),
        (
            "  without 'same OPD'",
            _cross_validated_scores(_without_signal(full, "same OPD"), same, systems),
            None,
        ),
        ("  tags alone, no fit", full[:, 0], None),
        (
            "  lexicon without whole names of the pairs",
            _cross_validated_scores(
                signals(_lexicon_without_names(pairs, normaliser)), same, systems
            ),
            None,
        ),
    ]
    _print_line(
        f"{len(pairs)} pairs, {same.mean():.0%} positive, {_count_systems(systems)} systems\n"
    )
    _print_line(f"{'':48} {'AP':>6} {'R at P 0.95':>12}")
    for title, scores, subset in rows:
        selection = np.ones(len(same), dtype=bool) if subset is None else subset
        average = average_precision_score(same[selection], scores[selection])
        recall_at_precision = _recall_at_precision(same[selection], scores[selection])
        _print_line(f"{title:48} {average:6.3f} {recall_at_precision:12.3f}")
    _print_line("\nprecision-recall curve, held out (chance = 1/(1+exp(-score)))")
    _print_line(f"{'recall':>8} {'precision':>10} {'chance':>8} {'peer precision':>15}")
    precision, recall, thresholds = precision_recall_curve(same, scores_of_model)
    peer_precision, peer_recall, _ = precision_recall_curve(same, scores_of_peer)
    for target_recall in np.arange(0.05, 1.001, 0.05):
        index = int(np.flatnonzero(recall >= target_recall - 1e-9)[-1])
        peer_index = int(np.flatnonzero(peer_recall >= target_recall - 1e-9)[-1])
        chance = 1 / (1 + np.exp(-thresholds[index]))
        _print_line(
            f"{recall[index]:8.2f} {precision[index]:10.3f} {chance:8.2f}"
            f" {peer_precision[peer_index]:15.3f}"
        )
    for signal in ("same function", "other function"):
        present = full[:, SIGNALS.index(signal)] > 0
        _print_line(
            f"\n{signal}: {present.sum()} pairs, of which {same[present].mean():.0%} overlap"
        )
    weights = fit_weights(full, same)
    _print_line(
        f"\nweights of all pairs (shipped: {'equal' if weights == WEIGHTS else 'DIFFERENT'})"
    )
    _print_line(f"  base {weights.base}")
    for signal, weight in zip(SIGNALS, weights.by_signal, strict=True):
        _print_line(f"  {signal:24} {weight:7.3f}")


def pair_listings(row: dict[str, str]) -> tuple[Listing, Listing]:
    """Return both sides of a pair."""
    return _listing(row, "a"), _listing(row, "b")


def _listing(row: dict[str, str], side: str) -> Listing:
    return Listing(
        name=row[side],
        opd=row[f"{side}_opd"],
        url=row[f"{side}_url"] or None,
        region=row[f"{side}_region"],
    )


def _systems_by_pair(
    rows: list[dict[str, str]], normaliser: NameNormaliser
) -> list[tuple[str, str]]:
    """Return the systems of both sides of each pair."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    keys = [(normaliser.name(row["a"]).key, normaliser.name(row["b"]).key) for row in rows]
    for row, (a, b) in zip(rows, keys, strict=True):
        if row["relation"].startswith("same_application"):
            parent[root(a)] = root(b)
    return [(root(a), root(b)) for a, b in keys]


def _cross_validated_scores(signals: Scores, same: Flags, systems: list[tuple[str, str]]) -> Scores:
    """Return the score of each pair by a fit on the pairs that share no system with it."""
    scores = np.zeros(len(same))
    for number, own_systems in enumerate(systems):
        training = [i for i, theirs in enumerate(systems) if not set(own_systems) & set(theirs)]
        weights = fit_weights(signals[training], same[training])
        scores[number] = log_odds(signals[number : number + 1], weights)[0]
    return scores


def _peer_scores(pairs: list[tuple[Listing, Listing]]) -> Scores:
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    grams.fit(sorted({listing.name for pair in pairs for listing in pair}))
    a, b = (grams.transform([pair[side].name for pair in pairs]) for side in (0, 1))
    return np.asarray(a.multiply(b).sum(axis=1), dtype=np.float64).ravel()


def _lexicon_without_names(
    pairs: list[tuple[Listing, Listing]], normaliser: NameNormaliser
) -> Lexicon:
    """Return the lexicon without every term that is a whole name."""
    whole_names = {normaliser.name(listing.name).key for pair in pairs for listing in pair}
    whole_names |= {"".join(split_words(listing.name)) for pair in pairs for listing in pair}
    terms = function_lexicon().terms
    remaining = tuple(term for term in terms if "".join(split_words(term.text)) not in whole_names)
    return replace(function_lexicon(), terms=remaining)


def _without_signal(signals: Scores, signal: str) -> Scores:
    return np.delete(signals, SIGNALS.index(signal), axis=1)


def _recall_at_precision(same: Flags, scores: Scores) -> float:
    precision, recall, _ = precision_recall_curve(same, scores)
    return max(
        (float(r) for p, r in zip(precision, recall, strict=True) if p >= PRECISION), default=0
    )


def _count_systems(systems: list[tuple[str, str]]) -> int:
    return len({system for pair in systems for system in pair})


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
