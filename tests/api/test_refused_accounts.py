"""Refused changes of accounts: rights that cannot be given, and accounts that cannot be changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.account import AccountKind, Right, SignInMethod
from engine.model import PUBLIC_VIEWER, Role, Viewer
from resolvers.account_acts import change_right, withdraw_right
from resolvers.credential_acts import begin_session, create_token, end_session, withdraw_token
from storage.account import find_account
from tests.api.accounts import DINKES, DISKOMINFO, add_passkey, add_person
from tests.api.conftest import Filled
from tests.api.hub import Hub, copied_database_url, running_hub
from tests.api.refused_accounts import ACCOUNTS, ADMIN, write_accounts
from tests.api.two_provinces import write_regions

BANDUNG_IT = "32.73:opd-diskominfo"
INVITED = {"name": "Siti", "login": "siti"}


async def _prepare(hub: Hub) -> None:
    await write_regions(hub)
    await write_accounts(hub)
    registered = await hub.change(
        "registerOpd", SUMEDANG, regionCode="32.11", name="Dinas Lama", kind="DEPARTMENT"
    )
    await hub.change("dissolveOpd", SUMEDANG, opdId=registered["id"], version=1, reason="Perbup")


@pytest.fixture(scope="module")
def accounts_template(filled: Filled) -> Path:
    return filled(_prepare)


@pytest.fixture
async def accounts_hub(accounts_template: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    """Yield an instance with two small provinces, and an account of each role."""
    async with running_hub(copied_database_url(accounts_template, tmp_path)) as hub:
        yield hub


PROVINCE = Viewer("province", Role.PROVINCE, frozenset({"32"}))
SUMEDANG = Viewer("sumedang", Role.REGION, frozenset({"32.11"}))
DINKES_STAFF = Viewer("dinkes", Role.OPD, frozenset({"32.11"}), frozenset({DINKES}))
ASSESSOR = Viewer("assessor", Role.ASSESSOR, frozenset({"32.11", "32.73"}))


@dataclass(frozen=True)
class Refused:
    """A right that is refused, with the field that is not valid; None: it is FORBIDDEN."""

    viewer: Viewer
    role: str
    regions: tuple[str, ...] = ()
    opds: tuple[str, ...] = ()
    field: str | None = None
    expected: str = ""
    got: str = ""


REFUSED = {
    "the public": Refused(PUBLIC_VIEWER, "OPD", ("32.11",), (DINKES,)),
    "staff of an OPD": Refused(DINKES_STAFF, "OPD", ("32.11",), (DINKES,)),
    "an assessor": Refused(ASSESSOR, "OPD", ("32.11",), (DINKES,)),
    "a coordinator, a coordinator": Refused(SUMEDANG, "REGION", ("32.11",)),
    "a coordinator, staff elsewhere": Refused(SUMEDANG, "OPD", ("32.73",), (BANDUNG_IT,)),
    "a coordinator, staff here and elsewhere": Refused(
        SUMEDANG, "OPD", ("32.11", "32.73"), (DINKES, BANDUNG_IT)
    ),
    "a province, a province": Refused(PROVINCE, "PROVINCE", ("32",)),
    "a province, an administrator": Refused(PROVINCE, "ADMIN"),
    "a province, elsewhere": Refused(PROVINCE, "REGION", ("33.74",)),
    "the public role": Refused(
        ADMIN,
        "PUBLIC",
        (),
        (),
        "role",
        "a role other than PUBLIC, which needs no account",
        "PUBLIC",
    ),
    "a person as a follower": Refused(
        ADMIN,
        "FOLLOWER",
        ("32.11",),
        (),
        "role",
        "a role of a person; programs alone can be FOLLOWER",
        "FOLLOWER",
    ),
    "an unknown region": Refused(
        ADMIN, "REGION", ("32.99",), (), "regionCodes", "codes of regions on record", "32.99"
    ),
    "a region as a province": Refused(
        ADMIN, "PROVINCE", ("32.11",), (), "regionCodes", "codes of provinces on record", "32.11"
    ),
    "a role without its regions": Refused(
        ADMIN,
        "ASSESSOR",
        (),
        (),
        "regionCodes",
        "1 to 100 codes of regions for the role ASSESSOR",
        "0",
    ),
    "an administrator of a region": Refused(
        ADMIN, "ADMIN", ("32.11",), (), "regionCodes", "none for the role ADMIN", "1"
    ),
    "staff without an OPD": Refused(
        SUMEDANG, "OPD", ("32.11",), (), "opdIds", "1 to 100 ids of OPDs for the role OPD", "0"
    ),
    "a coordinator with an OPD": Refused(
        PROVINCE, "REGION", ("32.11",), (DINKES,), "opdIds", "none for the role REGION", "1"
    ),
    "staff of an OPD of another region": Refused(
        SUMEDANG, "OPD", ("32.11",), (BANDUNG_IT,), "opdIds", "ids of OPDs of 32.11", BANDUNG_IT
    ),
    "staff with a region too many": Refused(
        PROVINCE,
        "OPD",
        ("32.11", "32.73"),
        (DINKES,),
        "regionCodes",
        "the regions of the OPDs and no others",
        "32.73",
    ),
}


@pytest.mark.parametrize("name", ACCOUNTS)
async def test_a_refused_change_of_accounts_returns_its_problem_and_changes_nothing(
    accounts_hub: Hub, name: str
) -> None:
    before = await accounts_hub.list_all_rows()
    for fields, problem in ACCOUNTS[name]:
        assert await accounts_hub.change(name, ADMIN, **fields) == problem
    assert await accounts_hub.list_all_rows() == before


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
async def test_a_right_that_cannot_be_given_invites_no_one(
    accounts_hub: Hub, case: Refused
) -> None:
    before = await accounts_hub.list_all_rows()
    scope = {"role": case.role, "regionCodes": list(case.regions), "opdIds": list(case.opds)}
    if case.field is None:
        refusal = await accounts_hub.change_refusal(
            "inviteAccount", case.viewer, **INVITED, **scope
        )
        assert refusal == "FORBIDDEN"
    else:
        assert await accounts_hub.change("inviteAccount", case.viewer, **INVITED, **scope) == {
            "__typename": "InvalidInput",
            "field": case.field,
            "expected": case.expected,
            "got": case.got,
        }
    assert await accounts_hub.list_all_rows() == before


async def test_a_dissolved_opd_gets_no_staff(accounts_hub: Hub) -> None:
    query = (
        '{ region(code: "32.11") { opds(includeDissolved: true) { nodes { id isDissolved } } } }'
    )
    opds = (await accounts_hub.query_data(query))["region"]["opds"]["nodes"]
    [dissolved] = [opd["id"] for opd in opds if opd["isDissolved"]]
    scope = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [dissolved]}
    assert await accounts_hub.change("inviteAccount", SUMEDANG, **INVITED, **scope) == {
        "__typename": "InvalidInput",
        "field": "opdIds",
        "expected": "ids of OPDs that are not dissolved",
        "got": dissolved,
    }


@pytest.mark.parametrize(
    ("fields", "field", "expected", "got"),
    [
        ({"name": " "}, "name", "1 to 200 characters", "0"),
        ({"name": "a" * 201}, "name", "1 to 200 characters", "201"),
        ({"login": ""}, "login", "3 to 255 characters", "0"),
        (
            {"login": "siti garut"},
            "login",
            "a user name or an e-mail address without white space",
            "'siti garut'",
        ),
        (
            {"login": "SEMARANG-IT@example.id"},
            "login",
            "a login that is not in use",
            "'semarang-it@example.id'",
        ),
    ],
)
async def test_a_person_needs_a_name_and_an_unused_login(
    accounts_hub: Hub, fields: dict[str, str], field: str, expected: str, got: str
) -> None:
    scope = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [DINKES]}
    answer = await accounts_hub.change("inviteAccount", SUMEDANG, **{**INVITED, **scope, **fields})
    assert answer == {
        "__typename": "InvalidInput",
        "field": field,
        "expected": expected,
        "got": got,
    }


HIDDEN_CHARACTERS = ("\x1b", "\n", "\x7f", "\u0085", "\u00ad", "\u200b", "\u202e", "\u2028")


@pytest.mark.parametrize("character", HIDDEN_CHARACTERS, ids=ascii)
async def test_names_logins_and_reasons_are_plain_text(accounts_hub: Hub, character: str) -> None:
    before, text = await accounts_hub.list_all_rows(), f"a{character}b"
    right = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [DINKES]}
    changes: list[tuple[str, str, dict[str, object]]] = [
        ("inviteAccount", "name", {"name": text, "login": "siti", **right}),
        ("inviteAccount", "login", {"name": "Siti", "login": text, **right}),
        ("createProgramToken", "name", {"name": text, "days": 1, **right}),
        ("renameOwnAccount", "name", {"name": text}),
        ("withdrawRight", "reason", {"accountId": "dinkes", "version": 1, "reason": text}),
    ]
    for mutation, field, fields in changes:
        assert await accounts_hub.change(mutation, SUMEDANG, **fields) == {
            "__typename": "InvalidInput",
            "field": field,
            "expected": "a text without control or format characters",
            "got": ascii(text),
        }
    assert await accounts_hub.list_all_rows() == before


async def test_the_login_of_a_visible_account_leads_to_it(accounts_hub: Hub) -> None:
    scope = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [DISKOMINFO]}
    answer = await accounts_hub.change(
        "inviteAccount", SUMEDANG, name="Siti", login="Dinkes@example.id", **scope
    )
    assert answer == {"__typename": "AlreadyExists", "id": "dinkes"}


CHANGES: dict[str, dict[str, object]] = {
    "renewInvitation": {},
    "changeRight": {"version": 1, "role": "OPD", "regionCodes": ["32.11"], "opdIds": [DINKES]},
    "withdrawRight": {"version": 1},
    "eraseAccount": {"version": 1},
}


@pytest.mark.parametrize("name", CHANGES)
async def test_accounts_outside_the_scope_are_not_found_and_the_own_one_stays(
    accounts_hub: Hub, name: str
) -> None:
    before = await accounts_hub.list_all_rows()
    fields = CHANGES[name]
    for id in ("admin", "province", "bandung", "assessor", "semarang-it", "account-none"):
        answer = await accounts_hub.change(name, SUMEDANG, accountId=id, **fields)
        assert answer == {"__typename": "NotFound", "id": id}
    for viewer in (SUMEDANG, ADMIN, PROVINCE):
        own = await accounts_hub.change_refusal(name, viewer, accountId=viewer.subject, **fields)
        assert own == "FORBIDDEN"
    for viewer in (PUBLIC_VIEWER, DINKES_STAFF, ASSESSOR):
        refusal = await accounts_hub.change_refusal(name, viewer, accountId="dinkes", **fields)
        assert refusal == "FORBIDDEN"
    assert await accounts_hub.list_all_rows() == before


async def test_a_right_may_not_be_raised_above_what_the_viewer_gives(accounts_hub: Hub) -> None:
    before = await accounts_hub.list_all_rows()
    refusal = await accounts_hub.change_refusal(
        "changeRight", SUMEDANG, accountId="dinkes", version=1, role="REGION", regionCodes=["32.11"]
    )
    assert refusal == "FORBIDDEN"
    assert await accounts_hub.list_all_rows() == before


@pytest.mark.parametrize("change", ["withdrawn", "lowered", "signed out", "token withdrawn"])
async def test_a_viewer_that_has_lost_its_right_since_it_was_read_invites_no_one(
    accounts_hub: Hub, change: str
) -> None:
    database, now = accounts_hub.instance.database, accounts_hub.instance.clock()
    viewer, hour = ADMIN, timedelta(hours=1)
    async with database.write() as session:
        account = await find_account(session, "admin")
        assert account is not None
        match change:
            case "withdrawn":
                await withdraw_right(session, now, None, account)
            case "lowered":
                await change_right(session, now, None, account, Right(Role.PROVINCE))
            case "signed out":
                record, _ = await begin_session(
                    session, now, "admin", SignInMethod.LINK, idle=hour, lifetime=hour
                )
                viewer = replace(ADMIN, credential=record.id)
                await end_session(session, now, "admin", "admin", record.id)
            case _:
                token, _ = await create_token(session, now, None, "admin", "backup", hour)
                viewer = replace(ADMIN, credential=token.id)
                await withdraw_token(session, now, None, token)
    before = await accounts_hub.list_all_rows()
    refusal = await accounts_hub.change_refusal("inviteAccount", viewer, **INVITED, role="ADMIN")
    assert refusal == "FORBIDDEN"
    assert await accounts_hub.list_all_rows() == before


@pytest.mark.parametrize("name", ["changeRight", "withdrawRight", "eraseAccount"])
async def test_the_last_administrator_who_can_sign_in_stays(accounts_hub: Hub, name: str) -> None:
    right = {"role": "REGION", "regionCodes": ["32"]} if name == "changeRight" else {}
    fields: dict[str, object] = {"version": 1, **right}
    program = await add_person(accounts_hub, "backup", Role.ADMIN, kind=AccountKind.PROGRAM)
    first = await accounts_hub.change(name, program, accountId="admin-2", **fields)
    assert (first["__typename"], first["version"]) == ("Account", 2)
    fields["version"] = 2
    assert await accounts_hub.change(name, program, accountId="admin", **fields) == {
        "__typename": "WrongState",
        "id": "admin",
        "currentState": "LAST_ADMIN",
        "allowedStates": ["ACTIVE"],
    }


async def test_a_passkey_is_removed_while_another_one_is_left(accounts_hub: Hub) -> None:
    await add_passkey(accounts_hub, "admin", "second-passkey")
    removed = await accounts_hub.change("removePasskey", ADMIN, passkeyId="only-passkey")
    assert removed["__typename"] == "Account"
    kept = await accounts_hub.change("removePasskey", ADMIN, passkeyId="second-passkey")
    assert kept["currentState"] == "LAST_WAY_IN"


async def test_a_program_does_not_change_its_name(accounts_hub: Hub) -> None:
    """The name says which program it is, and gives its next token the same account."""
    follower = await add_person(
        accounts_hub, "crawler", Role.FOLLOWER, ("32.11",), kind=AccountKind.PROGRAM
    )
    before = await accounts_hub.list_all_rows()
    for viewer in (replace(follower, drafts=False), PUBLIC_VIEWER):
        refusal = await accounts_hub.change_refusal("renameOwnAccount", viewer, name="Bupati")
        assert refusal == "FORBIDDEN"
    assert await accounts_hub.list_all_rows() == before
