"""Normalises the names and addresses of applications, so that listings can be compared.

Regions write one name in many ways: `E-Kinerja`, `ekinerja`, `SIMPEG Kab. Madiun`, `SIPD
(Sistem Informasi Pemerintahan Daerah)`. The caller passes the words to remove (words that mean
"application", names of places). Words are not stemmed, because a measurement showed no gain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from engine.plain_text import fold_characters

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_SCHEME = re.compile(r"^[a-z]+://")
_HOST = re.compile(r"[^/]*[^\W_]")  # with a letter or a digit
_SEPARATOR = re.compile(r"[\s,;]")  # separates an address from the next one, or from a remark
_LANDING_PAGE = re.compile(r"/(login|index|landing|beranda|home|dashboard|auth/login)(\.[a-z]+)?$")
# Hosts where anyone can publish. An address there does not identify its owner.
PUBLIC_HOSTS = frozenset(
    (
        *("bit.ly", "forms.gle", "linktr.ee", "s.id", "youtube.com", "apps.apple.com"),
        *("docs.google.com", "drive.google.com", "play.google.com", "sites.google.com"),
    )
)


@dataclass(frozen=True, slots=True)
class NameWords:
    """The words that do not distinguish one application from another."""

    noise: frozenset[str] = frozenset()  # "aplikasi", "sistem", "online"
    area_kinds: frozenset[str] = frozenset()  # "kabupaten": removed together with the next place
    places: frozenset[str] = frozenset()  # "madiun", "bandungbarat" (words joined)


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A name split into its words and forms."""

    words: tuple[str, ...]  # all words in lower case
    core: tuple[str, ...]  # words without noise and places
    key: str  # the joined core
    forms: frozenset[str] = field(default_factory=frozenset)  # the key, and the texts in brackets


class NameNormaliser:
    """Parses names, and caches the result of each different name."""

    def __init__(self, words: NameWords) -> None:
        self._words = words
        self.name = lru_cache(maxsize=1 << 20)(self._parse_name)

    def _parse_name(self, name: str) -> ParsedName:
        # Brackets hold the long form or the short one: "SIAK (Sistem Informasi …)", "… (e-P3)".
        bracketed = _BRACKETED.findall(name) if "(" in name else ()
        outside = _BRACKETED.sub(" ", name) if bracketed else name
        all_words = split_words(name)
        # If a name is all noise ("Aplikasi Web"), all of its words are used.
        core = self._distinctive_words(split_words(outside))
        if len("".join(core)) < 2:
            core = self._distinctive_words(all_words) or all_words
        key = "".join(core) if len("".join(core)) > 1 else "".join(all_words)
        forms = {key, *("".join(self._distinctive_words(split_words(text))) for text in bracketed)}
        return ParsedName(all_words, core, key, frozenset(form for form in forms if len(form) > 1))

    def _distinctive_words(self, words: tuple[str, ...]) -> tuple[str, ...]:
        noise, kinds, places = self._words.noise, self._words.area_kinds, self._words.places
        core: list[str] = []
        position = 0
        while position < len(words):
            word = words[position]
            if word in kinds:
                # The place may be unknown ("kecamatan Wungu") or two words ("kota Bandung Barat").
                next_two = "".join(words[position + 1 : position + 3])
                position += 3 if next_two in places else 2
            elif "".join(words[position : position + 2]) in places:
                position += 2
            else:
                if word not in noise and word not in places:
                    core.append(word)
                position += 1
        return tuple(core)


@lru_cache(maxsize=1 << 18)
def split_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case. `SmartArsip` is two words."""
    # An acronym with one capital too many ("SIKaP", "SiRUP", "iMadiun") is not camel case.
    parts = (
        _CAMEL.sub(" ", part) if len(part) > 7 and not part.isupper() else part
        for part in fold_characters(name).split()
    )
    return tuple(_WORD.findall(" ".join(parts).lower()))


@lru_cache(maxsize=1 << 18)
def normalise_url(url: str | None) -> str:
    """Return the host and path of an address, without the parts that differ between visits.

    If a cell has several addresses or a remark, the first address is used. The result is empty
    without a host, as for "-", "https://-" and "belum ada".
    """
    if not url:
        return ""
    first, *remaining = _SEPARATOR.split(fold_characters(url).strip().lower())
    if remaining and "." not in first and "://" not in first:
        return ""  # a remark without an address
    address = _SCHEME.sub("", first).partition("?")[0].partition("#")[0]
    address = address.removeprefix("www.").rstrip("/")
    if not _HOST.match(address):
        return ""
    return _LANDING_PAGE.sub("", address).rstrip("/")


def url_host(url: str | None) -> str:
    """Return the host of an address, or an empty text without one."""
    return normalise_url(url).partition("/")[0].partition(":")[0]


def registered_domain(host: str) -> str:
    """Return the registered domain of a host: `madiunkab.go.id` for `absen.madiunkab.go.id`."""
    labels = host.split(".")
    # Indonesian second-level domains (go.id, co.id, my.id) are registered one label below.
    label_count = 3 if len(labels) > 2 and labels[-1] == "id" and len(labels[-2]) <= 4 else 2
    return ".".join(labels[-label_count:])


def place_words(region_names: Iterable[str]) -> frozenset[str]:
    """Return the places to remove from names, given the names of regions ("Kota Bandung")."""
    kinds = {"kabupaten", "kota", "provinsi", "administrasi", "daerah", "khusus", "istimewa"}
    places: set[str] = set()
    for name in region_names:
        words = [word for word in split_words(name) if word not in kinds]
        if words:
            place = "".join(words)
            # Regions use short forms such as "madiunkab" in addresses and slogans.
            places.update((place, f"{place}kab", f"{place}kota", f"{place}prov"))
    return frozenset(places)
