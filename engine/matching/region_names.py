"""Finds the region that a person means by a code or a name.

People write the code of Kabupaten Cianjur as 32.03, 3203 or 32.3, and its name as "KAB. CIANJUR",
"Pemkab Cianjur" or "Cianjur". A match is exact apart from the typography: a name that is only
similar leads to candidates, never to a match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from engine.model import Region, RegionKind

CANDIDATES_MOST = 5
_CHARACTERS_MOST = 200  # a longer text means no region
_NEAR = 75.0  # percent of letters; a less similar name is not suggested
# Each repetition has one digit, so that a long number takes no exponential time.
_CODE = re.compile(r"[0-9]{2}(?:[\s.,-]*[0-9])*[.,]?")
_CODE_WITH_NAME = re.compile(r"\W*([0-9][0-9.,]*)\W+([^\W\d].*)", re.DOTALL)
_NAME_WITH_CODE = re.compile(r"(.*[^\W\d])\W+([0-9][0-9.,]*)\W*", re.DOTALL)
_WORD = re.compile(r"d\. ?i(?=\.)|[^\W_]+")
_KINDS = {
    "provinsi": RegionKind.PROVINCE,
    "propinsi": RegionKind.PROVINCE,
    "prov": RegionKind.PROVINCE,
    "prop": RegionKind.PROVINCE,
    "pemprov": RegionKind.PROVINCE,
    "kabupaten": RegionKind.REGENCY,
    "kab": RegionKind.REGENCY,
    "pemkab": RegionKind.REGENCY,
    "kota": RegionKind.CITY,
    "pemkot": RegionKind.CITY,
}
_GOVERNMENT = frozenset(("pemerintah", "pemerintahan", "pemda"))
_ADMINISTRATIVE = frozenset(("administrasi", "administratif", "adm"))
_ABBREVIATIONS = {
    "kep": ("kepulauan",),
    "di": ("daerah", "istimewa"),
    "diy": ("daerah", "istimewa", "yogyakarta"),
    "dki": ("daerah", "khusus", "ibukota"),
}


@dataclass(frozen=True, slots=True)
class RegionMatch:
    """The region that a text means.

    Attributes:
        code: the code of the region; None if the text means no region or several.
        candidates: the regions that the text may mean if `code` is None, at most CANDIDATES_MOST.
        former_code_of: the present code of the region, if the text is a code that it had before.
    """

    code: str | None
    candidates: tuple[Region, ...] = ()
    former_code_of: str | None = None


class RegionNames:
    """The codes and names of regions. It is built once for many lookups.

    Args:
        regions: the regions that a text can mean.
        former_codes: the present code of a region by a code that it had before.
    """

    def __init__(self, regions: Iterable[Region], former_codes: Mapping[str, str]) -> None:
        self._regions = {region.code: region for region in regions}
        self._former_codes = dict(former_codes)
        self._by_key: dict[str, list[Region]] = {}
        for region in self._regions.values():
            _, key = _parse_name(region.name)
            self._by_key.setdefault(key, []).append(region)
        self._keys = tuple(self._by_key)

    def match(self, text: str) -> RegionMatch:
        """Return the region that a text means, or the regions that it may mean."""
        text = " ".join(text.split())
        if len(text) > _CHARACTERS_MOST:
            return RegionMatch(None)
        if text.casefold() in self._regions:
            return RegionMatch(text.casefold())
        if _CODE.fullmatch(text):
            return self._match_code(text)
        if pair := _CODE_WITH_NAME.fullmatch(text):
            return self._match_both(pair[1], pair[2])
        if pair := _NAME_WITH_CODE.fullmatch(text):
            return self._match_both(pair[2], pair[1])
        by_name = self._match_name(text)
        return self._match_in_province(text) or by_name if by_name.code is None else by_name

    def _match_code(self, text: str) -> RegionMatch:
        spellings = _code_spellings(text)
        for code in spellings:
            if code in self._regions:
                return RegionMatch(code)
        for code in spellings:
            present = self._former_codes.get(code)
            if present in self._regions:
                return RegionMatch(None, (self._regions[present],), present)
        return RegionMatch(None)

    def _match_both(self, code: str, name: str) -> RegionMatch:
        """Return the region that a code and a name both mean; the name decides an old code."""
        by_code = self._match_code(code) if _CODE.fullmatch(code) else RegionMatch(None)
        by_name = self._match_name(name)
        present = by_code.code or by_code.former_code_of
        if present is None or by_name.code == present:
            return by_name
        candidates = {region.code: region for region in by_name.candidates}
        if by_name.code is None and by_code.code in candidates:
            return by_code
        for code_found in filter(None, (present, by_name.code)):
            candidates[code_found] = self._regions[code_found]
        return RegionMatch(None, tuple(candidates.values())[:CANDIDATES_MOST])

    def _match_name(self, text: str) -> RegionMatch:
        kind, key = _parse_name(text)
        if not key:
            return RegionMatch(None)
        namesakes = self._by_key.get(key, ())
        of_kind = [region for region in namesakes if kind in (None, region.kind)]
        if len(of_kind) == 1:
            return RegionMatch(of_kind[0].code)
        return RegionMatch(None, tuple(of_kind or namesakes or self._list_similar(kind, key)))

    def _match_in_province(self, text: str) -> RegionMatch | None:
        """Return the region of a name that the name of its province follows after a comma."""
        name, comma, province_name = text.rpartition(",")
        province = self._match_name(province_name).code if comma else None
        kind, key = _parse_name(name)
        found = [
            region
            for region in self._by_key.get(key, ())
            if province is not None and region.parent == province and kind in (None, region.kind)
        ]
        return RegionMatch(found[0].code) if len(found) == 1 else None

    def _list_similar(self, kind: RegionKind | None, key: str) -> list[Region]:
        similar = process.extract(
            key, self._keys, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=CANDIDATES_MOST
        )
        regions = [region for name, _, _ in similar for region in self._by_key[name]]
        of_kind = [region for region in regions if kind in (None, region.kind)]
        return (of_kind or regions)[:CANDIDATES_MOST]


def _code_spellings(text: str) -> tuple[str, ...]:
    """Return the codes that a number may mean, the likeliest first.

    A spreadsheet shortens 32.10 to 32.1, which otherwise means 32.01. The zeros of a longer code,
    such as 32.03.00, are left out.
    """
    groups = re.findall("[0-9]+", text)
    if len(groups) == 2 and len(groups[0]) == 2 and len(groups[1]) == 1 and groups[1] != "0":
        province, digit = groups
        return (f"{province}.{digit}0", f"{province}.0{digit}")
    digits = "".join(groups)
    if not digits[2:].strip("0"):
        return (digits[:2],) if len(digits) != 3 or len(groups) > 1 else ()
    if len(digits) >= 4 and not digits[4:].strip("0"):
        return (f"{digits[:2]}.{digits[2:4]}",)
    return ()


def _parse_name(text: str) -> tuple[RegionKind | None, str]:
    """Return the kind that a name states, and the letters of the rest."""
    words = [
        part
        for word in _WORD.findall(text.casefold())
        for part in _ABBREVIATIONS.get(word.replace(". ", "").replace(".", ""), (word,))
    ]
    if words and words[0] in _GOVERNMENT:
        words = words[1:]
        if words[:1] == ["daerah"] and words[1:2] not in (["istimewa"], ["khusus"]):
            words = words[1:]
    kind = _KINDS.get(words[0]) if len(words) > 1 else None
    if kind is not None:
        words = words[1:]
        if len(words) > 1 and words[0] in _ADMINISTRATIVE:
            words = words[1:]
    return kind, "".join(words)
