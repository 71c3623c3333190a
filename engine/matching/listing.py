"""Classifies the lines of an inventory: applications, websites, or several systems in one cell.

In an inventory from a survey of all OPDs, half of the lines are plain websites, and some cells
hold several names. Such lines are separated before any comparison, so that they do not lead to
false savings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from engine.matching.names import normalise_url, split_words, url_host
from engine.matching.national_systems import NationalCatalogue
from engine.model import Application

_SITE_WORDS = frozenset({"website", "web", "situs", "laman", "homepage"})
_SITE_QUALIFIERS = frozenset({"resmi", "opd", "skpd", "utama", "profil", "site"})
# Words for the owner of a website: "Website Kecamatan Mejayan", "Website RSUD".
_OWNER_WORDS = frozenset(
    (
        *("dinas", "badan", "bagian", "biro", "kantor", "sekretariat", "setda", "inspektorat"),
        *("kecamatan", "kelurahan", "desa", "dprd", "rsud", "puskesmas", "uptd", "upt", "balai"),
        *("perusda", "pemkab", "pemkot", "pemprov", "resmi"),
    )
)
_OFFICE_LABEL = re.compile(
    r"(kec|setda|setdprd|dprd|puskesmas|rsud|biro|dinas|upt)[a-z-]*|[a-z]+kec"
)


class LineKind(Enum):
    """The kind of a line of an inventory."""

    APPLICATION = "APPLICATION"
    WEBSITE = "WEBSITE"  # pages about an office, with nothing to consolidate
    SEVERAL = "SEVERAL"  # one cell names several systems


@dataclass(frozen=True, slots=True)
class Listing:
    """The name, OPD and address of one application in an inventory."""

    name: str
    opd: str = ""  # name of the OPD as printed
    url: str | None = None
    id: str = ""
    region: str = ""


def to_listing(application: Application, opd: str = "") -> Listing:
    """Return the listing of an application. `opd` is the name of its OPD."""
    return Listing(
        name=application.name,
        opd=opd,
        url=application.url,
        id=application.id,
        region=application.region,
    )


class LineClassifier:
    """Distinguishes applications from websites. `acronyms` holds acronyms of OPDs ("BKPSDM")."""

    def __init__(self, acronyms: Iterable[str], national: NationalCatalogue) -> None:
        self._acronyms = {"".join(split_words(acronym)) for acronym in acronyms} - {""}
        self._national = national

    def classify_line(self, name: str, url: str | None) -> LineKind:
        """Return the kind of a line. The default is an application."""
        if self._national.systems_in_cell(name):
            return LineKind.SEVERAL
        if self._national.recognise_system(name, url) is not None:
            return LineKind.APPLICATION  # LPSE is both an office and a system
        return LineKind.WEBSITE if self._is_site(name, url) else LineKind.APPLICATION

    def _is_site(self, name: str, url: str | None) -> bool:
        words = split_words(name)
        if words and all(word in _SITE_WORDS or word in _SITE_QUALIFIERS for word in words):
            return True  # "Website" of two OPDs is not one system
        address = normalise_url(url)
        if "/" in address:
            return False  # a page inside a larger site
        if words and words[0] in _SITE_WORDS and len(words) > 1:
            owner = "".join(words[1:])
            return words[1] in _OWNER_WORDS or self._is_office(words[1]) or self._is_office(owner)
        label = url_host(url).partition(".")[0]
        joined_name = "".join(words)
        # The name is the address itself, or the acronym of the office at that address.
        is_address = bool(address) and joined_name in ("".join(split_words(address)), label)
        return is_address and self._is_office(label)

    def _is_office(self, label: str) -> bool:
        return label in self._acronyms or _OFFICE_LABEL.fullmatch(label) is not None
