"""The example accounts and the sign-in links of `simpul demo`."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
from pathlib import Path

import pytest

from engine.log.source import Source, SourceState
from facts import tables
from hub.cli.demo import (
    EXAMPLE_REGION,
    DemoScope,
    find_demo_scope,
    print_welcome,
    simpul_command,
)
from hub.cli.demo_nodes import DemoNode
from hub.instance import open_instance
from hub.settings import Settings
from storage import migrate, ownership
from storage.account_directory import list_all_accounts, list_newest_audit
from storage.database import Database

ADDRESS = "http://localhost:8000"
LINK = re.compile(r"^    (\S+) +(contoh-\w+) +(http://localhost:\d+)/masuk#tautan=[\w-]{43}$")


async def insert_sources(settings: Settings, *regions: str) -> None:
    async with open_instance(settings) as instance, instance.database.write() as session:
        for region in regions:
            owner = Source(region, "wss://a.id/graphql", SourceState.UNREACHABLE, None)
            identity = tables.listed_region(region)
            assert identity is not None
            await ownership.insert_source(session, owner, identity)


def printed_links(output: str) -> list[tuple[str, ...]]:
    """Return the label, the login and the address of each printed link."""
    return [match.groups() for line in output.splitlines() if (match := LINK.match(line))]


async def recorded_accounts(url: str) -> dict[str | None, tuple[str | None, str | None]]:
    """Return the name and the role of each account, by its login."""
    database = Database(url)
    try:
        async with database.read() as session:
            return {
                account.login: (account.name, account.right and account.right.role.value)
                for account in await list_all_accounts(session)
            }
    finally:
        await database.close()


async def newest_actions(url: str) -> list[str]:
    database = Database(url)
    try:
        async with database.read() as session:
            return [entry.action.value for entry in await list_newest_audit(session, 5)]
    finally:
        await database.close()


async def test_the_example_is_a_region_that_the_instance_owns(filled_sqlite_url: str) -> None:
    settings = Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)
    scope = await find_demo_scope(settings)
    assert scope is not None
    assert (scope.region, scope.opd.region) == (EXAMPLE_REGION, EXAMPLE_REGION)
    await insert_sources(settings, EXAMPLE_REGION)
    other_scope = await find_demo_scope(settings)
    assert other_scope is not None
    assert other_scope.region == other_scope.opd.region != EXAMPLE_REGION
    await insert_sources(
        settings,
        *(region.code for region in tables.region_catalogue() if region.code != EXAMPLE_REGION),
    )
    assert await find_demo_scope(settings) is None


def test_each_role_has_an_account_that_a_second_run_finds(
    filled_sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)
    scope = asyncio.run(find_demo_scope(settings))
    expected = [
        ("OPD", "contoh-opd", ADDRESS),
        ("REGION", "contoh-koordinator", ADDRESS),
        ("ASSESSOR", "contoh-asesor", ADDRESS),
        ("PROVINCE", "contoh-provinsi", ADDRESS),
        ("ADMIN", "contoh-admin", ADDRESS),
    ]
    for _run in range(2):
        print_welcome(settings, ADDRESS, scope, [], [], replay=False)
        output = capsys.readouterr().out
        assert printed_links(output) == expected
        assert f"A new one: {simpul_command()} account link LOGIN" in output
    assert asyncio.run(recorded_accounts(filled_sqlite_url)) == {
        "contoh-opd": ("Contoh: staf Diskominfo Kabupaten Garut", "OPD"),
        "contoh-koordinator": ("Contoh: koordinator Kabupaten Garut", "REGION"),
        "contoh-asesor": ("Contoh: asesor Kabupaten Garut", "ASSESSOR"),
        "contoh-provinsi": ("Contoh: pembina Provinsi Jawa Barat", "PROVINCE"),
        "contoh-admin": ("Contoh: administrator", "ADMIN"),
    }
    assert asyncio.run(newest_actions(filled_sqlite_url)) == ["LINK_CREATED"] * 5


def test_a_node_has_an_account_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node = DemoNode("32.11", tmp_path / "32.11", 8001)
    settings = Settings(data_dir=tmp_path)
    node.settings(settings).prepare()
    migrate.upgrade_database(node.settings(settings).database)
    print_welcome(settings, ADDRESS, None, [node], [], replay=False)
    output = capsys.readouterr().out
    assert "No region with an OPD is written here" in output
    assert printed_links(output) == [("32.11", "contoh-koordinator", "http://localhost:8001")]
    command = f"SIMPUL_DATA_DIR={shlex.quote(str(node.folder))} SIMPUL_PORT=8001 {simpul_command()} account link"
    assert f"A new one of a node: {command} contoh-koordinator" in output
    assert asyncio.run(recorded_accounts(node.settings(settings).database)) == {
        "contoh-koordinator": ("Contoh: koordinator Kabupaten Sumedang", "REGION")
    }


def test_an_address_that_others_reach_gets_no_example_accounts(
    filled_sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(SIMPUL_DATABASE_URL=filled_sqlite_url, host="0.0.0.0")
    scope: DemoScope | None = asyncio.run(find_demo_scope(settings))
    print_welcome(settings, "http://0.0.0.0:8000", scope, [], [], replay=False)
    output = capsys.readouterr().out
    assert printed_links(output) == []
    assert "simpul account admin --name" in output
    assert asyncio.run(recorded_accounts(filled_sqlite_url)) == {}


def test_the_command_to_type_is_one_that_works_in_this_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.chdir(programs.parents[1])
    assert simpul_command() == f"{programs.parent.name}/{programs.name}/simpul"
    monkeypatch.chdir(tmp_path)
    assert simpul_command() == str(programs / "simpul")
    monkeypatch.setenv("PATH", str(programs))
    assert simpul_command() == "simpul"
