"""Tests for the regions that codes and names mean."""

from __future__ import annotations

import pytest

from engine.matching.region_names import RegionMatch, RegionNames
from engine.model import Provenance, Region, RegionKind

SOURCE = Provenance("uji", confirmed=True, note="")


def region(code: str, name: str, kind: RegionKind) -> Region:
    return Region(code, name, kind, code.partition(".")[0] if "." in code else None, SOURCE)


REGIONS = {
    value.code: value
    for value in (
        region("32", "Jawa Barat", RegionKind.PROVINCE),
        region("32.01", "Kabupaten Bogor", RegionKind.REGENCY),
        region("32.03", "Kabupaten Cianjur", RegionKind.REGENCY),
        region("32.04", "Kabupaten Bandung", RegionKind.REGENCY),
        region("32.05", "Kabupaten Garut", RegionKind.REGENCY),
        region("32.10", "Kabupaten Majalengka", RegionKind.REGENCY),
        region("32.73", "Kota Bandung", RegionKind.CITY),
        region("31", "Daerah Khusus Ibukota Jakarta", RegionKind.PROVINCE),
        region("31.01", "Kabupaten Administrasi Kepulauan Seribu", RegionKind.REGENCY),
        region("31.72", "Kota Administrasi Jakarta Utara", RegionKind.CITY),
        region("34", "Daerah Istimewa Yogyakarta", RegionKind.PROVINCE),
        region("34.71", "Kota Yogyakarta", RegionKind.CITY),
        region("72.04", "Kabupaten Toli-Toli", RegionKind.REGENCY),
        region("93.01", "Kabupaten Merauke", RegionKind.REGENCY),
        Region("pusat.bkn", "Badan Kepegawaian Negara", RegionKind.CENTRAL_AGENCY, None, SOURCE),
    )
}
NAMES = RegionNames(REGIONS.values(), {"91.01": "93.01", "99.01": "99.02"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("32.03", "32.03"),
        ("3203", "32.03"),
        (" 32. 03 ", "32.03"),
        ("32,03", "32.03"),
        ("32-03", "32.03"),
        ("32.3", "32.03"),
        ("32.1", "32.10"),
        ("32.03.00.0000", "32.03"),
        ("32030000", "32.03"),
        ("32", "32"),
        ("32.00", "32"),
        ("3200", "32"),
        ("32.0", "32"),
        ("pusat.bkn", "pusat.bkn"),
        ("PUSAT.BKN", "pusat.bkn"),
        ("Kabupaten Cianjur", "32.03"),
        ("KAB. CIANJUR", "32.03"),
        ("Kab.Cianjur", "32.03"),
        ("kab  cianjur", "32.03"),
        ("CIANJUR", "32.03"),
        ("Kab. Cianjur, Jawa Barat", "32.03"),
        ("Kota Bandung, Prov. Jawa Barat", "32.73"),
        ("Pemkab Garut", "32.05"),
        ("Pemerintah Kabupaten Garut", "32.05"),
        ("Pemerintah Daerah Kabupaten Garut", "32.05"),
        ("Pemda Garut", "32.05"),
        ("Pemkot Bandung", "32.73"),
        ("Kota Bandung", "32.73"),
        ("Kab. Bandung", "32.04"),
        ("Provinsi Jawa Barat", "32"),
        ("Pemprov Jawa Barat", "32"),
        ("Jawa Barat", "32"),
        ("DKI Jakarta", "31"),
        ("DI Yogyakarta", "34"),
        ("D.I. Yogyakarta", "34"),
        ("DIY", "34"),
        ("Yogyakarta", "34.71"),
        ("Pemerintah Daerah Istimewa Yogyakarta", "34"),
        ("Jakarta Utara", "31.72"),
        ("Kota Adm. Jakarta Utara", "31.72"),
        ("Kep. Seribu", "31.01"),
        ("Tolitoli", "72.04"),
        ("Kab. Toli Toli", "72.04"),
        ("Badan Kepegawaian Negara", "pusat.bkn"),
        ("32.03 - Kabupaten Cianjur", "32.03"),
        ("3203 Cianjur", "32.03"),
        ("Kab. Cianjur (32.03)", "32.03"),
        ("32.04 Bandung", "32.04"),
        ("91.01 Kabupaten Merauke", "93.01"),
    ],
)
def test_a_code_or_a_name_as_people_write_it_means_one_region(text: str, code: str | None) -> None:
    assert NAMES.match(text).code == code


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Bandung", ["32.04", "32.73"]),
        ("Kota Cianjur", ["32.03"]),
        ("Kab. Cianjr", ["32.03"]),
        ("32.05 Kabupaten Cianjur", ["32.05", "32.03"]),
        ("Cianjur, DKI Jakarta", ["31"]),
        ("Jabar", []),
        ("Dinas Kesehatan", []),
        ("32.99", []),
        ("321", []),
        ("320", []),
        ("32.03.01", []),
        ("99.01", []),
        ("", []),
        ("-", []),
        ("Kabupaten", []),
        ("1" * 199 + "x", []),  # an ambiguous expression would take years
        ("32.03" + "," * 50_000 + "1", []),
    ],
)
def test_what_means_no_region_or_several_leads_to_candidates(
    text: str, candidates: list[str]
) -> None:
    assert NAMES.match(text) == RegionMatch(None, tuple(REGIONS[code] for code in candidates))


@pytest.mark.parametrize("text", ["91.01", "9101", "91,01"])
def test_a_code_from_before_a_new_province_leads_to_the_present_one(text: str) -> None:
    assert NAMES.match(text) == RegionMatch(None, (REGIONS["93.01"],), "93.01")
