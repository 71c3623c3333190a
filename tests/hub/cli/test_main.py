"""The command line: the output, the effect and the exit code of each command."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.model import Role, Viewer
from hub.auth.authentication import Authenticator
from hub.auth.credentials import Credentials, SessionCookie
from hub.cli import main
from hub.settings import Settings
from storage import migrate
from storage.database import Database
from tests.fixtures.processes import SIMPUL

SHEET = Path(__file__).resolve().parents[3] / "docs" / "examples" / "bandar-lampung-2024.csv"
BASE_ENVIRONMENT = {"SIMPUL_PORT": "0", "DATABASE_URL": "", "COLUMNS": "200"}
DISHUB, DPMD = "32.11:opd-dishub", "32.11:opd-dpmd"
GARUT_OPD, INDRAMAYU_OPD = "32.05:opd-diskominfo", "32.12:opd-diskominfo"
OPD = "expected the name, acronym or id of an OPD"
REGION = "expected the code of a region that is on record here"
RECORD = "record it with `simpul load {}`, or follow its owner"
NOT_MIGRATED = "the database is not at this version's schema: run `simpul migrate`\n"


@dataclass(frozen=True)
class Simpul:
    """Runs commands with one data folder."""

    data_dir: Path

    def __call__(self, *arguments: str, **environment: str) -> Result:
        variables = {**BASE_ENVIRONMENT, "SIMPUL_DATA_DIR": str(self.data_dir), **environment}
        return CliRunner().invoke(main.app, arguments, env=variables)

    def json(self, *arguments: str) -> Any:
        result = self(*arguments, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)


@pytest.fixture
def simpul(tmp_path: Path) -> Simpul:
    return Simpul(tmp_path / "data")


@pytest.fixture
def migrated(simpul: Simpul, sqlite_template: Path) -> Simpul:
    simpul.data_dir.mkdir()
    (simpul.data_dir / "simpul.db").write_bytes(sqlite_template.read_bytes())
    return simpul


@pytest.fixture(scope="module")
def earlier_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder of a version before the entries were salted, with one entry."""
    folder = tmp_path_factory.mktemp("earlier")
    file = folder / "simpul.db"
    migrate.upgrade_database(f"sqlite+aiosqlite:///{file}", "write_probe")
    with sqlite3.connect(file) as database:
        database.execute(
            "INSERT INTO entry VALUES ('32', 1, 'then', 'ani', 'OPD_RECORDED', 'opd-1', 'PUBLIC',"
            " NULL, '', '', '')"
        )
    database.close()
    return folder


@pytest.fixture
def filled(filled_data_dir: Path) -> Simpul:
    return Simpul(filled_data_dir)


def test_migrating_twice_is_migrating_once(simpul: Simpul) -> None:
    for _ in range(2):
        result = simpul("migrate")
        assert (result.exit_code, result.stdout) == (
            0,
            "The database is at this version's schema.\n",
        )
    assert simpul.json("check") == {"logs": 0, "entries": 0, "offers": []}


def test_migrating_says_that_the_tokens_of_an_earlier_version_are_void(simpul: Simpul) -> None:
    assert simpul("migrate").stderr == ""
    key = simpul.data_dir / "token.key"
    key.write_bytes(b"a key of 32 bytes or some more ...")
    assert simpul("migrate").stderr == (
        f"Tokens of the earlier version, which {key} signed, are not valid any more, also those of "
        "instances that follow this one: make new ones with `simpul token`, and delete the file.\n"
    )


@pytest.mark.parametrize("command", ["serve", "load", "check"])
def test_nothing_is_done_on_a_database_that_is_not_migrated(simpul: Simpul, command: str) -> None:
    result = simpul(command)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", NOT_MIGRATED)


@pytest.mark.parametrize("command", ["serve", "demo", "migrate", "load"])
@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "an empty database: delete this one, or choose another SIMPUL_DATA_DIR"),
        ("id", "basis data kosong: hapus yang ini, atau pilih SIMPUL_DATA_DIR"),
    ],
)
def test_a_database_with_logs_of_an_earlier_form_is_refused_and_kept(
    earlier_data_dir: Path, command: str, language: str, expected: str
) -> None:
    before = (earlier_data_dir / "simpul.db").read_bytes()
    result = Simpul(earlier_data_dir)(command, SIMPUL_PORT="0", LANGUAGE=language)
    assert (result.exit_code, result.stdout) == (3, "")
    [line] = result.stderr.splitlines()
    assert f"{expected} " in line
    assert (earlier_data_dir / "simpul.db").read_bytes() == before


@pytest.mark.parametrize("command", ["serve", "demo", "migrate", "load", "check"])
def test_a_database_that_does_not_answer_is_reported_in_one_line(
    simpul: Simpul, command: str
) -> None:
    with socket.socket() as closed:  # bound and not listening: no other process takes the port
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        url = f"postgresql://simpul:rahasia@127.0.0.1:{port}/simpul"
        result = simpul(command, DATABASE_URL=url)
    assert (result.exit_code, result.stdout) == (3, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("the database does not answer: ")
    assert "rahasia" not in line


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_reported_with_the_setting_that_changes_it(
    migrated: Simpul, command: str
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        result = migrated(command, SIMPUL_PORT=port)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        f"cannot listen on 127.0.0.1:{port} (Address already in use); "
        "set SIMPUL_PORT or SIMPUL_HOST to another value\n"
    )


def test_the_address_of_the_metrics_in_use_is_reported_too(migrated: Simpul) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        result = migrated("serve", SIMPUL_PORT="0", SIMPUL_METRICS_ADDRESS=address)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        f"cannot listen on {address} (Address already in use); "
        "set SIMPUL_METRICS_ADDRESS to another value\n"
    )


def test_a_port_in_use_does_not_cost_a_running_replay_its_database(migrated: Simpul) -> None:
    replay = migrated.data_dir / "replay" / "simpul.db"
    replay.parent.mkdir()
    replay.write_bytes(b"the database of the running replay")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        result = migrated("demo", "--replay", SIMPUL_PORT=str(listener.getsockname()[1]))
    assert result.exit_code == 3
    assert replay.read_bytes() == b"the database of the running replay"


@pytest.mark.parametrize("command", ["serve", "demo", "migrate", "load", "token", "check"])
def test_settings_that_are_wrong_end_every_command(simpul: Simpul, command: str) -> None:
    arguments = (
        ["token", "--role", "ADMIN", "--subject", "ani"] if command == "token" else [command]
    )
    result = simpul(*arguments, SIMPUL_PORT="delapan", SIMPUL_LOG_LEVEL="loud")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "SIMPUL_PORT: Input should be a valid integer, unable to parse string as an integer, "
        + "got 'delapan'",
        "SIMPUL_LOG_LEVEL: expected one of debug, info, warning, error, got 'loud'",
        "the settings are not as they must be",
    ]
    assert not simpul.data_dir.exists()


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("")
    result = Simpul(file)("migrate")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"SIMPUL_DATA_DIR: {file} cannot be used: File exists\n"


def test_loading_twice_is_loading_once(migrated: Simpul) -> None:
    assert migrated.json("load") == {"entries": 482, "regions": 28}
    second_load = migrated("load")
    assert second_load.stdout == "28 regions are loaded; 0 entries were new.\n"
    assert migrated.json("check") == {"logs": 29, "entries": 482, "offers": []}
    check = migrated("check")
    assert check.stdout == "482 entries in 29 logs: every chain is whole.\n"


@pytest.mark.parametrize(
    ("tampering", "complaint"),
    [
        ("UPDATE entry SET body = json_set(body, '$.name', 'Lain') WHERE {last}", "body"),
        ("UPDATE entry SET actor = 'orang lain' WHERE {last}", "hash"),
        ("DELETE FROM entry WHERE region = '32.11' AND sequence = 2", "sequence"),
        ("DELETE FROM entry WHERE {last}", "head"),
    ],
)
def test_a_log_that_was_changed_is_reported(
    migrated: Simpul, tampering: str, complaint: str
) -> None:
    last = "region = '32.11' AND sequence = (SELECT sequence FROM head WHERE region = '32.11')"
    migrated("load")
    with sqlite3.connect(migrated.data_dir / "simpul.db") as database:
        database.execute("DELETE FROM arrival")  # it refers to entries
        assert database.execute(tampering.format(last=last)).rowcount == 1
    database.close()
    result = migrated("check", "--json")
    assert (result.exit_code, result.stdout) == (4, "")
    [line] = result.stderr.splitlines()
    assert "32.11" in line
    assert complaint in line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--role", "admin"], (Role.ADMIN, set(), set())),
        (
            ["--role", "PROVINCE", "--region", "32"],
            (Role.PROVINCE, {"32"}, set()),
        ),
        (
            ["--role", "OPD", "--region", "32.11", "--opd", DISHUB, "--opd", DPMD],
            (Role.OPD, {"32.11"}, {DISHUB, DPMD}),
        ),
    ],
)
def test_a_token_stands_for_its_role_and_scope(
    filled: Simpul, arguments: list[str], expected: tuple[Role, set[str], set[str]]
) -> None:
    start = datetime.now(UTC)
    arguments = [*arguments, "--subject", "peta dinas"]
    result = filled("token", *arguments, "--hours", "2", "--json")
    issued = json.loads(result.stdout)
    viewer = asyncio.run(read_viewer(filled, issued["token"]))
    assert (viewer.role, viewer.regions, viewer.opds) == expected
    assert (viewer.subject, viewer.credential) == (issued["accountId"], issued["id"])
    assert re.fullmatch("account-[0-9a-f]{16}", viewer.subject)
    assert viewer.expires_at is not None
    assert timedelta() <= viewer.expires_at - start - timedelta(hours=2) < timedelta(minutes=1)
    assert issued["expiresAt"] == f"{viewer.expires_at:%FT%TZ}"
    assert result.stderr.splitlines()[0] == (
        f"The token is for peta dinas until {viewer.expires_at:%Y-%m-%d %H:%M} UTC; it is shown "
        "only now."
    )
    plain = filled("token", *arguments).stdout
    again = asyncio.run(read_viewer(filled, plain.strip()))
    assert (again.role, again.subject) == (expected[0], viewer.subject)  # another token of it
    assert again.credential != viewer.credential


@pytest.mark.parametrize(("options", "drafts"), [([], True), (["--no-drafts"], False)])
def test_the_token_of_a_follower_reads_drafts_unless_it_is_without(
    filled: Simpul, options: list[str], drafts: bool
) -> None:
    arguments = ("--role", "FOLLOWER", "--region", "32.11", "--subject", "hub")
    result = filled("token", *arguments, *options)
    viewer = asyncio.run(read_viewer(filled, result.stdout.strip()))
    assert (viewer.role, viewer.regions, viewer.drafts) == (Role.FOLLOWER, {"32.11"}, drafts)


@pytest.mark.parametrize(
    ("role", "is_personal"), [("PROVINCE", True), ("ADMIN", True), ("REGION", False)]
)
def test_a_token_for_a_role_of_persons_comes_with_a_warning(
    filled: Simpul, role: str, is_personal: bool
) -> None:
    regions = {"PROVINCE": ("--region", "32"), "REGION": ("--region", "32.11")}.get(role, ())
    result = filled("token", "--role", role, *regions, "--subject", "robot")
    assert result.stdout.startswith("simpul_")
    assert result.stderr.splitlines()[1:] == is_personal * [
        (
            f"A person with the role {role} should sign in instead: the log would name the "
            "program for everything that is done with this token."
        )
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [("8785", "less than or equal to 8784"), ("0", "greater than or equal to 0.01")],
)
def test_a_token_lasts_for_a_year_at_most(simpul: Simpul, hours: str, expected: str) -> None:
    result = simpul("token", "--role", "ADMIN", "--subject", "robot", "--hours", hours)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Invalid value for '--hours': Input should be {expected}" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["PUBLIC"], "--role: expected a role other than PUBLIC, which needs no account"),
        (["REGION"], "--region is missing: the role REGION needs it"),
        (["OPD", "--region", "32.11"], "--opd is missing: the role OPD needs it"),
        (["OPD", "--opd", "32.11:opd-1"], "--region is missing: the role OPD needs it"),
        (["ADMIN", "--region", "jabar"], "expected no --region with the role ADMIN"),
        (["REGION", "--region", "32.11", "--opd", "x"], "expected no --opd with the role REGION"),
        (["ADMIN", "--no-drafts"], "expected no --no-drafts with the role ADMIN"),
        (["OPD", "--drafts"], "expected no --drafts with the role OPD"),
    ],
)
def test_a_token_without_its_scope_or_with_more_is_not_issued(
    migrated: Simpul, arguments: list[str], complaint: str
) -> None:
    result = migrated("token", "--role", *arguments, "--subject", "ani")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{complaint}\n")


def test_a_token_names_the_one_that_it_is_for(simpul: Simpul) -> None:
    result = simpul("token", "--role", "ADMIN")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Missing option '--subject'" in result.stderr


@pytest.mark.parametrize(
    ("subject", "complaint"),
    [
        ("", "1 to 200 characters, got 0"),
        (" ", "1 to 200 characters, got 0"),
        ("a" * 201, "1 to 200 characters, got 201"),
        ("ani\nadmin", r"a text without control or format characters, got 'ani\nadmin'"),
        ("ani\x1b[2J", r"a text without control or format characters, got 'ani\x1b[2J'"),
        ("ani\u202e", r"a text without control or format characters, got 'ani\u202e'"),
    ],
)
def test_a_program_has_a_name_of_plain_text(simpul: Simpul, subject: str, complaint: str) -> None:
    result = simpul("token", "--role", "ADMIN", "--subject", subject)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"--subject: expected {complaint}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["REGION", "--region", "32.11", "--region", "77.77"],
            f"--region: {REGION}, got '77.77'; the nearest is '32.77'",
        ),
        (
            ["PROVINCE", "--region", "33"],
            f"--region: {REGION}, got '33': {RECORD.format('--national --region 33')}",
        ),
        (
            ["OPD", "--region", "32.11", "--opd", "32.11:opd-dishup"],
            f"--opd: {OPD} of 32.11, got '32.11:opd-dishup'; the nearest is '{DISHUB}'",
        ),
        (
            ["OPD", "--region", "32.11", "--region", "32.05", "--opd", INDRAMAYU_OPD],
            f"--opd: {OPD} of 32.11, 32.05, got '{INDRAMAYU_OPD}'; the nearest is '{GARUT_OPD}'",
        ),
    ],
)
def test_a_token_for_what_is_not_on_record_is_not_issued(
    filled: Simpul, arguments: list[str], complaint: str
) -> None:
    result = filled("token", "--role", *arguments, "--subject", "ani")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{complaint}\n")


def test_a_token_for_a_region_waits_until_that_is_loaded(migrated: Simpul) -> None:
    arguments = ("token", "--role", "REGION", "--region", "32.11", "--subject", "ani")
    result = migrated(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"--region: {REGION}, got '32.11': {RECORD.format('--region 32.11')}\n"
    assert migrated("load", "--region", "32.11").exit_code == 0
    assert migrated(*arguments).exit_code == 0
    # A region's own node has no record of its province, whose officials still have access.
    province = migrated("token", "--role", "REGION", "--region", "32", "--subject", "hub")
    assert (province.exit_code, province.stdout) == (2, "")
    assert (
        migrated("token", "--role", "PROVINCE", "--region", "32", "--subject", "hub").exit_code == 0
    )


def test_a_token_with_a_scope_needs_a_database(simpul: Simpul) -> None:
    arguments = ("token", "--role", "REGION", "--region", "32.11", "--subject", "ani")
    result = simpul(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", NOT_MIGRATED)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://simpul@127.0.0.1:{closed.getsockname()[1]}/simpul"
        result = simpul(*arguments, DATABASE_URL=url)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("the database does not answer: ")


def test_a_replay_needs_the_embedded_database(simpul: Simpul) -> None:
    result = simpul("demo", "--replay", DATABASE_URL="postgresql://127.0.0.1/simpul")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "a replay runs on the embedded database only: unset DATABASE_URL\n"


def test_a_restored_backup_gets_an_epoch_and_a_copy_an_identity(migrated: Simpul) -> None:
    def state() -> tuple[list[str], list[int]]:
        with sqlite3.connect(migrated.data_dir / "simpul.db") as database:
            [row] = database.execute("SELECT epoch, identity, secret FROM instance")
            counts = [
                database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("session", "one_time_code", "passkey", "access_token")
            ]
        database.close()
        return list(row), counts

    migrated("token", "--role", "ADMIN", "--subject", "hub")
    migrated("account", "admin", "--name", "Ani")
    with sqlite3.connect(migrated.data_dir / "simpul.db") as database:
        time = "2999-01-01T00:00:00.000000Z"
        [(account,)] = database.execute("SELECT id FROM account WHERE name = 'Ani'")
        database.execute(
            "INSERT INTO session VALUES ('session-1', ?, ?, 'PASSWORD', ?, ?, ?, '')",
            ("a" * 64, account, time, time, time),
        )
        database.execute(
            "INSERT INTO passkey (id, account, credential_id, public_key, sign_count, name,"
            " created_at) VALUES ('passkey-1', ?, 'a', 'b', 0, 'Laptop', ?)",
            (account, time),
        )
    database.close()
    first = state()
    assert first[1] == [1, 1, 1, 1]
    assert migrated("migrate").exit_code == 0
    assert state() == first
    assert migrated("migrate", "--renew-epoch").exit_code == 0
    restored = state()
    assert restored[0][0] != first[0][0]
    assert (restored[0][1:], restored[1]) == (first[0][1:], [0, 0, 1, 1])
    assert migrated("migrate", "--new-identity").exit_code == 0
    copied = state()
    assert all(new != old for new, old in zip(copied[0], restored[0], strict=True))
    assert copied[1] == [0, 0, 0, 0]


def test_old_replaced_arrivals_are_deleted_and_the_logs_stay_complete(migrated: Simpul) -> None:
    migrated("load")
    with sqlite3.connect(migrated.data_dir / "simpul.db") as database:
        database.execute("UPDATE instance SET derived_head = arrival_head")
        database.execute("UPDATE arrival SET at = '2020-01-01T00:00:00.000000Z' WHERE number < 400")
        # As if all arrivals of the kind had the same topic.
        update = (
            "UPDATE arrival SET topic = 'same', region = '32' WHERE kind = 'APPLICATION_REGISTERED'"
        )
        assert database.execute(f"{update} AND number < 400").rowcount > 1
        count = "SELECT count(*) FROM arrival WHERE topic = 'same'"
        [(arrivals_before,)] = database.execute(count)
    database.close()
    assert migrated.json("prune", "--days", "36500") == {"days": 36500, "forgotten": 0}
    assert migrated.json("prune") == {"days": 90, "forgotten": arrivals_before - 1}
    second_prune = migrated("prune")
    assert second_prune.stdout == "0 arrivals of more than 90 days ago are forgotten.\n"
    assert migrated.json("check") == {"logs": 29, "entries": 482, "offers": []}


def test_the_committed_schema_is_current() -> None:
    result = subprocess.run([SIMPUL, "export-schema", "--check"], capture_output=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_the_package_runs_as_the_command_does() -> None:
    arguments = ("score", SHEET, "--instrument", "spbe-2020", "--json")
    programs = ([SIMPUL], [sys.executable, "-m", "hub"])
    answers = [
        subprocess.run([*program, *arguments], capture_output=True, check=True).stdout
        for program in programs
    ]
    assert json.loads(answers[0])["index"] == "2.9795"
    assert answers[0] == answers[1]


def test_an_unknown_option_ends_with_2(simpul: Simpul) -> None:
    result = simpul("serve", "--prot", "80")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "No such option: --prot" in result.stderr


async def read_viewer(simpul: Simpul, token: str) -> Viewer:
    """Return the viewer of a token for an instance with the same data folder."""
    database = Database(Settings(data_dir=simpul.data_dir).database)
    try:
        authenticator = Authenticator(
            lambda: database, lambda: SessionCookie("abc"), lambda: datetime.now(UTC)
        )
        return await authenticator.viewer(Credentials(f"Bearer {token}"))
    finally:
        await database.close()
