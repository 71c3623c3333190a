"""Finds the record of an OPD from the name that a person wrote.

`OpdNames` matches names that differ in their spelling only: case, white space, `&` and `/` for
"dan", commas, a code in front, the region at the end, and the acronym in brackets or alone.
Another wording is never matched; `OpdNames.nearest` offers similar names for a person to choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from rapidfuzz import fuzz, process

from engine.model import Opd, OpdKind
from engine.plain_text import fold_characters, name_key

# The first words of official names (PP 18/2016 on perangkat daerah), and the kinds they mean.
FIRST_WORDS: dict[str, OpdKind] = {
    "sekretariat": OpdKind.SECRETARIAT,
    "inspektorat": OpdKind.INSPECTORATE,
    "dinas": OpdKind.DEPARTMENT,
    "badan": OpdKind.AGENCY,
    "kecamatan": OpdKind.DISTRICT,
    "kelurahan": OpdKind.URBAN_VILLAGE,
    "biro": OpdKind.DIVISION,
    "bagian": OpdKind.DIVISION,
    "uptd": OpdKind.TECHNICAL_UNIT,
    "upt": OpdKind.TECHNICAL_UNIT,
    "rsud": OpdKind.TECHNICAL_UNIT,
    "puskesmas": OpdKind.TECHNICAL_UNIT,
}
_NEAR = 60.0  # percent of letters; a less similar name is not suggested
SUCCESSORS_MOST = 20  # successors that are followed from a dissolved OPD
_CHARACTERS_MOST = 300  # a longer text names no OPD

# A code in front of a name: "1.02 - ", "1.02.01 ".
_CODE = re.compile(r"^[\s(\[]*\d[\d.\-/\s]*+[)\]\s:.\-–—]*+(?<=[)\]\s:.\-–—])(?=[^\W\d_])")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_WORD = re.compile(r"\w+")
_CONJUNCTIONS = frozenset({"dan", "serta"})
_ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "kab": ("kabupaten",),
    "prov": ("provinsi",),
    "kec": ("kecamatan",),
    "kel": ("kelurahan",),
    "rsud": ("rumah", "sakit", "umum", "daerah"),
    "setda": ("sekretariat", "daerah"),
}
_REGION_KINDS = ("kabupaten", "kota", "provinsi")
_RANKS = ("administrasi", "pemerintah")
_GOVERNMENTS = {"kabupaten": "pemkab", "kota": "pemkot", "provinsi": "pemprov"}
# A place is part of the names of these, and does not say in which region they are.
_NAMED_BY_PLACE = frozenset(
    ("kecamatan", "kelurahan", "rumah", "puskesmas", "upt", "uptd", "distrik", "desa")
)
_SECRETARIAT = ("sekretariat", "daerah")


def kind_by_name(name: str) -> OpdKind | None:
    """Return the kind that the first word of an official name means, or None."""
    return FIRST_WORDS.get(name.strip().partition(" ")[0].casefold())


class OpdNames:
    """The names by which the OPDs of a region are known. It is built once for many lookups.

    Args:
        opds: all OPDs of the region, also dissolved ones, whose names lead to their successors.
        region_name: the name of the region, such as "Kabupaten Garut".
        aliases: groups of names of one office that most regions have; the official name comes
            first, its usual acronym second, and other names follow.
    """

    def __init__(
        self,
        opds: Iterable[Opd],
        region_name: str = "",
        aliases: Iterable[tuple[str, ...]] = (),
    ) -> None:
        self._opds = {opd.id: opd for opd in opds}
        words = _split_words(region_name)
        # The names of provinces have no word for their kind.
        self._region_kind = words[0] if words[:1] and words[0] in _REGION_KINDS else "provinsi"
        self._place = tuple(word for word in words if word not in (self._region_kind, *_RANKS))
        self._aliases = tuple(aliases)
        existing = [opd for opd in self._opds.values() if opd.dissolved_reason is None]
        dissolved = [opd for opd in self._opds.values() if opd.dissolved_reason is not None]
        self._ids_as_written: dict[str, set[str]] = {}
        for opd in existing:
            for text in filter(None, (opd.name, opd.acronym)):
                self._ids_as_written.setdefault(name_key(text), set()).add(opd.id)
        names = self._index((opd.name, opd) for opd in existing)
        # A key of an earlier index hides the same key of a later one.
        self._indexes: tuple[Mapping[str, frozenset[str]], ...] = (
            names,
            self._index((opd.acronym, opd) for opd in existing),
            self._index((opd.name, opd) for opd in dissolved),
            self._index((opd.acronym, opd) for opd in dissolved),
            self._index_aliases(names),
        )

    def match(self, name: str) -> Opd | None:
        """Return the OPD that a name means, or None if none or several have such a name."""
        if len(name) > _CHARACTERS_MOST:
            return None
        opd = self._find(name)
        if opd is not None or "(" not in name:
            return opd
        outside, inside = _split_brackets(name)
        for text, remark in ((outside, inside), (inside, outside)):
            opd = self._find(text)
            if opd is not None:
                same = self._find(remark)
                is_remark = same is None and self._abbreviates(remark, opd)
                return opd if same is opd or is_remark else None
        return None

    def is_known(self, name: str) -> bool:
        """Return whether at least one OPD has this name, even if it does not say which one."""
        return any(self._key(name) in index for index in self._indexes)

    def nearest(self, name: str, count: int = 3) -> tuple[Opd, ...]:
        """Return up to `count` OPDs whose names are most similar to a name, the nearest first.

        An acronym of the reference list, also after "dinas" and such, is compared as the official
        name that it stands for; OPDs whose initials are the acronym come first.
        """
        if len(name) > _CHARACTERS_MOST:
            return ()
        key = self._key(name)
        acronym = _without_first_word(key)
        texts, owners = zip(*self._spellings, strict=True) if self._spellings else ((), ())
        ranked = [
            match
            for query in (key, *self._official_keys.get(acronym, ()))
            for match in process.extract(
                query, texts, scorer=_similarity, score_cutoff=_NEAR, limit=None
            )
        ]
        ranked.sort(key=lambda match: -match[1])
        by_initials = [
            id for text, id in self._spellings if " " in text and acronym in _initials(text)
        ]
        ids = dict.fromkeys([*by_initials, *(owners[position] for _, _, position in ranked)])
        return tuple(self._opds[id] for id in ids)[:count]

    @cached_property
    def _spellings(self) -> list[tuple[str, str]]:
        """The keys that are compared for similarity, with the ids of their OPDs."""
        names, acronyms, *_, aliases = self._indexes
        return [
            (key, id) for index in (names, acronyms, aliases) for key in index for id in index[key]
        ]

    @cached_property
    def _official_keys(self) -> dict[str, tuple[str, ...]]:
        """The keys of the official names that each acronym of the reference list stands for."""
        keys: dict[str, tuple[str, ...]] = {}
        for official, *others in self._aliases:
            for acronym in {_without_first_word(self._key(other)) for other in others}:
                if " " not in acronym:
                    keys[acronym] = (*keys.get(acronym, ()), self._key(official))
        return keys

    def _find(self, name: str) -> Opd | None:
        # The name on record precedes other spellings, which may be those of another OPD.
        as_written = self._ids_as_written.get(name_key(name), ())
        if len(as_written) == 1:
            return self._opds[next(iter(as_written))]
        key = self._key(name)
        for index in self._indexes:
            if key in index:
                ids = index[key]
                return self._opds[next(iter(ids))] if len(ids) == 1 else None
        return None

    def _key(self, name: str) -> str:
        """Return the words by which names are compared, without code, conjunctions and region."""
        words = _split_words(name)
        words = self._without_region(words)
        if words[:1] in (("bagian",), ("biro",)) and words[-2:] == _SECRETARIAT and len(words) > 3:
            words = words[:-2]
            words = words[:-1] if words[-1] == "pada" else words
        return " ".join(words)

    def _without_region(self, words: tuple[str, ...]) -> tuple[str, ...]:
        kind, place = self._region_kind, self._place
        if not place:
            return words
        shorter = words
        if words[-len(place) :] == place:
            shorter = words[: -len(place)]
        elif kind != "kabupaten" or words[-1:] != (kind,):
            return words
        has_kind = False
        while shorter and shorter[-1] in (kind, _GOVERNMENTS[kind], *_RANKS):
            shorter, has_kind = shorter[:-1], True
        if not shorter or (not has_kind and shorter[-1] in _REGION_KINDS):
            return words  # the region of that name and another kind
        if shorter[0] in _NAMED_BY_PLACE and not (
            has_kind and len(shorter) > 1 and shorter != _ABBREVIATIONS["rsud"]
        ):
            return words
        return shorter

    def _index(self, names: Iterable[tuple[str, Opd]]) -> dict[str, frozenset[str]]:
        index: dict[str, frozenset[str]] = {}
        for name, opd in names:
            current = self._current(opd)
            if current is None:
                continue
            for text in {name, *(_split_brackets(name) if "(" in name else ())}:
                if key := self._key(text):
                    index[key] = index.get(key, frozenset()) | {current.id}
        return index

    def _index_aliases(self, names: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        index: dict[str, frozenset[str]] = {}
        shared = _shared_keys([{self._key(name) for name in group} for group in self._aliases])
        for group in self._aliases:
            full_names = [name for name in group if kind_by_name(name) or name == group[0]]
            ids = {id for name in full_names for id in names.get(self._key(name), ())}
            for position, alias in enumerate(group):
                key = self._key(alias)
                is_clear = position < 2 or alias in full_names
                for id in ids:
                    if key not in shared and (is_clear or self._abbreviates(alias, self._opds[id])):
                        index[key] = index.get(key, frozenset()) | {id}
        return index

    def _abbreviates(self, text: str, opd: Opd) -> bool:
        """Return whether a text is one word with letters of the OPD's name in their order."""
        key = self._key(text)
        letters = iter(self._key(opd.name).replace(" ", ""))
        is_word = key not in _NAMED_BY_PLACE and " " not in key
        return not key or (is_word and all(letter in letters for letter in key))

    def _current(self, opd: Opd) -> Opd | None:
        """Return the OPD, or the last of its successors if it is dissolved."""
        for _ in range(SUCCESSORS_MOST):
            if opd.dissolved_reason is None:
                return opd
            if opd.successor is None or opd.successor not in self._opds:
                return None
            opd = self._opds[opd.successor]
        return None


def _split_words(name: str) -> tuple[str, ...]:
    text = _CODE.sub("", fold_characters(name).casefold())
    return tuple(
        full
        for word in _WORD.findall(text)
        if word not in _CONJUNCTIONS
        for full in _ABBREVIATIONS.get(word, (word,))
    )


def _split_brackets(name: str) -> tuple[str, str]:
    """Return the text outside brackets, and the text inside them."""
    return _BRACKETED.sub(" ", name), " ".join(_BRACKETED.findall(name))


def _similarity(key: str, other: str, *, score_cutoff: float | None = None) -> float:
    """Return the percentage of letters that two keys share, without a first word of both.

    Most names begin with "dinas", which would make any two of them similar.
    """
    first, _, rest = key.partition(" ")
    other_first, _, other_rest = other.partition(" ")
    if first == other_first and rest and other_rest:
        key, other = rest, other_rest
    return fuzz.ratio(key, other, score_cutoff=score_cutoff)


def _without_first_word(key: str) -> str:
    """Return the last word of a key such as "dinas pupr", and any other key as it is."""
    first, _, rest = key.partition(" ")
    return rest if first in FIRST_WORDS and rest and " " not in rest else key


def _initials(key: str) -> tuple[str, ...]:
    """Return the initials of a key, and those without its first word, if they are an acronym."""
    initials = "".join(word[0] for word in key.split())
    return tuple(text for text in (initials, initials[1:]) if len(text) > 1)


def _shared_keys(groups: Iterable[set[str]]) -> frozenset[str]:
    seen: set[str] = set()
    shared: set[str] = set()
    for keys in groups:
        shared |= seen & keys
        seen |= keys
    return frozenset(shared)
