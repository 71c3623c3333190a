"""Scores whether two systems do the same job by rule `overlap/1`, with the reasons.

Names alone are weak evidence ("Sadasbor" and "e-Absensi" both record attendance). So the score
starts from the function tags of both systems, and corrects them by names, OPDs and addresses. It
is a logistic model of eleven signals. `WEIGHTS` were fitted to 376 hand-labelled pairs, and
`benchmarks/overlap.py` measures the model on systems outside the fit. The score orders
candidates: its scale is that of the labelled pairs (62 % positive), not the odds of two random
systems.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from engine.matching.function_classifier import (
    CERTAIN,
    FunctionClassifier,
    FunctionTag,
    Probabilities,
)
from engine.matching.inventory_line import Listing
from engine.matching.name_matching import letter_similarity, shared_forms
from engine.matching.names import PUBLIC_HOSTS, Normaliser, url_host

RULE = "overlap/1"
Signals = NDArray[np.float64]

SIGNALS = (
    "functions agree",  # chance that a draw from each tag is one function
    "same function",  # both tags are certain and equal
    "other function",  # both tags are certain and differ
    "one function unknown",
    "letters alike",
    "same name",
    "words in common",
    "OPDs share affairs",
    "OPDs share no affair",
    "same host",
    "same OPD",  # an OPD seldom has two systems for one job
)
SAID = "same function by persons' word"
_AT_ONCE = 5_000  # pairs per batch, which bounds the memory of the distributions
LIKELY = 0.5  # a person should review the pair
SURE = 0.85  # 95 % of labelled pairs above it were right, held out by system


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each signal in the log odds."""

    base: float
    by_signal: tuple[float, ...]


WEIGHTS = Weights(
    base=0.117,
    by_signal=(1.171, 0.823, -1.565, 0.585, 0.337, 0.238, 0.063, 0.461, -0.634, 1.557, -1.932),
)


@dataclass(frozen=True, slots=True)
class OverlapReason:
    """A present signal, its value, and its contribution to the log odds."""

    signal: str
    value: float
    adds: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two systems that may do the same job."""

    a: str
    b: str
    score: float
    function: str | None  # the certain function of either, if they do not differ
    why: tuple[OverlapReason, ...]  # the largest contribution first


@dataclass(frozen=True, slots=True)
class Cluster:
    """The systems of one region with one function, as candidates for consolidation."""

    region: str
    function: str
    systems: tuple[str, ...]
    confidence: float  # of the least certain tag
    pairs: tuple[Overlap, ...]  # the weakest first


class OverlapScorer:
    """Scores pairs of systems."""

    def __init__(
        self, classifier: FunctionClassifier, normaliser: Normaliser, weights: Weights = WEIGHTS
    ) -> None:
        self._classifier = classifier
        self._normaliser = normaliser
        self._weights = weights

    def signals(self, pairs: Sequence[tuple[Listing, Listing]]) -> Signals:
        """Return the signals: one row per pair, one column per signal."""
        row_of = _numbered(pairs)
        if not pairs:
            return np.empty((0, len(SIGNALS)))
        return self._signals(pairs, row_of, self._classifier.distribution(list(row_of)))

    def _signals(
        self,
        pairs: Sequence[tuple[Listing, Listing]],
        row_of: Mapping[Listing, int],
        chances: Probabilities,
    ) -> Signals:
        best, sure = chances.argmax(axis=1), chances.max(axis=1) >= CERTAIN
        rows = []
        for a, b in pairs:
            one, other = row_of[a], row_of[b]
            both = bool(sure[one] and sure[other])
            same = bool(best[one] == best[other])
            x, y = self._normaliser.name(a.name), self._normaliser.name(b.name)
            affairs = self._classifier.shares_affair(a, b)
            at = url_host(a.url)
            rows.append(
                (
                    float(chances[one] @ chances[other]),
                    both and same,
                    both and not same,
                    bool(sure[one]) != bool(sure[other]),
                    letter_similarity(x, y) / 100,
                    bool(shared_forms(x, y)),
                    fuzz.token_set_ratio(" ".join(x.core), " ".join(y.core)) / 100,
                    affairs is True,
                    affairs is False,
                    bool(at) and at == url_host(b.url) and at not in PUBLIC_HOSTS,
                    bool(a.opd) and (a.region, a.opd) == (b.region, b.opd),
                )
            )
        return np.array(rows, dtype=np.float64)

    def overlaps(self, pairs: Sequence[tuple[Listing, Listing]]) -> tuple[Overlap, ...]:
        """Return the score of each pair, with its reasons."""
        if not pairs:
            return ()
        row_of = _numbered(pairs)
        listings = list(row_of)
        chances = self._classifier.distribution(listings)
        tags = self._classifier.tags(listings, chances)
        rows = self._signals(pairs, row_of, chances)
        odds = log_odds(rows, self._weights)
        found = []
        for number, (a, b) in enumerate(pairs):
            known = {each for side in (a, b) if (each := tags[row_of[side]].function)}
            reasons = sorted(
                (
                    OverlapReason(signal, round(float(value), 3), round(float(value) * weight, 3))
                    for signal, value, weight in zip(
                        SIGNALS, rows[number], self._weights.by_signal, strict=True
                    )
                    if value
                ),
                key=lambda each: -abs(each.adds),
            )
            score = round(1 / (1 + float(np.exp(-odds[number]))), 3)
            function = min(known) if len(known) == 1 else None
            found.append(Overlap(a.id, b.id, score, function, tuple(reasons)))
        return tuple(found)

    def clusters(
        self, systems: Sequence[Listing], tags: Mapping[str, FunctionTag], least: float = LIKELY
    ) -> tuple[Cluster, ...]:
        """Return the clusters of systems by region and function, the most certain first.

        A system is in a cluster if its score with at least one other member reaches `least`. Two
        systems whose functions were set by persons do the same job without a score.
        """
        together: dict[tuple[str, str], list[Listing]] = defaultdict(list)
        for each in systems:
            function = tags[each.id].function
            if function is not None:
                together[each.region, function].append(each)
        scores: dict[tuple[str, str], list[Overlap]] = defaultdict(list)
        for batch in _batches(together):
            overlaps = self.overlaps([pair for _, pair in batch])
            for (key, pair), overlap in zip(batch, overlaps, strict=True):
                by_person = all(tags[each.id].by_person for each in pair)
                compared = _set_by_person(overlap, key[1]) if by_person else overlap
                if compared.score >= least:
                    scores[key].append(compared)
        found = []
        for (region, function), pairs in scores.items():
            kept = {each for pair in pairs for each in (pair.a, pair.b)}
            found.append(
                Cluster(
                    region=region,
                    function=function,
                    systems=tuple(
                        each.id for each in together[region, function] if each.id in kept
                    ),
                    confidence=min(tags[each].confidence for each in kept),
                    pairs=tuple(sorted(pairs, key=lambda each: (each.score, each.a, each.b))),
                )
            )
        return tuple(sorted(found, key=lambda each: (-each.confidence, each.region, each.function)))


def _set_by_person(pair: Overlap, function: str) -> Overlap:
    return replace(
        pair, score=1.0, function=function, why=(OverlapReason(SAID, 1.0, 0.0), *pair.why)
    )


def _batches(
    together: Mapping[tuple[str, str], Sequence[Listing]],
) -> Iterator[list[tuple[tuple[str, str], tuple[Listing, Listing]]]]:
    """Yield the pairs within each group in batches. A batch spans groups, as most are small."""
    pairs = ((key, pair) for key, members in together.items() for pair in combinations(members, 2))
    while batch := list(islice(pairs, _AT_ONCE)):
        yield batch


def _numbered(pairs: Sequence[tuple[Listing, Listing]]) -> dict[Listing, int]:
    """Number the different listings. A listing is in many pairs, and is expensive to classify."""
    different = dict.fromkeys(each for pair in pairs for each in pair)
    return {each: row for row, each in enumerate(different)}


def fit_weights(rows: Signals, same: NDArray[np.bool_]) -> Weights:
    """Fit the weights to labelled pairs, with an L2 penalty of one."""
    from sklearn.linear_model import (
        LogisticRegression,  # a slow import: see `engine.matching.function_classifier`
    )

    model = LogisticRegression(C=1.0, max_iter=1000).fit(rows, same)
    return Weights(
        base=round(float(model.intercept_[0]), 3),
        by_signal=tuple(round(float(each), 3) for each in model.coef_[0]),
    )


def log_odds(rows: Signals, weights: Weights) -> NDArray[np.float64]:
    """Return the log odds of each row of signals."""
    return np.asarray(rows @ np.array(weights.by_signal) + weights.base, dtype=np.float64)
