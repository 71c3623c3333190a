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
from engine.matching.listing import Listing
from engine.matching.name_matching import letter_similarity, shared_forms
from engine.matching.names import PUBLIC_HOSTS, NameNormaliser, url_host

RULE = "overlap/1"
Signals = NDArray[np.float64]

SIGNALS = (
    "functions agree",  # probability that a draw from each tag gives the same function
    "same function",  # both tags are certain and equal
    "other function",  # both tags are certain and differ
    "one function unknown",
    "similar names",
    "same name",
    "words in common",
    "OPDs share affairs",
    "OPDs share no affair",
    "same host",
    "same OPD",  # an OPD seldom has two systems for one job
)
SET_BY_PERSON = "same function, set by persons"
_BATCH_SIZE = 5_000  # pairs per batch, which bounds the memory of the distributions
LIKELY_SCORE = 0.5  # a person should review the pair
SURE_SCORE = 0.85  # 95 % of labelled pairs above it were right, held out by system


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
    contribution: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two systems that may do the same job."""

    a: str
    b: str
    score: float
    function: str | None  # the certain function of either, if they do not differ
    reasons: tuple[OverlapReason, ...]  # the largest contribution first


@dataclass(frozen=True, slots=True)
class Cluster:
    """The systems of one region with one function, as candidates for consolidation."""

    region: str
    function: str
    systems: tuple[str, ...]
    confidence: float  # confidence of the least certain tag
    pairs: tuple[Overlap, ...]  # the weakest first


class OverlapScorer:
    """Scores pairs of systems."""

    def __init__(
        self, classifier: FunctionClassifier, normaliser: NameNormaliser, weights: Weights = WEIGHTS
    ) -> None:
        self._classifier = classifier
        self._normaliser = normaliser
        self._weights = weights

    def compute_signals(self, pairs: Sequence[tuple[Listing, Listing]]) -> Signals:
        """Return the signals: one row per pair, one column per signal."""
        row_of = _number_listings(pairs)
        if not pairs:
            return np.empty((0, len(SIGNALS)))
        return self._signals(pairs, row_of, self._classifier.function_probabilities(list(row_of)))

    def _signals(
        self,
        pairs: Sequence[tuple[Listing, Listing]],
        row_of: Mapping[Listing, int],
        probabilities: Probabilities,
    ) -> Signals:
        likeliest, certain = probabilities.argmax(axis=1), probabilities.max(axis=1) >= CERTAIN
        rows = []
        for a, b in pairs:
            first, second = row_of[a], row_of[b]
            both_certain = bool(certain[first] and certain[second])
            same_function = bool(likeliest[first] == likeliest[second])
            name_a, name_b = self._normaliser.name(a.name), self._normaliser.name(b.name)
            affairs = self._classifier.shares_affair(a, b)
            host = url_host(a.url)
            rows.append(
                (
                    float(probabilities[first] @ probabilities[second]),
                    both_certain and same_function,
                    both_certain and not same_function,
                    bool(certain[first]) != bool(certain[second]),
                    letter_similarity(name_a, name_b) / 100,
                    bool(shared_forms(name_a, name_b)),
                    fuzz.token_set_ratio(" ".join(name_a.core), " ".join(name_b.core)) / 100,
                    affairs is True,
                    affairs is False,
                    bool(host) and host == url_host(b.url) and host not in PUBLIC_HOSTS,
                    bool(a.opd) and (a.region, a.opd) == (b.region, b.opd),
                )
            )
        return np.array(rows, dtype=np.float64)

    def score_pairs(self, pairs: Sequence[tuple[Listing, Listing]]) -> tuple[Overlap, ...]:
        """Return the score of each pair, with its reasons."""
        if not pairs:
            return ()
        row_of = _number_listings(pairs)
        listings = list(row_of)
        probabilities = self._classifier.function_probabilities(listings)
        tags = self._classifier.tag_listings(listings, probabilities)
        rows = self._signals(pairs, row_of, probabilities)
        odds = log_odds(rows, self._weights)
        overlaps = []
        for number, (a, b) in enumerate(pairs):
            functions = {tagged for side in (a, b) if (tagged := tags[row_of[side]].function)}
            reasons = sorted(
                (
                    OverlapReason(signal, round(float(value), 3), round(float(value) * weight, 3))
                    for signal, value, weight in zip(
                        SIGNALS, rows[number], self._weights.by_signal, strict=True
                    )
                    if value
                ),
                key=lambda reason: -abs(reason.contribution),
            )
            score = round(1 / (1 + float(np.exp(-odds[number]))), 3)
            function = min(functions) if len(functions) == 1 else None
            overlaps.append(Overlap(a.id, b.id, score, function, tuple(reasons)))
        return tuple(overlaps)

    def find_clusters(
        self,
        systems: Sequence[Listing],
        tags: Mapping[str, FunctionTag],
        least: float = LIKELY_SCORE,
    ) -> tuple[Cluster, ...]:
        """Return the clusters of systems by region and function, the most certain first.

        A system is in a cluster if its score with at least one other member reaches `least`. If
        persons set the functions of two systems, the score of the pair is 1.
        """
        members: dict[tuple[str, str], list[Listing]] = defaultdict(list)
        for system in systems:
            function = tags[system.id].function
            if function is not None:
                members[system.region, function].append(system)
        scores: dict[tuple[str, str], list[Overlap]] = defaultdict(list)
        for batch in _batches(members):
            overlaps = self.score_pairs([pair for _, pair in batch])
            for (key, pair), overlap in zip(batch, overlaps, strict=True):
                by_person = all(tags[system.id].by_person for system in pair)
                compared = _confirmed_overlap(overlap, key[1]) if by_person else overlap
                if compared.score >= least:
                    scores[key].append(compared)
        clusters = []
        for (region, function), pairs in scores.items():
            in_cluster = {system for pair in pairs for system in (pair.a, pair.b)}
            clusters.append(
                Cluster(
                    region=region,
                    function=function,
                    systems=tuple(
                        listing.id
                        for listing in members[region, function]
                        if listing.id in in_cluster
                    ),
                    confidence=min(tags[system].confidence for system in in_cluster),
                    pairs=tuple(
                        sorted(pairs, key=lambda overlap: (overlap.score, overlap.a, overlap.b))
                    ),
                )
            )
        return tuple(
            sorted(
                clusters,
                key=lambda cluster: (-cluster.confidence, cluster.region, cluster.function),
            )
        )


def _confirmed_overlap(pair: Overlap, function: str) -> Overlap:
    return replace(
        pair,
        score=1.0,
        function=function,
        reasons=(OverlapReason(SET_BY_PERSON, 1.0, 0.0), *pair.reasons),
    )


def _batches(
    groups: Mapping[tuple[str, str], Sequence[Listing]],
) -> Iterator[list[tuple[tuple[str, str], tuple[Listing, Listing]]]]:
    """Yield the pairs within each group in batches. A batch spans groups, as most are small."""
    pairs = ((key, pair) for key, members in groups.items() for pair in combinations(members, 2))
    while batch := list(islice(pairs, _BATCH_SIZE)):
        yield batch


def _number_listings(pairs: Sequence[tuple[Listing, Listing]]) -> dict[Listing, int]:
    """Number the different listings. A listing is in many pairs, and is expensive to classify."""
    listings = dict.fromkeys(listing for pair in pairs for listing in pair)
    return {listing: row for row, listing in enumerate(listings)}


def fit_weights(rows: Signals, same: NDArray[np.bool_]) -> Weights:
    """Fit the weights to labelled pairs, with an L2 penalty of one."""
    from sklearn.linear_model import (
        LogisticRegression,  # a slow import: see `engine.matching.function_classifier`
    )

    model = LogisticRegression(C=1.0, max_iter=1000).fit(rows, same)
    return Weights(
        base=round(float(model.intercept_[0]), 3),
        by_signal=tuple(round(float(weight), 3) for weight in model.coef_[0]),
    )


def log_odds(rows: Signals, weights: Weights) -> NDArray[np.float64]:
    """Return the log odds of each row of signals."""
    return np.asarray(rows @ np.array(weights.by_signal) + weights.base, dtype=np.float64)
