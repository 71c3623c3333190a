"""`simpul import` appends all rows of a spreadsheet to a region's log, or none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.log.source import Source, SourceState
from engine.model import EventKind
from engine.spreadsheet import import_sheet, sheet
from engine.spreadsheet.sheet import SheetInvalid
from hub.app import open_instance
from hub.settings import Settings
from resolvers import inventory_import
from resolvers.context import Instance
from resolvers.inventory_import import ImportResult
from resolvers.problems import NotFound, OwnedElsewhere
from storage import log, ownership
from tests.hub.cli.commands import Commands, run_on_terminal

GOOD = "Nama Aplikasi,Perangkat Daerah,URL\nSi Uji,Dinas Perhubungan,https://uji.id\nSi Coba,,\n"


async def import_rows(instance: Instance, text: str, region: str = "32.11") -> ImportResult:
    parsed = import_sheet.parse_application_sheet(sheet.parse_csv_rows(text))
    return await inventory_import.import_inventory(instance, region, parsed, "inventaris.csv")


async def count_entries(instance: Instance) -> int:
    async with instance.database.read() as session:
        return (await log.read_log_head(session, "32.11"))[0]


async def test_rows_become_entries_once(filled_database_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_database_url)) as instance:
        before = await count_entries(instance)
        assert await import_rows(instance, GOOD) == ImportResult(
            registered=(2, 3), already_recorded=(), duplicate_rows=()
        )
        assert await import_rows(instance, GOOD) == ImportResult(
            registered=(), already_recorded=(2, 3), duplicate_rows=()
        )
        async with instance.database.read() as session:
            new_entries = await log.list_log_entries(session, "32.11", after=before)
        assert [entry.kind for entry in new_entries] == [EventKind.APPLICATION_REGISTERED] * 2
        assert new_entries[0].body is not None
        assert new_entries[0].body["opd"] == "32.11:opd-dishub"
        assert new_entries[0].body["provenance"]["source"] == "inventaris.csv"
        assert new_entries[1].body is not None
        assert new_entries[1].body["opd"] is None


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "Lain,Dinas Perhubungn,",
            (
                "row 4, column Perangkat Daerah: expected an OPD of region 32.11, by name or "
                "acronym, got 'Dinas Perhubungn'; if 'Dinas Perhubungan' is meant, correct the "
                "sheet; to record a new OPD, run: simpul opd add 'Dinas Perhubungn' --region 32.11"
            ),
        ),
        ("Lain,,ftp://a.id", "row 4, column URL: expected an address that begins with http"),
        (f"{'x' * 201},,", "row 4, column Nama Aplikasi: expected 1 to 200 characters, got 201"),
    ],
)
async def test_a_sheet_with_a_wrong_row_writes_nothing(
    filled_sqlite_url: str, row: str, problem: str
) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        before = await count_entries(instance)
        with pytest.raises(SheetInvalid) as refused:
            await import_rows(instance, f"{GOOD}{row}\n")
        assert problem in str(refused.value.problems[0])
        assert await count_entries(instance) == before


async def test_rows_of_another_region_are_refused(filled_sqlite_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        with pytest.raises(SheetInvalid):
            await import_rows(instance, "nama,kode wilayah\nLain,32.12\n")
        with pytest.raises(NotFound):
            await import_rows(instance, GOOD, "99.99")
        async with instance.database.write() as session:
            owner = Source("32.11", "wss://a.id/graphql", SourceState.UNREACHABLE, None)
            await ownership.insert_source(session, owner)
        with pytest.raises(OwnedElsewhere):
            await import_rows(instance, GOOD)


FULL = """No;Nama Aplikasi;Perangkat Daerah;Fungsi/Kegunaan;Tahun Mulai;Platform;Status Aplikasi;PIC
1;Si Uji;Dinas Perhubungan;Uji KIR;2020;Web;Aktif;Ani
2;Si Lama;Dinas Perhubungan;-;2015-03-01;-;Tidak Aktif;Budi
3;Si Purna;;Arsip;;Desktop;Pensiun;
4;Si Baru;-;;;;Dalam Pengembangan;
5;tidak ada;Dinas Perhubungan;;;;;
"""


async def test_status_function_year_and_platform_are_recorded(filled_database_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_database_url)) as instance:
        before = await count_entries(instance)
        parsed = import_sheet.parse_application_sheet(sheet.parse_csv_rows(FULL))
        preview = await inventory_import.preview_inventory_import(instance, "32.11", parsed)
        assert await count_entries(instance) == before
        assert (
            await inventory_import.import_inventory(instance, "32.11", parsed, "f.csv") == preview
        )
        assert preview == ImportResult(
            registered=(2, 3, 4, 5), already_recorded=(), duplicate_rows=()
        )
        repeated = await inventory_import.import_inventory(instance, "32.11", parsed, "f.csv")
        assert repeated == ImportResult(
            registered=(), already_recorded=(2, 3, 4, 5), duplicate_rows=()
        )
        async with instance.database.read() as session:
            new_bodies = [
                entry.body or {}
                for entry in await log.list_log_entries(session, "32.11", after=before)
            ]
    field_names = ("name", "opd", "status", "function", "year", "platform")
    assert [tuple(body[field] for field in field_names) for body in new_bodies] == [
        ("Si Uji", "32.11:opd-dishub", "ACTIVE", "Uji KIR", 2020, "Web"),
        ("Si Lama", "32.11:opd-dishub", "INACTIVE", "", 2015, ""),
        ("Si Purna", None, "RETIRED", "Arsip", None, "Desktop"),
        ("Si Baru", None, "UNKNOWN", "", None, ""),
    ]


async def test_a_row_that_repeats_another_is_distinguished_from_existing_rows(
    filled_sqlite_url: str,
) -> None:
    text = (
        "nama,opd,status\nLain,Dinas Perhubungan,\nLAIN,dinas perhubungan,\nLain,,\nLain,,Pensiun\n"
    )
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        assert await import_rows(instance, text) == ImportResult(
            registered=(2, 4), already_recorded=(), duplicate_rows=(3, 5)
        )
        assert (await import_rows(instance, text)).already_recorded == (2, 3, 4, 5)


async def test_an_opd_may_be_named_in_other_letters_and_spaces(filled_sqlite_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        text = "nama,opd\nLain,DINAS  perhubungan\n"
        assert (await import_rows(instance, text)).registered == (2,)


def test_the_command_reports_what_it_reads_before_it_writes(
    filled_data_dir: Path, tmp_path: Path
) -> None:
    commands, inventory = Commands(filled_data_dir), tmp_path / "inventaris.csv"
    inventory.write_text(FULL)
    unconfirmed = commands("import", inventory, "--region", "32.11")
    assert unconfirmed.exit_code == 2
    assert "expected --yes to write without asking" in unconfirmed.stderr
    assert unconfirmed.stdout == ""
    output_lines = [line.strip() for line in unconfirmed.stderr.splitlines()]
    assert output_lines[:-1] == [
        "Columns that are taken:",
        "'Nama Aplikasi' as name",
        "'Perangkat Daerah' as opd",
        "'Status Aplikasi' as status",
        "'Fungsi/Kegunaan' as function",
        "'Tahun Mulai' as year",
        "'Platform' as platform",
        "Columns that are passed over: No, PIC",
        "Applications: 4 (1 ACTIVE, 1 INACTIVE, 1 RETIRED, 1 UNKNOWN)",
        "Without an OPD, so without owner: 2 (rows 4, 5)",
        "Without an application, passed over: 1 (row 6)",
        "Status 'Dalam Pengembangan' is not understood, recorded as UNKNOWN: 1 (row 5)",
    ]
    result = commands("import", inventory, "--region", "32.11", "--yes")
    assert result.exit_code == 0
    assert result.stdout == "Applications registered: 4; in the inventory already: 0\n"


def test_a_person_may_decline(filled_data_dir: Path, tmp_path: Path) -> None:
    inventory = tmp_path / "inventaris.csv"
    inventory.write_text(GOOD)
    environment = {"SIMPUL_DATA_DIR": str(filled_data_dir)}
    command = ["import", str(inventory), "--region", "32.11"]
    assert "Nothing is imported." in run_on_terminal(command, environment, answer="n")
    assert "Applications registered: 2" in run_on_terminal(command, environment, answer="y")


def test_the_command_writes_nothing_from_a_wrong_sheet(
    filled_data_dir: Path, tmp_path: Path
) -> None:
    commands, inventory = Commands(filled_data_dir), tmp_path / "inventaris.csv"
    inventory.write_text(f"{GOOD}Lain,Dinas Sihir,\n")
    refused = commands("import", inventory, "--region", "32.11", "--yes")
    assert refused.exit_code == 2
    assert "nothing is imported" in refused.stderr


def test_a_region_without_opds_gets_them_and_its_inventory(
    filled_data_dir: Path, tmp_path: Path
) -> None:
    commands, inventory = Commands(filled_data_dir), tmp_path / "inventaris.csv"
    inventory.write_text("Nama Aplikasi,OPD\nSi Tata,Dinas Uji Ruang\nSi Ruang,Disruang\n")
    refused = commands("import", inventory, "--region", "32.77", "--yes")
    command = "simpul opd add 'Dinas Uji Ruang' --region 32.77"
    assert (refused.exit_code, command in refused.stderr) == (2, True)
    added = commands("opd", "add", "Dinas Uji Ruang", "--region", "32.77", "--acronym", "Disruang")
    assert "Dinas Uji Ruang (DEPARTMENT, as its name says) is recorded in region 32.77" in (
        added.stdout
    )
    assert "Disruang" in commands("opd", "list", "--region", "32.77").stdout
    for name, acronym in (("dinas uji ruang", ""), ("Dinas Lain", "DISRUANG")):
        refusal = commands("opd", "add", name, "--region", "32.77", "--acronym", acronym)
        assert (refusal.exit_code, "there is already" in refusal.stderr) == (2, True)
    result = commands("import", inventory, "--region", "32.77", "--yes")
    assert "Applications registered: 2; in the inventory already: 0" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Dinas A", "--region", "32.11", "--acronym", "dinas perhubungan"], "there is already"),
        (["Satpol PP", "--region", "32.77"], "expected --kind with one of SECRETARIAT"),
        (["Dinas A", "--region", "77"], "there is no region '77'"),
        (["Dinas A", "--region", "32.77", "--parent", "Setda"], "--parent: expected an OPD"),
    ],
)
def test_an_opd_that_cannot_be_recorded_is_refused(
    filled_data_dir: Path, arguments: list[str], message: str
) -> None:
    refused = Commands(filled_data_dir)("opd", "add", *arguments)
    assert (refused.exit_code, message in refused.stderr) == (2, True)
