"""Whether two systems do the same job: rule `overlap/1`, a score with its reasons.

Names alone say little ("Sadasbor" and "e-Absensi" both record attendance), so the score rests on
the function tags of both, and corrects them by names, OPDs and addresses. It is a logistic model
of eleven signals; `WEIGHTS` were fitted to 376 hand-labelled pairs, and `benchmarks/overlap.py`
tells how well that does on systems that a fit has not seen. The score orders candidates: its
scale is that of the labelled pairs (62 % positive), not the odds of two systems taken at random.
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
from engine.matching.name_matching import letters_alike, shared_forms
from engine.matching.names import PUBLIC_HOSTS, Normaliser, url_host

RULE = "overlap/1"
Signals = NDArray[np.float64]

SIGNALS = (
    "functions agree",  # chance that two draws from both tags are one function
    "same function",  # both tags are certain, and equal
    "other function",  # both are certain, and differ
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
_AT_ONCE = 5_000  # pairs: a function is chosen among all for each, which takes memory
LIKELY = 0.5  # a person should look
SURE = 0.85  # held out by system, 95 of 100 labelled pairs above it were right


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal adds to the log odds."""

    base: float
    by_signal: tuple[float, ...]


WEIGHTS = Weights(
    base=0.117,
    by_signal=(1.171, 0.823, -1.565, 0.585, 0.337, 0.238, 0.063, 0.461, -0.634, 1.557, -1.932),
)


@dataclass(frozen=True, slots=True)
class OverlapReason:
    """A signal that is present, its value, and what it adds to the log odds."""

    signal: str
    value: float
    adds: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two systems that may do the same job."""

    a: str
    b: str
    score: float
    function: str | None  # the certain one of either, where they do not contradict
    why: tuple[OverlapReason, ...]  # the weightiest first


@dataclass(frozen=True, slots=True)
class Cluster:
    """Systems of one region with one function: what a consolidation may start from."""

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
        """One row per pair, one column per signal."""
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
                    letters_alike(x, y) / 100,
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
        """The score of each pair, with its reasons."""
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
        """Systems of one region and function, most certain first.

        A system stays in where at least one other of its cluster scores `least` with it. Two whose
        functions persons named need no score: they do the same job.
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
                told = all(tags[each.id].by_person for each in pair)
                compared = _told(overlap, key[1]) if told else overlap
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


def _told(pair: Overlap, function: str) -> Overlap:
    return replace(
        pair, score=1.0, function=function, why=(OverlapReason(SAID, 1.0, 0.0), *pair.why)
    )


def _batches(
    together: Mapping[tuple[str, str], Sequence[Listing]],
) -> Iterator[list[tuple[tuple[str, str], tuple[Listing, Listing]]]]:
    """All pairs within each group: many groups at once, as most are small, but not all."""
    pairs = ((key, pair) for key, members in together.items() for pair in combinations(members, 2))
    while batch := list(islice(pairs, _AT_ONCE)):
        yield batch


def _numbered(pairs: Sequence[tuple[Listing, Listing]]) -> dict[Listing, int]:
    """A row for each different listing: one is in many pairs, and is dear to read."""
    different = dict.fromkeys(each for pair in pairs for each in pair)
    return {each: row for row, each in enumerate(different)}


def fit_weights(rows: Signals, same: NDArray[np.bool_]) -> Weights:
    """The weights that fit labelled pairs best, held back by an L2 penalty of one."""
    from sklearn.linear_model import (
        LogisticRegression,  # dear to import: see `engine.matching.function_classifier`
    )

    model = LogisticRegression(C=1.0, max_iter=1000).fit(rows, same)
    return Weights(
        base=round(float(model.intercept_[0]), 3),
        by_signal=tuple(round(float(each), 3) for each in model.coef_[0]),
    )


def log_odds(rows: Signals, weights: Weights) -> NDArray[np.float64]:
    """The log odds of each row."""
    return np.asarray(rows @ np.array(weights.by_signal) + weights.base, dtype=np.float64)
