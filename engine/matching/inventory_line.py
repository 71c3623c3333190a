"""A line of an inventory, and what kind of line it is.

Where every OPD fills a survey, half of the lines are plain websites and some cells hold several
names. They are set apart before anything is compared, so that no saving is invented from them.
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
# What a site is about when it is about its owner: "Website Kecamatan Mejayan", "Website RSUD".
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
    """What a line of an inventory is."""

    APPLICATION = "APPLICATION"
    WEBSITE = "WEBSITE"  # pages about an office: nothing to consolidate
    SEVERAL = "SEVERAL"  # one cell names several systems


@dataclass(frozen=True, slots=True)
class Listing:
    """What an inventory says of one application, as far as names and addresses go."""

    name: str
    opd: str = ""  # name of the OPD as printed
    url: str | None = None
    id: str = ""
    region: str = ""


def to_listing(application: Application, opd: str = "") -> Listing:
    """The listing of an application; `opd` is the name of its OPD."""
    return Listing(
        name=application.name,
        opd=opd,
        url=application.url,
        id=application.id,
        region=application.region,
    )


class LineClassifier:
    """Tells applications from websites; `acronyms` are those of OPDs ("BKPSDM", "Diskominfo")."""

    def __init__(self, acronyms: Iterable[str], national: NationalCatalogue) -> None:
        self._acronyms = {"".join(words_of(each)) for each in acronyms} - {""}
        self._national = national

    def kind(self, name: str, url: str | None) -> LineKind:
        """What a line is; an application where nothing says otherwise."""
        if self._national.several(name):
            return LineKind.SEVERAL
        if self._national.recognise(name, url) is not None:
            return LineKind.APPLICATION  # LPSE is an office and a system
        return LineKind.WEBSITE if self._is_site(name, url) else LineKind.APPLICATION

    def _is_site(self, name: str, url: str | None) -> bool:
        words = words_of(name)
        at = normalise_url(url)
        if "/" in at:
            return False  # a page or an entry inside something larger
        if words and words[0] in _SITE and len(words) > 1:
            rest = "".join(words[1:])
            return words[1] in _OWNER or self._is_office(words[1]) or self._is_office(rest)
        label = url_host(url).partition(".")[0]
        named = "".join(words)
        # Listed by its address, or by the acronym of the office that the address is of.
        by_address = bool(at) and named in ("".join(words_of(at)), label)
        return by_address and self._is_office(label)

    def _is_office(self, label: str) -> bool:
        return label in self._acronyms or _OFFICE_LABEL.fullmatch(label) is not None
