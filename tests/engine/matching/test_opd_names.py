"""Matching of OPDs by names, acronyms and similar spellings."""

from __future__ import annotations

import pytest

from engine.matching.opd_names import ids_by_name, kind_by_name, nearest_opd
from engine.model import Opd, OpdKind, Provenance

SOURCE = Provenance("test")
OPDS = (
    Opd("health", "32.05", "Dinas Kesehatan", "Dinkes", SOURCE),
    Opd("roads", "32.05", "Dinas Perhubungan", "Dishub", SOURCE),
    Opd("staff", "32.05", "Badan Kepegawaian", "BK", SOURCE),
    Opd("cooperation", "32.05", "Bagian Kerja Sama", "BK", SOURCE),
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Dinas Kesehatan", OpdKind.DEPARTMENT),
        (" KECAMATAN Garut Kota", OpdKind.DISTRICT),
        ("Sekretariat DPRD", OpdKind.SECRETARIAT),
        ("RSUD dr. Slamet", OpdKind.TECHNICAL_UNIT),
        ("Satpol PP", None),
        ("", None),
    ],
)
def test_the_first_word_of_a_name_gives_its_kind(name: str, kind: OpdKind | None) -> None:
    assert kind_by_name(name) is kind


def test_a_unique_name_or_acronym_identifies_its_opd() -> None:
    ids = ids_by_name(OPDS)
    assert ids["dinas kesehatan"] == ids["dinkes"] == "health"
    assert "bk" not in ids


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Dinas  Kesehatan Kab.", "health"), ("dishubb", "roads"), ("Perpustakaan", None)],
)
def test_the_nearest_opd_is_offered_where_one_is_similar(name: str, expected: str | None) -> None:
    opd = nearest_opd(name, OPDS)
    assert (None if opd is None else opd.id) == expected
