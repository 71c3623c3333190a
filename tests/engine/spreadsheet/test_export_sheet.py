"""The rows of an exported sheet: one column for each field that a person may edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.model import (
    Application,
    ApplicationStatus,
    Capability,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)
from engine.spreadsheet.export_sheet import (
    EXPORT_HEADERS,
    SheetNames,
    target_names_by_source,
    to_sheet_row,
)

PROVENANCE = Provenance("uji")
NAMES = SheetNames(
    opds={"o1": "Dinas Kesehatan"},
    functions={"a1": "Kesehatan"},
    common_applications={"srikandi": "SRIKANDI"},
    integrated_with={"a1": ("Si Obat", "Si Tenaga Medis")},
)


def integration(
    number: int, target: str | None, name: str, status: IntegrationStatus
) -> Integration:
    return Integration(
        id=f"i{number}",
        region="32.05",
        source="a1",
        target=target,
        target_name=name,
        data_object="",
        mode=IntegrationMode.UNKNOWN,
        direction=IntegrationDirection.ONE_WAY,
        status=status,
        evidence_grade=EvidenceGrade.CLAIMED,
        version=1,
        provenance=PROVENANCE,
        verified_on=date(2026, 1, 1),
    )


def test_every_field_has_its_column() -> None:
    application = Application(
        id="a1",
        region="32.05",
        opd="o1",
        name="=Si Puskesmas",
        status=ApplicationStatus.INACTIVE,
        version=3,
        provenance=PROVENANCE,
        function="Mencatat pasien",
        url="https://puskesmas.test",
        platform="Web",
        year=2021,
        common_application="srikandi",
        capabilities=(Capability.INFORMATION, Capability.TRANSACTION),
        consulted=False,
        users=0,
        fit=4,
        yearly_cost=15_000_000,
        migration_cost=1,
        added_cost=2,
        developer="Tim TIK",
        hosting="Pusat data",
        database="MySQL",
        legal_basis="SK 1/2021",
        public_service=True,
    )
    assert dict(zip(EXPORT_HEADERS.values(), to_sheet_row(application, NAMES), strict=True)) == {
        "ID": "a1",
        "OPD": "Dinas Kesehatan",
        "Nama aplikasi": "=Si Puskesmas",
        "Fungsi katalog": "Kesehatan",
        "Fungsi": "Mencatat pasien",
        "Status": "Tidak aktif",
        "Tahun": 2021,
        "Alamat": "https://puskesmas.test",
        "Platform": "Web",
        "Pengembang": "Tim TIK",
        "Hosting": "Pusat data",
        "Basis data": "MySQL",
        "Jumlah pengguna": 0,
        "Biaya per tahun": 15_000_000,
        "Biaya migrasi": 1,
        "Biaya tambahan": 2,
        "Dasar hukum": "SK 1/2021",
        "Layanan publik": "Ya",
        "Kesesuaian": 4,
        "Dikonsultasikan": "Tidak",
        "Aplikasi umum": "SRIKANDI",
        "Kemampuan": "Informasi; Transaksi",
        "Terintegrasi dengan": "Si Obat; Si Tenaga Medis",
    }


def test_what_is_unknown_is_an_empty_cell() -> None:
    application = Application("a2", "32.05", None, "Si", ApplicationStatus.ACTIVE, 1, PROVENANCE)
    cells = dict(zip(EXPORT_HEADERS, to_sheet_row(application, NAMES), strict=True))
    assert {field: cell for field, cell in cells.items() if cell != ""} == {
        "id": "a2",
        "name": "Si",
        "status": "Aktif",
    }


def test_targets_have_their_present_names_once_and_withdrawn_ones_are_left_out() -> None:
    target = Application("b", "32.05", None, "Si Baru", ApplicationStatus.ACTIVE, 1, PROVENANCE)
    integrations = [
        integration(1, "b", "Si Lama", IntegrationStatus.ACTIVE),
        integration(2, "b", "Si Lama", IntegrationStatus.PLANNED),
        integration(3, None, "BPJS", IntegrationStatus.ACTIVE),
        integration(4, None, "Dukcapil", IntegrationStatus.WITHDRAWN),
        integration(5, "elsewhere", "Si Jauh", IntegrationStatus.ACTIVE),
    ]
    assert target_names_by_source(integrations, [target]) == {"a1": ("BPJS", "Si Baru", "Si Jauh")}


@pytest.mark.parametrize(
    ("names", "cell"),
    [
        ((), ""),
        (("SIPD",), "SIPD"),
        (("SIMPEG, BKN",), "SIMPEG, BKN;"),
        (("Data dan Statistik",), "Data dan Statistik;"),
        (("SIMPEG, BKN", "SIPD"), "SIMPEG, BKN; SIPD"),
        (("Satu; Data", "SIPD"), "Satu, Data; SIPD"),
    ],
)
def test_a_list_of_names_is_divided_at_semicolons_only(names: tuple[str, ...], cell: str) -> None:
    application = Application("a2", "32.05", None, "Si", ApplicationStatus.ACTIVE, 1, PROVENANCE)
    row = to_sheet_row(application, replace(NAMES, integrated_with={"a2": names}))
    assert row[-1] == cell
