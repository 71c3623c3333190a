"""`simpul import`: a spreadsheet's rows become entries of a region's log, all of them or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import listing_sheet, sheet
from engine.model import EventKind
from engine.sheet import SheetInvalid
from engine.source import Source, SourceState
from hub.app import opened
from hub.settings import Settings
from resolvers import inventory_import
from resolvers.context import Instance
from resolvers.inventory_import import Imported
from resolvers.problems import NotFound, OwnedElsewhere
from storage import log, source
from tests.hub.region_data import Commands

GOOD = "Nama Aplikasi,Perangkat Daerah,URL\nSi Uji,Dinas Perhubungan,https://uji.id\nSi Coba,,\n"


async def take(instance: Instance, text: str, region: str = "32.11") -> Imported:
    listings = listing_sheet.parse(sheet.rows(text), {}).listings
    return await inventory_import.take(instance, region, listings, "inventaris.csv")


async def entries(instance: Instance) -> int:
    async with instance.database.read() as session:
        return (await log.head(session, "32.11"))[0]


async def test_rows_become_entries_once(filled_database_url: str) -> None:
    async with opened(Settings(SIMPUL_DATABASE_URL=filled_database_url)) as instance:
        before = await entries(instance)
        assert await take(instance, GOOD) == Imported(registered=2, known=0)
        assert await take(instance, GOOD) == Imported(registered=0, known=2)
        async with instance.database.read() as session:
            fresh = await log.entries(session, "32.11", after=before)
        assert [each.kind for each in fresh] == [EventKind.APPLICATION_REGISTERED] * 2
        assert fresh[0].body is not None
        assert fresh[0].body["opd"] == "opd-32.11.dishub"
        assert fresh[0].body["provenance"]["source"] == "inventaris.csv"
        assert fresh[1].body is not None
        assert fresh[1].body["opd"] is None


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Lain,Dinas Sihir,", "row 4, column opd: expected an OPD of region 32.11"),
        ("Lain,,ftp://a.id", "row 4, column url: expected an address that begins with http"),
        (f"{'x' * 201},,", "row 4, column name: expected 1 to 200 characters, got 201"),
    ],
)
async def test_of_a_sheet_with_a_wrong_row_nothing_is_written(
    filled_sqlite_url: str, row: str, problem: str
) -> None:
    async with opened(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        before = await entries(instance)
        with pytest.raises(SheetInvalid) as refused:
            await take(instance, f"{GOOD}{row}\n")
        assert problem in str(refused.value.problems[0])
        assert await entries(instance) == before


async def test_rows_of_another_region_are_refused(filled_sqlite_url: str) -> None:
    async with opened(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        with pytest.raises(SheetInvalid):
            await take(instance, "nama,kode wilayah\nLain,32.12\n")
        with pytest.raises(NotFound):
            await take(instance, GOOD, "99.99")
        async with instance.database.write() as session:
            owner = Source("32.11", "wss://a.id/graphql", SourceState.UNREACHABLE, None)
            await source.follow(session, owner)
        with pytest.raises(OwnedElsewhere):
            await take(instance, GOOD)


def test_the_command_says_what_it_did(filled_data_dir: Path, tmp_path: Path) -> None:
    commands, inventory = Commands(filled_data_dir), tmp_path / "inventaris.csv"
    inventory.write_text(GOOD)
    done = commands("import", inventory, "--region", "32.11")
    assert "2 applications are registered; 0 were there already." in done.stdout
    inventory.write_text(f"{GOOD}Lain,Dinas Sihir,\n")
    refused = commands("import", inventory, "--region", "32.11")
    assert refused.exit_code == 2
    assert "nothing is imported" in refused.stderr
