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
from engine.matching.inventory_line import Listing
from engine.matching.names import Normaliser, words_of
from engine.matching.overlap import SIGNALS, WEIGHTS, OverlapScorer, fit_weights, log_odds
from facts.function import function_lexicon, name_words

PAIRS = Path(__file__).parent / "data" / "overlap_pairs.csv"
PRECISION = 0.95

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


def main() -> None:
    """Print the figures, the curve and the weights of all pairs together."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        labelled = list(csv.DictReader(file))
    pairs = [listings(each) for each in labelled]
    same = np.array([each["same_function"] == "true" for each in labelled])
    unread = np.array([each["read_before_lexicon"] == "false" for each in labelled])
    normaliser = Normaliser(name_words())
    systems = _systems(labelled, normaliser)

    def signals(of: Lexicon) -> Scores:
        return OverlapScorer(FunctionClassifier(of), normaliser).signals(pairs)

    full = signals(function_lexicon())
    ours = _held_out(full, same, systems)
    peer = _peer(pairs)
    rows = [
        ("TF-IDF of character 2-4-grams (peer)", peer, None),
        ("simpul, held out by system", ours, None),
        ("  of these, pairs not read before the lexicon", ours, unread),
        ("  the peer on the same", peer, unread),
        ("  without 'same OPD'", _held_out(_without(full, "same OPD"), same, systems), None),
        ("  tags alone, no fit", full[:, 0], None),
        (
            "  lexicon without whole names of the pairs",
            _held_out(signals(_unnamed(pairs, normaliser)), same, systems),
            None,
        ),
    ]
    _write(f"{len(pairs)} pairs, {same.mean():.0%} positive, {_count(systems)} systems\n")
    _write(f"{'':48} {'AP':>6} {'R at P 0.95':>12}")
    for title, scores, only in rows:
        kept = np.ones(len(same), dtype=bool) if only is None else only
        average = average_precision_score(same[kept], scores[kept])
        _write(f"{title:48} {average:6.3f} {_recall(same[kept], scores[kept]):12.3f}")
    _write("\nprecision-recall curve, held out (chance = 1/(1+exp(-score)))")
    _write(f"{'recall':>8} {'precision':>10} {'chance':>8} {'peer precision':>15}")
    precision, recall, thresholds = precision_recall_curve(same, ours)
    peer_precision, peer_recall, _ = precision_recall_curve(same, peer)
    for wanted in np.arange(0.05, 1.001, 0.05):
        at = int(np.flatnonzero(recall >= wanted - 1e-9)[-1])
        peer_at = int(np.flatnonzero(peer_recall >= wanted - 1e-9)[-1])
        chance = 1 / (1 + np.exp(-thresholds[at]))
        _write(
            f"{recall[at]:8.2f} {precision[at]:10.3f} {chance:8.2f} {peer_precision[peer_at]:15.3f}"
        )
    for signal in ("same function", "other function"):
        present = full[:, SIGNALS.index(signal)] > 0
        _write(f"\n{signal}: {present.sum()} pairs, of which {same[present].mean():.0%} overlap")
    weights = fit_weights(full, same)
    _write(f"\nweights of all pairs (shipped: {'equal' if weights == WEIGHTS else 'DIFFERENT'})")
    _write(f"  base {weights.base}")
    for signal, weight in zip(SIGNALS, weights.by_signal, strict=True):
        _write(f"  {signal:24} {weight:7.3f}")


def listings(row: dict[str, str]) -> tuple[Listing, Listing]:
    """Return both sides of a pair."""
    return _listing(row, "a"), _listing(row, "b")


def _listing(row: dict[str, str], side: str) -> Listing:
    return Listing(
        name=row[side],
        opd=row[f"{side}_opd"],
        url=row[f"{side}_url"] or None,
        region=row[f"{side}_region"],
    )


def _systems(rows: list[dict[str, str]], normaliser: Normaliser) -> list[tuple[str, str]]:
    """Return the systems of both sides of each pair."""
    above: dict[str, str] = {}

    def root(key: str) -> str:
        while above.setdefault(key, key) != key:
            key = above[key]
        return key

    keys = [(normaliser.name(each["a"]).key, normaliser.name(each["b"]).key) for each in rows]
    for row, (a, b) in zip(rows, keys, strict=True):
        if row["relation"].startswith("same_application"):
            above[root(a)] = root(b)
    return [(root(a), root(b)) for a, b in keys]


def _held_out(signals: Scores, same: Flags, systems: list[tuple[str, str]]) -> Scores:
    """Return the score of each pair by a fit on the pairs that share no system with it."""
    scores = np.zeros(len(same))
    for number, mine in enumerate(systems):
        others = [i for i, theirs in enumerate(systems) if not set(mine) & set(theirs)]
        weights = fit_weights(signals[others], same[others])
        scores[number] = log_odds(signals[number : number + 1], weights)[0]
    return scores


def _peer(pairs: list[tuple[Listing, Listing]]) -> Scores:
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    grams.fit(sorted({each.name for pair in pairs for each in pair}))
    a, b = (grams.transform([pair[side].name for pair in pairs]) for side in (0, 1))
    return np.asarray(a.multiply(b).sum(axis=1), dtype=np.float64).ravel()


def _unnamed(pairs: list[tuple[Listing, Listing]], normaliser: Normaliser) -> Lexicon:
    """Return the lexicon without every term that is a whole name."""
    whole = {normaliser.name(each.name).key for pair in pairs for each in pair}
    whole |= {"".join(words_of(each.name)) for pair in pairs for each in pair}
    terms = function_lexicon().terms
    kept = tuple(each for each in terms if "".join(words_of(each.text)) not in whole)
    return replace(function_lexicon(), terms=kept)


def _without(signals: Scores, signal: str) -> Scores:
    return np.delete(signals, SIGNALS.index(signal), axis=1)


def _recall(same: Flags, scores: Scores) -> float:
    precision, recall, _ = precision_recall_curve(same, scores)
    return max(
        (float(r) for p, r in zip(precision, recall, strict=True) if p >= PRECISION), default=0
    )


def _count(systems: list[tuple[str, str]]) -> int:
    return len({each for pair in systems for each in pair})


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
