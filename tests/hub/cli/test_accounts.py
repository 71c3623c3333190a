"""`simpul account`: the operator invites people, changes and withdraws rights, and reads the audit."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner, Result

from engine.account import AuditAction, CodePurpose
from hub.cli.audit_words import AUDIT_WORDS
from hub.cli.main import app
from storage.database import Database
from storage.one_time_code import find_code
from storage.secret import secret_digest
from tests.fixtures.processes import StartSimpul
from tests.hub.cli.commands import Commands, run_on_terminal

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sign-in.md"
CODE = r"[\w-]{43}"
OPERATOR = "operator (command)"
ACCOUNT = "expected the id or the login of an account, or the name of a program"
COORDINATOR = ("--role", "REGION", "--region", "Kab. Garut")
WITHDRAWAL_SECONDS = 2.0  # without Redis; the servers poll several times a second


@pytest.fixture
def commands(filled_data_dir: Path) -> Commands:
    return Commands(filled_data_dir)


def read(commands: Commands, *arguments: str) -> Any:
    result = commands("account", *arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def account_of_code(url: str, link: str, purpose: CodePurpose) -> str | None:
    async def find() -> str | None:
        database = Database(url)
        try:
            async with database.read() as session:
                digest = secret_digest(link.partition("=")[2])
                found = await find_code(session, digest, purpose, datetime.now(UTC))
                return None if found is None else found[0]
        finally:
            await database.close()

    return asyncio.run(find())


def test_the_first_admin_is_invited_and_later_given_a_way_in_again(
    commands: Commands, filled_sqlite_url: str
) -> None:
    invited = commands("account", "admin", "--name", " Ani ", "--login", "Ani@Example.go.id")
    assert invited.exit_code == 0
    link, text = invited.stdout.splitlines()
    assert re.fullmatch(rf"http://localhost:8000/masuk#undangan={CODE}", link)
    assert re.fullmatch(r"Pass it on to the person; it works once, until [\d: -]+ UTC\.", text)
    [account] = read(commands, "list")["accounts"]
    assert (account["name"], account["login"]) == ("Ani", "ani@example.go.id")
    assert (account["role"], account["kind"], account["version"]) == ("ADMIN", "PERSON", 1)
    assert account_of_code(filled_sqlite_url, link, CodePurpose.INVITATION) == account["id"]

    assert commands("account", "withdraw", account["id"]).exit_code == 0
    assert account_of_code(filled_sqlite_url, link, CodePurpose.INVITATION) is None
    restored = read(commands, "admin", "--login", "ANI@example.go.id")
    assert restored["account"] == account["id"]
    assert account_of_code(filled_sqlite_url, restored["link"], CodePurpose.INVITATION) is not None
    lifetime = datetime.fromisoformat(restored["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < lifetime < timedelta(days=7)
    assert [(known["role"], known["version"]) for known in read(commands, "list")["accounts"]] == [
        ("ADMIN", 3)
    ]


def test_a_person_is_invited_with_names_of_regions_and_opds(commands: Commands) -> None:
    invited = read(
        commands,
        *("invite", "--name", "Budi", "--role", "opd", "--region", "garut"),
        *("--opd", "diskominfo", "--login", "budi"),
    )
    assert invited["login"] == "budi"
    [account] = read(commands, "list", "--role", "OPD", "--region", "Kabupaten Garut")["accounts"]
    assert (account["regions"], account["opds"]) == (["32.05"], ["32.05:opd-diskominfo"])
    assert read(commands, "list", "--region", "32.11") == {"accounts": []}
    table = commands("account", "list").stdout
    assert "Kabupaten Garut, 32.05:opd-diskominfo" in table


def test_an_invitation_has_the_address_of_the_instance_and_a_link_that_of_this_machine(
    filled_data_dir: Path,
) -> None:
    environment = {
        "SIMPUL_DATA_DIR": str(filled_data_dir),
        "DATABASE_URL": "",
        "SIMPUL_URL": "wss://simpul.example.go.id:8443/graphql",
        "SIMPUL_PORT": "8123",
    }

    def link(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["account", *arguments, "--json"], env=environment)
        address: str = json.loads(result.stdout)["link"]
        return address

    invitation = link("admin", "--name", "Ani", "--login", "ani")
    assert invitation.startswith("https://simpul.example.go.id:8443/masuk#undangan=")
    assert link("renew", "ani").startswith("https://simpul.example.go.id:8443/masuk#undangan=")
    assert link("link", "ani").startswith("http://localhost:8123/masuk#tautan=")


def test_a_sign_in_link_works_for_ten_minutes_and_the_next_replaces_it(
    commands: Commands, filled_sqlite_url: str
) -> None:
    commands("account", "invite", "--name", "Budi", "--login", "budi", *COORDINATOR)
    first = read(commands, "link", "budi")
    lifetime = datetime.fromisoformat(first["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < lifetime < timedelta(minutes=10)
    printed = commands("account", "link", first["account"]).stdout.splitlines()
    assert re.fullmatch(rf"http://localhost:8000/masuk#tautan={CODE}", printed[0])
    assert "on this machine" in printed[1]
    assert account_of_code(filled_sqlite_url, first["link"], CodePurpose.SIGN_IN) is None
    assert account_of_code(filled_sqlite_url, printed[0], CodePurpose.SIGN_IN) == first["account"]


def test_a_right_is_changed_withdrawn_and_given_again(commands: Commands) -> None:
    commands("account", "invite", "--name", "Budi", "--login", "budi", *COORDINATOR)
    changed = commands("account", "change", "budi", "--role", "ASSESSOR")
    assert changed.stdout == "The right of Budi is now ASSESSOR 32.05.\n"
    moved = commands("account", "change", "budi", "--region", "32.11")
    assert moved.stdout == "The right of Budi is now ASSESSOR 32.11.\n"
    withdrawn = commands("account", "withdraw", "budi", "--reason", "pindah tugas")
    assert withdrawn.stdout == (
        "The right of Budi is withdrawn; its sessions and tokens have ended.\n"
    )
    again = commands("account", "change", "budi", "--role", "ADMIN")
    assert again.stdout == "The right of Budi is now ADMIN.\n"
    acts = [
        (entry["actor"], entry["action"], entry["detail"].get("reason"))
        for entry in read(commands, "audit", "budi")["entries"]
    ]
    assert acts == [
        (None, "RIGHT_CHANGED", None),
        (None, "RIGHT_WITHDRAWN", "pindah tugas"),
        (None, "RIGHT_CHANGED", None),
        (None, "RIGHT_CHANGED", None),
        (None, "ACCOUNT_INVITED", None),
    ]


def test_a_withdrawn_right_returns_with_what_is_not_named(commands: Commands) -> None:
    scope = ("--role", "OPD", "--region", "32.05", "--opd", "diskominfo")
    commands("account", "invite", "--name", "Budi", "--login", "budi", *scope)
    assert read(commands, "withdraw", "budi")["role"] is None
    given = read(commands, "change", "budi")
    assert (given["role"], given["regions"], given["opds"]) == (
        "OPD",
        ["32.05"],
        ["32.05:opd-diskominfo"],
    )
    commands("account", "withdraw", "budi")
    refused = commands("account", "change", "budi", "--region", "32.11")
    assert (refused.exit_code, refused.stderr) == (2, "--opd is missing: the role OPD needs it\n")


@pytest.mark.parametrize(
    "act",
    [
        ("withdraw", "ani"),
        ("change", "ani", "--role", "REGION", "--region", "32.05"),
        ("erase", "ani", "--yes"),
    ],
)
def test_an_instance_without_an_admin_says_so(commands: Commands, act: tuple[str, ...]) -> None:
    for login in ("ani", "budi"):
        commands("account", "admin", "--name", login, "--login", login)
    commands("token", "--role", "ADMIN", "--subject", "robot")
    assert commands("account", "withdraw", "budi").stderr == ""
    result = commands("account", *act, "--json")
    assert json.loads(result.stdout)["version"] == 2
    assert result.stderr == "No person is ADMIN any more: `simpul account admin` invites one.\n"


def test_nothing_is_done_with_an_erased_account(commands: Commands) -> None:
    commands("account", "invite", "--name", "Budi", "--login", "budi", *COORDINATOR)
    id = read(commands, "erase", "budi", "--yes")["id"]
    for act in ("renew", "link", "change", "withdraw", "erase"):
        refused = commands("account", act, id)
        assert (refused.exit_code, refused.stdout) == (3, "")
        assert refused.stderr == f"the account {id} was erased\n"


def test_a_second_invitation_of_a_name_is_pointed_out(commands: Commands) -> None:
    first = read(commands, "invite", "--name", "Budi", *COORDINATOR)
    second = commands("account", "invite", "--name", "Budi", *COORDINATOR)
    assert second.exit_code == 0
    assert second.stderr == (
        f"The name Budi is also that of {first['account']} (REGION 32.05): "
        "`simpul account renew` invites again.\n"
    )


def test_an_erased_account_keeps_its_opaque_id_only(filled_data_dir: Path) -> None:
    commands = Commands(filled_data_dir)
    commands("account", "invite", "--name", "Budi", "--login", "budi", *COORDINATOR)
    [account] = read(commands, "list")["accounts"]
    environment = {"SIMPUL_DATA_DIR": str(filled_data_dir)}
    run_on_terminal(["account", "erase", "budi"], environment, "n")
    unanswered = commands("account", "erase", "budi")
    assert unanswered.exit_code == 2
    assert unanswered.stderr.endswith("expected an answer, got none: --yes needs none\n")
    assert read(commands, "list")["accounts"] == [account]
    erased = commands("account", "erase", "budi", "--yes")
    assert erased.stdout == (
        f"The account {account['id']} is erased: it has no name, no login and no right.\n"
    )
    [left] = read(commands, "list")["accounts"]
    assert (left["name"], left["login"], left["role"]) == (None, None, None)
    assert commands("account", "erase", account["id"], "--yes").exit_code == 3
    audit = commands("account", "audit", "--limit", "2").stdout
    assert OPERATOR in audit
    assert "name and login erased" in audit
    assert account["id"] in audit
    assert "Budi" not in audit


def test_everything_ends_at_once(commands: Commands) -> None:
    commands("account", "invite", "--name", "Budi", "--login", "budi", *COORDINATOR)
    commands("token", "--role", "ADMIN", "--subject", "hub")
    assert read(commands, "end-all") == {"sessions": 0, "tokens": 0, "codes": 1}
    assert len(read(commands, "tokens")["tokens"]) == 1
    ended = commands("account", "end-all", "--tokens")
    assert ended.stdout == "Ended: 0 sessions, 0 links and invitations, 1 tokens.\n"
    assert read(commands, "tokens")["tokens"] == []
    [newest] = read(commands, "audit", "--limit", "1")["entries"]
    assert (newest["action"], newest["actor"]) == ("TOKEN_WITHDRAWN", None)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("link", "bud"), 2, f"{ACCOUNT}, got 'bud'; the nearest is 'budi'\n"),
        (("withdraw", "siti"), 2, f"{ACCOUNT}, got 'siti'\n"),
        (("admin",), 2, "expected --name with the name of the person"),
        (("admin", "--name", " "), 2, "--name: expected 1 to 200 characters, got 0"),
        (("admin", "--name", "A\u202eB"), 2, "without control or format characters"),
        (("admin", "--name", "A", "--login", "a b"), 2, "without white space, got 'a b'"),
        (("invite", "--name", "A", "--login", "BUDI", *COORDINATOR), 2, "budi is the login of"),
        (("invite", "--name", "A", "--role", "FOLLOWER", "--region", "32.05"), 2, "a FOLLOWER"),
        (
            ("invite", "--name", "A", "--role", "REGION"),
            2,
            "--region is missing: the role REGION needs it\n",
        ),
        (
            ("invite", "--name", "A", *COORDINATOR, "--opd", "diskominfo"),
            2,
            "expected no --opd with the role REGION",
        ),
        (
            ("invite", "--name", "A", "--role", "OPD", "--region", "32.05", "--opd", "diskominfu"),
            2,
            "got 'diskominfu'; near are 'Dinas Komunikasi dan Informatika' (32.05:opd-diskominfo)",
        ),
        (("change", "budi"), 3, "the account has this right already"),
        (("change", "budi", "--role", "OPD"), 2, "--opd is missing: the role OPD needs it\n"),
        (("admin", "--name", "Ani", "--login", "budi"), 2, "has the name Budi, which its person"),
        (("change", "budi", "--role", "FOLLOWER"), 2, "a person cannot be a FOLLOWER"),
        (("change", "budi", "--region", "77.77"), 2, "got '77.77'"),
        (("withdraw-token", "token-1"), 2, "there is no token 'token-1'"),
        (("withdraw", "hub"), 2, "got 'hub'"),
        (("withdraw", "budi", "--reason", "a\x1b[2J"), 2, r"format characters, got 'a\x1b[2J'"),
    ],
)
def test_what_is_not_possible_says_what_was_expected_and_changes_nothing(
    commands: Commands, arguments: tuple[str, ...], code: int, message: str
) -> None:
    commands("account", "invite", "--name", "Budi", "--login", "budi", *COORDINATOR)
    before = read(commands, "audit")
    refused = commands("account", *arguments)
    assert (refused.exit_code, refused.stdout) == (code, "")
    assert message in refused.stderr
    assert read(commands, "audit") == before


def test_a_program_is_found_by_its_name_and_by_its_id_if_two_have_the_name(
    commands: Commands,
) -> None:
    garut = json.loads(commands("token", *COORDINATOR, "--subject", "Portal", "--json").stdout)
    assert read(commands, "tokens", "portal")["tokens"][0]["id"] == garut["id"]
    arguments = ("--role", "OPD", "--region", "32.11", "--opd", "Dishub", "--subject", "Portal")
    second = commands("token", *arguments, "--json")
    sumedang = json.loads(second.stdout)["accountId"]
    garut_right = f"{garut['accountId']} (REGION 32.05)"
    right = "OPD 32.11, 32.11:opd-dishub"
    assert second.stderr.splitlines()[1] == (
        f"Portal has a new account, {sumedang} ({right}), because the right of an account with "
        f"this name is another: {garut_right}."
    )
    assert "new account" not in commands("token", *arguments).stderr
    refused = commands("account", "withdraw", "Portal")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        "expected the id of one account, got 'Portal', a name of "
        f"{garut_right}, {sumedang} ({right})\n"
    )
    assert commands("account", "withdraw", sumedang).exit_code == 0
    assert [token["id"] for token in read(commands, "tokens")["tokens"]] == [garut["id"]]


def test_every_act_of_the_audit_has_words() -> None:
    assert AUDIT_WORDS.keys() == set(AuditAction)


def test_no_width_of_the_output_cuts_what_another_command_takes(filled_data_dir: Path) -> None:
    login = f"{'tim.aplikasi.' * 8}@garutkab.go.id"
    environment = {"SIMPUL_DATA_DIR": str(filled_data_dir), "DATABASE_URL": "", "COLUMNS": "80"}

    def run(*arguments: str) -> str:
        return CliRunner().invoke(app, arguments, env=environment).stdout

    run("account", "invite", "--name", "Budi Santoso " * 5, "--login", login, *COORDINATOR)
    run("token", *COORDINATOR, "--subject", "portal")
    person, program = json.loads(run("account", "list", "--json"))["accounts"]
    [token] = json.loads(run("account", "tokens", "--json"))["tokens"]
    rows = run("account", "list").splitlines()
    assert [row.split()[0] for row in rows[1:]] == [person["id"], program["id"]]
    assert login in rows[1]
    assert run("account", "tokens").splitlines()[1].split()[:6] == [
        *(token["id"], "portal", "portal", "REGION", "Kabupaten", "Garut"),
    ]
    ids = [
        opd["id"] for opd in json.loads(run("opd", "list", "--region", "32.05", "--json"))["opds"]
    ]
    assert [
        row.split()[-1] for row in run("opd", "list", "--region", "32.05").splitlines()[1:]
    ] == ids


def test_the_account_of_a_program_has_no_link(commands: Commands) -> None:
    commands("token", "--role", "ADMIN", "--subject", "hub")
    [program] = read(commands, "list")["accounts"]
    refused = commands("account", "link", program["id"])
    assert refused.exit_code == 2
    assert refused.stderr == f"{program['id']} is the account of a program, which has tokens only\n"
    assert "hub (program)" in commands("account", "list").stdout


def test_each_engine_lists_tokens_and_withdraws_one(database_url: str, tmp_path: Path) -> None:
    environment = {
        "SIMPUL_DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "COLUMNS": "200",
    }

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, env=environment)

    for subject in ("hub", "portal"):
        run("token", "--role", "ADMIN", "--subject", subject)
    tokens = json.loads(run("account", "tokens", "--json").stdout)["tokens"]
    assert [token["name"] for token in tokens] == ["hub", "portal"]
    withdrawn = run("account", "withdraw-token", tokens[0]["id"], "--json")
    assert json.loads(withdrawn.stdout) == tokens[0]
    assert json.loads(run("account", "tokens", "--json").stdout)["tokens"] == tokens[1:]
    assert "portal" in run("account", "tokens").stdout
    [entry] = json.loads(run("account", "audit", "--limit", "1", "--json").stdout)["entries"]
    assert (entry["action"], entry["credential"]) == ("TOKEN_WITHDRAWN", tokens[0]["id"])


def test_the_commands_of_the_page_on_signing_in_work(commands: Commands) -> None:
    texts = []
    for line in re.findall(r"^\$ simpul (.+)$", PAGE.read_text(), re.MULTILINE):
        result = commands(*shlex.split(line))
        assert (result.exit_code, result.stderr.count("expected")) == (0, 0), line
        texts.append(result.stdout)
    admin, invited, listed, changed, withdrawn, audited, linked, erased, token, tokens = texts
    assert "/masuk#undangan=" in admin
    assert "/masuk#undangan=" in invited
    assert "Budi Santoso" in listed
    assert changed == "The right of Budi Santoso is now ASSESSOR 32.05.\n"
    assert withdrawn.startswith("The right of Budi Santoso is withdrawn;")
    assert "pindah tugas" in audited
    assert "/masuk#tautan=" in linked
    assert erased.endswith(" is erased: it has no name, no login and no right.\n")
    assert token.startswith("simpul_")
    assert "hub-jabar" in tokens
    accounts = {account["name"]: account["role"] for account in read(commands, "list")["accounts"]}
    assert accounts == {"Ani Rahmawati": "ADMIN", None: None, "hub-jabar": "FOLLOWER"}


@pytest.mark.integration
def test_a_running_server_refuses_what_a_command_has_withdrawn(
    simpul_process: StartSimpul, filled_data_dir: Path
) -> None:
    server = simpul_process("serve", data_dir=filled_data_dir)
    commands = Commands(filled_data_dir)
    secret = commands("token", *COORDINATOR, "--subject", "portal").stdout.strip()
    [token] = read(commands, "tokens")["tokens"]

    with httpx2.Client(trust_env=False) as http:

        def status() -> int:
            answer = http.post(
                f"{server.url}/graphql",
                json={"query": "{ instance { viewer { role } } }"},
                headers={"authorization": f"Bearer {secret}"},
            )
            return answer.status_code

        assert status() == 200
        assert commands("account", "withdraw-token", token["id"]).exit_code == 0
        deadline = time.monotonic() + WITHDRAWAL_SECONDS
        while status() == 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert status() == 401
