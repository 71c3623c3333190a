"""Matching of OPDs by the names that people write."""

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
def test_the_first_word_of_a_name_says_its_kind(name: str, kind: OpdKind | None) -> None:
    assert kind_by_name(name) is kind


def test_a_name_or_an_acronym_of_one_opd_means_it() -> None:
    found = ids_by_name(OPDS)
    assert found["dinas kesehatan"] == found["dinkes"] == "health"
    assert "bk" not in found


@pytest.mark.parametrize(
    ("name", "near"),
    [("Dinas  Kesehatan Kab.", "health"), ("dishubb", "roads"), ("Perpustakaan", None)],
)
def test_the_nearest_opd_is_offered_where_one_is_near(name: str, near: str | None) -> None:
    found = nearest_opd(name, OPDS)
    assert (None if found is None else found.id) == near
