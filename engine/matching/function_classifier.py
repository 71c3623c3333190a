"""Classifies applications by function, from their name, their address and their OPD.

A name states the function in words ("presensi"), by a well-known name ("SIMPEG") or not at all
("Sadasbor"). The words and names are in a lexicon, which is data. A linear model over character
n-grams, trained on the lexicon and on people's corrections, also recognises forms that the
lexicon lacks. The affairs of the OPD shift the odds. A tag is a suggestion with a confidence:
below `CERTAIN` the classifier abstains, and a person's correction always takes precedence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from scipy.special import expit

from engine.matching.listing import Listing
from engine.matching.names import PUBLIC_HOSTS, NameWords, split_words, url_host

Probabilities = NDArray[np.float64]

CERTAIN = 0.5  # below this confidence, the classifier gives no tag
_LONGEST_TERM = 5  # words
_SHORTEST_PART = 5  # letters of a term that is searched inside longer words
_WEIGHT = {"NAME": 4.0, "WORD": 2.0, "HINT": 0.5}
_IN_CHARGE_FACTOR = 4.0  # factor on the odds of a function that the OPD is in charge of
_OPD_ODDS = 0.002  # odds from the OPD alone, if the name gives none
_SHORTEST_LABEL = 4  # letters
_REGULARISATION = 30.0  # inverse strength, as scikit-learn's C
_PREFIXES = ("e", "si", "sim", "my", "i")  # eKinerja, SIPresensi


@dataclass(frozen=True, slots=True)
class Function:
    """A function that applications serve."""

    id: str
    name: str  # in Indonesian, as shown
    affair: str  # letter of the government affair; empty if every OPD needs it
    indicators: tuple[int, ...]  # of spbe-2020


@dataclass(frozen=True, slots=True)
class Term:
    """A word or name that points to a function.

    `kind` is NAME (a well-known application), WORD (a word of the subject) or HINT (a word that
    fits other functions too).
    """

    text: str
    function: str
    kind: str


@dataclass(frozen=True, slots=True)
class Affair:
    """A word in the name of an OPD, and the affair or function that it is in charge of."""

    word: str
    affair: str  # letter of a government affair; empty if `functions` is given
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The functions, and the words by which the classifier recognises them."""

    functions: tuple[Function, ...]
    terms: tuple[Term, ...]
    affairs: tuple[Affair, ...]
    words: NameWords  # words without a meaning for the function


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """An application with the function that a person has set."""

    listing: Listing
    function: str


@dataclass(frozen=True, slots=True)
class FunctionCorrection:
    """A person's correction of an application's function; None revokes the earlier correction."""

    application: str
    function: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FunctionTag:
    """The function of an application, or None with the best guess in `candidates`."""

    function: str | None
    confidence: float
    candidates: tuple[tuple[str, float], ...]  # the three best functions, with confidence
    matched_terms: tuple[str, ...]  # the matched terms and OPD words
    by_person: bool = False


def tag_by_person(function: str) -> FunctionTag:
    """Return the tag of a function that a person has set."""
    return FunctionTag(function, 1.0, ((function, 1.0),), (), by_person=True)


class TermFinder:
    """Finds the lexicon's terms in names and addresses."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.columns = {function.id: index for index, function in enumerate(lexicon.functions)}
        self._terms: dict[str, list[tuple[int, float]]] = {}
        for term in lexicon.terms:
            words = split_words(term.text)
            # A phrase is more specific than a word: "harga pangan" is not "pangan".
            weight = _WEIGHT[term.kind] + (len(words) > 1)
            meanings = self._terms.setdefault("".join(words), [])
            meanings.append((self.columns[term.function], weight))
        self.find_terms = lru_cache(maxsize=1 << 18)(self._find_terms)
        self.opd_functions = lru_cache(maxsize=1 << 14)(self._opd_functions)

    def _find_terms(self, text: str) -> tuple[tuple[str, tuple[tuple[int, float], ...]], ...]:
        """Return the longest terms in a text, without overlaps, and the functions they mean."""
        words = split_words(text)
        matches = []
        position = 0
        while position < len(words):
            for length in range(min(_LONGEST_TERM, len(words) - position), 0, -1):
                joined = "".join(words[position : position + length])
                term = self._match_term(joined)
                if term is not None:
                    matches.append((term, tuple(self._terms[term])))
                    position += length
                    break
            else:
                matches.extend(
                    (part, tuple(self._terms[part]))
                    for part in self._match_compound(words[position])
                )
                position += 1
        return tuple(matches)

    def _match_term(self, joined: str) -> str | None:
        if joined in self._terms:
            return joined
        for prefix in _PREFIXES:
            stem = joined.removeprefix(prefix)
            if stem != joined and len(stem) >= _SHORTEST_PART - 1 and stem in self._terms:
                return stem
        return None

    def _match_compound(self, word: str) -> tuple[str, ...]:
        """Return the longest term at the end of a compound word."""
        words = self.lexicon.words
        if word in words.noise or word in words.area_kinds or word in words.places:
            return ()
        for length in range(len(word) - 1, _SHORTEST_PART - 1, -1):
            if word[-length:] in self._terms:
                return (word[-length:],)
        return ()

    def _opd_functions(self, opd: str) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
        """Return the words in an OPD's name that state its affairs, and a mask of functions."""
        text = " ".join(split_words(opd))
        fits = np.zeros(len(self.lexicon.functions), dtype=np.bool_)
        words = []
        for affair in self.lexicon.affairs:
            if f" {affair.word} " in f" {text} ":
                words.append(affair.word)
                for function in self.lexicon.functions:
                    if affair.affair and function.affair == affair.affair:
                        fits[self.columns[function.id]] = True
                for function_id in affair.functions:
                    fits[self.columns[function_id]] = True
        return tuple(words), fits


class FunctionClassifier:
    """Tags applications with functions. `labelled` holds people's corrections for training."""

    def __init__(self, lexicon: Lexicon, labelled: Iterable[TrainingExample] = ()) -> None:
        # The import takes two seconds of CPU, so it must not delay the start of a program.
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.lexicon = lexicon
        self._term_finder = TermFinder(lexicon)
        self._vectoriser = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True
        )
        texts, functions, weights = [], [], []
        for function in lexicon.functions:
            texts.append(function.name)
            functions.append(self._term_finder.columns[function.id])
            weights.append(1.0)
        for term in lexicon.terms:
            texts.append(term.text)
            functions.append(self._term_finder.columns[term.function])
            weights.append(_WEIGHT[term.kind] / 2)
        for example in labelled:
            texts.append(example.listing.name)
            functions.append(self._term_finder.columns[example.function])
            weights.append(2.0)
        self._vectoriser.fit(texts)
        self._coefficients, self._intercept = _fit_models(
            self._features(texts), np.asarray(functions), np.asarray(weights)
        )

    def _features(self, texts: Sequence[str]) -> csr_matrix:
        return hstack([self._vectoriser.transform(texts), self._lexical_features(texts)]).tocsr()

    def _lexical_features(self, texts: Sequence[str]) -> csr_matrix:
        """Return one row per text, with the weight of each function's terms in it."""
        rows, columns, values = [], [], []
        for row, text in enumerate(texts):
            for _, functions in self._term_finder.find_terms(text):
                for column, weight in functions:
                    rows.append(row)
                    columns.append(column)
                    values.append(weight / len(functions))
        shape = (len(texts), len(self._term_finder.lexicon.functions))
        return csr_matrix((values, (rows, columns)), shape=shape)

    def function_probabilities(self, listings: Sequence[Listing]) -> Probabilities:
        """Return the probabilities: a row per listing, a column per function of the lexicon."""
        texts = [_classified_text(listing) for listing in listings]
        named = expit(self._features(texts) @ self._coefficients + self._intercept)
        named /= named.sum(axis=1, keepdims=True)
        # For a name with two meanings (SIKD: finance, or records), the model prefers one. The
        # lexicon's even split is averaged in, so that the OPD can decide.
        terms = self._lexical_features(texts).toarray()
        total = terms.sum(axis=1, keepdims=True)
        named = np.where(total > 0, (named + terms / np.maximum(total, 1e-9)) / 2, named)
        odds = np.empty_like(named)
        for row, listing in enumerate(listings):
            _, fits = self._term_finder.opd_functions(listing.opd)
            odds[row] = named[row] * np.where(fits, _IN_CHARGE_FACTOR, 1.0) + np.where(
                fits, _OPD_ODDS, 0.0
            )
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)

    def shares_affair(self, a: Listing, b: Listing) -> bool | None:
        """Whether the two OPDs share a function; None if one of them has no known function."""
        first, second = (self._term_finder.opd_functions(listing.opd)[1] for listing in (a, b))
        return bool((first & second).any()) if first.any() and second.any() else None

    def tag_listings(
        self, listings: Sequence[Listing], probabilities: Probabilities | None = None
    ) -> tuple[FunctionTag, ...]:
        """Return the tag of each listing.

        `probabilities` is their distribution, if the caller has computed it.
        """
        if not listings:
            return ()
        if probabilities is None:
            probabilities = self.function_probabilities(listings)
        names = [function.id for function in self._term_finder.lexicon.functions]
        tags = []
        for listing, row in zip(listings, probabilities, strict=True):
            best = [int(column) for column in np.argsort(-row, kind="stable")[:3]]
            candidates = tuple((names[column], round(float(row[column]), 3)) for column in best)
            confidence = float(row[best[0]])
            function = names[best[0]] if confidence >= CERTAIN else None
            tags.append(
                FunctionTag(function, round(confidence, 3), candidates, self._explain_tag(listing))
            )
        return tuple(tags)

    def _explain_tag(self, listing: Listing) -> tuple[str, ...]:
        matches = dict.fromkeys(
            term for term, _ in self._term_finder.find_terms(_classified_text(listing))
        )
        terms = [f"name: {term}" for term in matches]
        words, _ = self._term_finder.opd_functions(listing.opd)
        return (*terms, *(f"OPD: {word}" for word in words))


def _fit_models(
    features: csr_matrix, functions: NDArray[np.int_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Fit one logistic regression for each function against the rest, until it converges.

    A model that converges has one solution, so that a correction changes only the tags of similar
    names. A model that stops after some passes over shuffled rows changes unrelated tags with
    every new row.

    Returns:
        The coefficients, one column for each function, and one intercept for all functions. Without
        the common intercept, a function with more terms would be likelier for an unknown name.
    """
    from sklearn.linear_model import LogisticRegression

    count = int(functions.max()) + 1
    coefficients, intercepts = np.empty((features.shape[1], count)), np.empty(count)
    for function in range(count):
        model = LogisticRegression(C=_REGULARISATION, solver="liblinear")
        model.fit(features, functions == function, sample_weight=weights)
        coefficients[:, function], intercepts[function] = model.coef_[0], model.intercept_[0]
    return coefficients, float(intercepts.mean())


def _classified_text(listing: Listing) -> str:
    """Return the text to classify: the name, and the first label of the application's own host."""
    host = url_host(listing.url)
    if not host or host in PUBLIC_HOSTS:
        return listing.name
    label = host.partition(".")[0]
    return listing.name if len(label) < _SHORTEST_LABEL else f"{listing.name} {label}"
