"""Matching of OPDs by names, acronyms and similar spellings."""

from __future__ import annotations

import pytest

from engine.matching.opd_names import OpdNames, kind_by_name
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


def opd(id: str, name: str, acronym: str = "", successor: str | None = None) -> Opd:
    reason = None if successor is None else "joined"
    return Opd(id, "32.03", name, acronym, SOURCE, successor=successor, dissolved_reason=reason)


CIANJUR = OpdNames(
    [
        opd("health", "Dinas Kesehatan"),
        opd("procurement", "Bagian Pengadaan Barang/Jasa"),
        opd("general", "Bagian Umum"),
        opd("council", "Bagian Umum Sekretariat DPRD"),
        opd("planning", "Badan Perencanaan Pembangunan Daerah"),
        opd("small", "Dinas Koperasi, Usaha Kecil dan Menengah", "DKUPP"),
        opd("ict", "Dinas Komunikasi dan Informatika", "Diskominfo"),
        opd("school", "Dinas Pendidikan"),
        opd("food", "Dinas Ketahanan Pangan"),
        opd("archive", "Dinas Perpustakaan & Kearsipan Kabupaten Cianjur"),
        opd("district", "Kecamatan Cianjur"),
        opd("cibeber", "Kecamatan Cibeber"),
        opd("hospital", "RSUD Sayang"),
        opd("clinic", "Puskesmas Cibeber"),
        opd("code", "Dinas Sandi Daerah", "Disandi", successor="statistics"),
        opd("statistics", "Dinas Statistik", "Distat", successor="ict"),
        opd("lost", "Dinas Pasar", successor="elsewhere"),
    ],
    "Kabupaten Cianjur",
    [
        ("Dinas Kesehatan", "Dinkes"),
        ("Dinas Pendidikan", "Disdik", "Disdikbud", "Dispendik"),
        ("Dinas Ketahanan Pangan", "DKP", "Dinas Pangan"),
        ("Dinas Perikanan", "Diskan", "DKP"),
        ("Bagian Pengadaan Barang/Jasa", "UKPBJ"),
        ("Badan Perencanaan Pembangunan Daerah", "Bappeda"),
        ("Kecamatan", "Kec."),
        ("Rumah Sakit Umum Daerah", "RSUD"),
    ],
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DINAS  KESEHATAN", "health"),
        ("Dinas\u00a0Kesehatan", "health"),
        ("1.02 - Dinas Kesehatan", "health"),
        ("1.02.01 Dinas Kesehatan", "health"),
        ("1-02.0-00.0-00.01.0000 Dinas Kesehatan", "health"),
        ("3. Dinas Kesehatan", "health"),
        ("Dinas Kesehatan Kab. Cianjur", "health"),
        ("Dinas Kesehatan Kabupaten Cianjur", "health"),
        ("Dinas Kesehatan Pemkab Cianjur", "health"),
        ("Dinas Kesehatan Kab.", "health"),
        ("Dinas Kesehatan Cianjur", "health"),
        ("Dinas Kesehatan (Dinkes)", "health"),
        ("Dinkes (Dinas Kesehatan)", "health"),
        ("dinkes", "health"),
        ("Dinkes Kab. Cianjur", "health"),
        ("Bagian Pengadaan Barang dan Jasa", "procurement"),
        ("Bagian Pengadaan Barang & Jasa Setda", "procurement"),
        ("UKPBJ", "procurement"),
        ("Bagian Umum Setda", "general"),
        ("Bagian Umum pada Sekretariat Daerah Kab. Cianjur", "general"),
        ("Bagian Umum Sekretariat DPRD", "council"),
        ("Badan Perencanaan Pembangunan Daerah (BAPPEDA)", "planning"),
        ("Dinas Koperasi Usaha Kecil & Menengah", "small"),
        ("Dinas Koperasi, Usaha Kecil, dan Menengah", "small"),
        ("Dinas Perpustakaan dan Kearsipan", "archive"),
        ("Dispendik", "school"),
        ("Dinas Pangan", "food"),
        ("Kec. Cibeber", "cibeber"),
        ("Kecamatan Cibeber Kab. Cianjur", "cibeber"),
        ("Kecamatan Cianjur", "district"),
        ("Rumah Sakit Umum Daerah Sayang", "hospital"),
        ("Dinas Sandi Daerah", "ict"),
        ("Disandi", "ict"),
        ("Dinas Statistik Kab. Cianjur", "ict"),
    ],
)
def test_another_spelling_of_a_name_is_the_same_opd(name: str, expected: str) -> None:
    opd = CIANJUR.match(name)
    assert opd is not None
    assert opd.id == expected


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-",
        "Dinas Kesehatan Kota Cianjur",
        "Dinas Kesehatan Kab. Garut",
        "Dinas Kesehatan (Labkesda)",
        "Dinas Kesehatan (Puskesmas Cibeber)",
        "Dinas Kesehatan (Diskominfo)",
        "Dinas Komunikasi, Informatika dan Persandian",
        "Din. Kesehatan",
        "Disdikbud",
        "DKP",
        "Bagian Umum Dinas Kesehatan",
        "Kecamatan",
        "Kecamatan Kabupaten Cianjur",
        "Kecamatan Cugenang",
        "RSUD Cianjur",
        "RSUD",
        "Puskesmas Cugenang",
        "Dinas Pasar",
        "1" + "-" * 50_000 + "1",
    ],
)
def test_another_name_is_not_matched(name: str) -> None:
    assert CIANJUR.match(name) is None


def test_a_name_that_two_opds_share_is_not_matched() -> None:
    names = OpdNames(OPDS, "Kabupaten Garut")
    assert names.match("BK") is None
    assert names.match("Dinas Perhubungan Kab. Garut") == OPDS[1]


@pytest.mark.parametrize(
    ("region", "name", "expected"),
    [
        ("Kota Bandung", "Dinas Kesehatan Kota Bandung", True),
        ("Kota Bandung", "Dinas Kesehatan Kab. Bandung", False),
        ("Kota Bandung", "Dinas Kesehatan Kab. Bandung Barat", False),
        ("Kabupaten Bandung", "Dinas Kesehatan Kota Bandung", False),
        ("Kabupaten Bandung Barat", "Dinas Kesehatan Kab. Bandung Barat", True),
        ("Kabupaten Administrasi Kepulauan Seribu", "Dinas Kesehatan Kepulauan Seribu", True),
        ("Jawa Barat", "Dinas Kesehatan Prov. Jawa Barat", True),
    ],
)
def test_only_the_region_itself_may_end_a_name(region: str, name: str, expected: bool) -> None:
    assert (OpdNames(OPDS, region).match(name) is not None) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Din. Kesehatan", "health"),
        ("Dinas Kesehtan", "health"),
        ("Dinas Kominfo", "ict"),
        ("Dinas Komunikasi, Informatika dan Persandian", "ict"),
    ],
)
def test_the_most_similar_name_is_the_nearest(name: str, expected: str) -> None:
    assert CIANJUR.nearest(name)[0].id == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dinas PUPR", ["works"]),  # an acronym of another official name
        ("DPUPR", ["works"]),
        ("Dinas PUTR", ["works"]),  # its initials
        ("DPUTR", ["works"]),
        ("DPU", []),
    ],
)
def test_an_opd_is_near_by_its_initials_and_by_usual_acronyms(
    name: str, expected: list[str]
) -> None:
    names = OpdNames(
        [
            opd("works", "Dinas Pekerjaan Umum dan Tata Ruang"),
            opd("health", "Dinas Kesehatan", "Dinkes"),
        ],
        aliases=[("Dinas Pekerjaan Umum dan Penataan Ruang", "DPUPR", "PUPR")],
    )
    assert [near.id for near in names.nearest(name)] == expected


def test_no_more_than_the_asked_opds_are_near() -> None:
    assert len(CIANJUR.nearest("Kecamatan Cibaber", count=2)) == 2
    assert len(CIANJUR.nearest("Kecamatan Cibaber", count=1)) == 1
    assert CIANJUR.nearest("zzz") == ()


def test_a_common_first_word_makes_no_names_similar() -> None:
    assert CIANJUR.nearest("Dinas Perhubungan") == ()


def test_a_name_of_several_opds_is_known_but_matches_none() -> None:
    names = OpdNames([opd("one", "Dinas Pasar"), opd("two", "Dinas Pasar")])
    assert (names.is_known("dinas  pasar"), names.match("dinas  pasar")) == (True, None)
    assert not names.is_known("Dinas Kesehatan")


def test_the_name_on_record_precedes_another_spelling() -> None:
    names = OpdNames(
        [opd("short", "Dinas Kesehatan"), opd("long", "Dinas Kesehatan Kab. Garut")],
        "Kabupaten Garut",
    )
    assert names.match("dinas  kesehatan") == opd("short", "Dinas Kesehatan")
    assert names.match("Dinas Kesehatan Kab. Garut") == opd("long", "Dinas Kesehatan Kab. Garut")
    assert names.match("Dinas Kesehatan Kabupaten Garut") is None
