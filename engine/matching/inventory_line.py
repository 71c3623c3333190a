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

from engine.matching.names import normalise_url, url_host, words_of
from engine.matching.national_systems import NationalCatalogue
from engine.model import Application

_SITE = frozenset({"website", "web", "situs", "laman", "homepage"})
# Words for the owner of a website: "Website Kecamatan Mejayan", "Website RSUD".
_OWNER = frozenset(
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
        self._acronyms = {"".join(words_of(each)) for each in acronyms} - {""}
        self._national = national

    def kind(self, name: str, url: str | None) -> LineKind:
        """Return the kind of a line. The default is an application."""
        if self._national.several(name):
            return LineKind.SEVERAL
        if self._national.recognise(name, url) is not None:
            return LineKind.APPLICATION  # LPSE is both an office and a system
        return LineKind.WEBSITE if self._is_site(name, url) else LineKind.APPLICATION

    def _is_site(self, name: str, url: str | None) -> bool:
        words = words_of(name)
        at = normalise_url(url)
        if "/" in at:
            return False  # a page inside a larger site
        if words and words[0] in _SITE and len(words) > 1:
            rest = "".join(words[1:])
            return words[1] in _OWNER or self._is_office(words[1]) or self._is_office(rest)
        label = url_host(url).partition(".")[0]
        named = "".join(words)
        # The name is the address itself, or the acronym of the office at that address.
        by_address = bool(at) and named in ("".join(words_of(at)), label)
        return by_address and self._is_office(label)

    def _is_office(self, label: str) -> bool:
        return label in self._acronyms or _OFFICE_LABEL.fullmatch(label) is not None
