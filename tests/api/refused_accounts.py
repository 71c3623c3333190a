"""Changes of accounts, sessions and tokens that are refused, each with its problem."""

from __future__ import annotations

from dataclasses import replace

from engine.account import AccountKind
from engine.model import Role, Viewer
from resolvers.access_token import DAYS_MOST
from resolvers.login_name import REASON_LENGTH
from storage.account import find_account, update_account
from tests.api.accounts import DINKES, add_passkey, add_people, add_person
from tests.api.hub import Hub
from tests.api.mutation_inputs import (
    Fields,
    already_exists,
    invalid_input,
    not_found,
    version_conflict,
    wrong_state,
)

ADMIN = Viewer("admin", Role.ADMIN)
NONE: Fields = {"accountId": "account-none"}
STAFF: Fields = {"accountId": "dinkes"}
WITHDRAWN: Fields = {"accountId": "withdrawn"}
ERASED: Fields = {"accountId": "erased"}
PROGRAM: Fields = {"accountId": "program"}
EMPLOYEE: Fields = {"accountId": "employee"}  # who signs in at an identity provider
RIGHT: Fields = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [DINKES]}
STAFF_RIGHT: Fields = {**STAFF, "version": 1, **RIGHT}
INVITED: Fields = {"name": "Siti", "login": "siti", **RIGHT}
TOKEN: Fields = {"name": "gudang data", "role": "REGION", "regionCodes": ["32.11"], "days": 1}
TOO_LONG_REASON = "x" * (REASON_LENGTH + 1)
WITH_RIGHT = ("INVITED", "ACTIVE")

ACCOUNTS: dict[str, list[tuple[Fields, Fields]]] = {
    "inviteAccount": [
        ({**INVITED, "name": " "}, invalid_input("name", "1 to 200 characters", "0")),
        ({**INVITED, "login": "x"}, invalid_input("login", "3 to 255 characters", "1")),
        ({**INVITED, "login": "Dinkes@Example.id"}, already_exists("dinkes")),
    ],
    "renewInvitation": [
        (NONE, not_found("account-none")),
        (PROGRAM, wrong_state("program", "OF_PROGRAM", *WITH_RIGHT)),
        (EMPLOYEE, wrong_state("employee", "OF_PROVIDER", *WITH_RIGHT)),
        (WITHDRAWN, wrong_state("withdrawn", "WITHDRAWN", *WITH_RIGHT)),
        (ERASED, wrong_state("erased", "ERASED", *WITH_RIGHT)),
    ],
    "changeRight": [
        ({**STAFF_RIGHT, **NONE}, not_found("account-none")),
        (
            {**STAFF_RIGHT, "regionCodes": ["32.99"]},
            invalid_input("regionCodes", "codes of regions on record", "32.99"),
        ),
        ({**STAFF_RIGHT, "version": 2}, version_conflict("dinkes", 2, 1)),
        (
            {**STAFF_RIGHT, **ERASED, "version": 2},
            wrong_state("erased", "ERASED", "ACTIVE", "WITHDRAWN"),
        ),
    ],
    "withdrawRight": [
        ({**NONE, "version": 1}, not_found("account-none")),
        (
            {**STAFF, "version": 1, "reason": TOO_LONG_REASON},
            invalid_input("reason", f"0 to {REASON_LENGTH} characters", str(REASON_LENGTH + 1)),
        ),
        ({**STAFF, "version": 2}, version_conflict("dinkes", 2, 1)),
        ({**WITHDRAWN, "version": 2}, wrong_state("withdrawn", "WITHDRAWN", *WITH_RIGHT)),
        ({**ERASED, "version": 2}, wrong_state("erased", "ERASED", *WITH_RIGHT)),
    ],
    "eraseAccount": [
        ({**NONE, "version": 1}, not_found("account-none")),
        ({**STAFF, "version": 2}, version_conflict("dinkes", 2, 1)),
        (
            {**ERASED, "version": 2},
            wrong_state("erased", "ERASED", *WITH_RIGHT, "WITHDRAWN"),
        ),
    ],
    "renameOwnAccount": [
        ({"name": ""}, invalid_input("name", "1 to 200 characters", "0")),
        ({"name": "a" * 201}, invalid_input("name", "1 to 200 characters", "201")),
    ],
    "createProgramToken": [
        ({**TOKEN, "name": ""}, invalid_input("name", "1 to 200 characters", "0")),
        *(
            (
                {**TOKEN, "days": days},
                invalid_input("days", f"a number from 1 to {DAYS_MOST}", str(days)),
            )
            for days in (0, DAYS_MOST + 1)
        ),
        (
            {**TOKEN, "readsDrafts": True},
            invalid_input("readsDrafts", "false for the role REGION", "true"),
        ),
    ],
    "withdrawToken": [({"tokenId": "token-none"}, not_found("token-none"))],
    "endSession": [({"sessionId": "session-none"}, not_found("session-none"))],
    "removePasskey": [
        ({"passkeyId": "passkey-none"}, not_found("passkey-none")),
        ({"passkeyId": "passkey-of-others"}, not_found("passkey-of-others")),
        ({"passkeyId": "only-passkey"}, wrong_state("only-passkey", "LAST_WAY_IN", "ACTIVE")),
    ],
}


async def write_accounts(hub: Hub) -> None:
    """Write an account of each role, a program, and accounts in each state that refuses changes."""
    await add_people(hub)
    await add_person(hub, "program", Role.REGION, ("32.11",), kind=AccountKind.PROGRAM)
    await add_person(hub, "employee", Role.REGION, ("32.11",))
    for id in ("withdrawn", "erased"):
        await add_person(hub, id, Role.REGION, ("32.11",))
    await add_passkey(hub, "admin", "only-passkey")
    await add_passkey(hub, "dinkes", "passkey-of-others")
    async with hub.instance.database.write() as session:
        for id, changes in (
            ("admin", {"password_hash": None}),
            ("employee", {"issuer": "https://sso.example.id", "external_subject": "budi"}),
        ):
            account = await find_account(session, id)
            assert account is not None
            assert await update_account(session, replace(account, **changes, version=2))
    for name, id in (("withdrawRight", "withdrawn"), ("eraseAccount", "erased")):
        changed = await hub.change(name, Viewer("admin-2", Role.ADMIN), accountId=id, version=1)
        assert changed["version"] == 2
