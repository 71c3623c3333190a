"""The example accounts of a demonstration, and links that sign in as them.

The links work on this machine only, once, within ten minutes. A second run finds the accounts by
their logins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.account import Right
from engine.model import Opd, Role
from facts import tables
from hub.cli.account_change import LINK_PATH
from hub.instance import utc_now
from hub.settings import Settings
from resolvers.account_acts import add_account, create_sign_in_link
from storage.account import find_account_by_login
from storage.database import Database

COORDINATOR_LOGIN = "contoh-koordinator"


@dataclass(frozen=True, slots=True)
class ExampleAccount:
    """An account to record, whose name says that it is an example."""

    login: str
    name: str
    right: Right


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that signs in as an example account."""

    login: str
    role: Role
    address: str


def example_accounts(region: str, opd: Opd, province: str) -> list[ExampleAccount]:
    """Return an account for each role of people, with a scope that is typical of the role."""
    names = {row.code: row.name for row in tables.region_catalogue(national=True)}
    regions = frozenset({region})
    return [
        ExampleAccount(
            "contoh-opd",
            f"Contoh: staf {opd.acronym or opd.name} {names[region]}",
            Right(Role.OPD, regions, frozenset({opd.id})),
        ),
        coordinator(region),
        ExampleAccount(
            "contoh-asesor", f"Contoh: asesor {names[region]}", Right(Role.ASSESSOR, regions)
        ),
        ExampleAccount(
            "contoh-provinsi",
            f"Contoh: pembina Provinsi {names[province]}",
            Right(Role.PROVINCE, frozenset({province})),
        ),
        ExampleAccount("contoh-admin", "Contoh: administrator", Right(Role.ADMIN)),
    ]


def coordinator(region: str) -> ExampleAccount:
    """Return the account of the coordinator of a region."""
    names = {row.code: row.name for row in tables.region_catalogue(national=True)}
    right = Right(Role.REGION, frozenset({region}))
    return ExampleAccount(COORDINATOR_LOGIN, f"Contoh: koordinator {names[region]}", right)


async def create_example_links(
    settings: Settings, address: str, accounts: Sequence[ExampleAccount]
) -> list[SignInLink]:
    """Record the accounts that are new, and return a link for each that still has a right.

    Args:
        address: of the pages of the instance with these settings, on this machine.
    """
    now, database = utc_now(), Database(settings.database)
    links = []
    try:
        async with database.write() as session:
            for example in accounts:
                account = await find_account_by_login(session, example.login)
                if account is None:
                    account = await add_account(
                        session, now, None, example.right, name=example.name, login=example.login
                    )
                if account.right is not None:
                    code = await create_sign_in_link(session, now, None, account)
                    link = f"{address}{LINK_PATH}{code}"
                    links.append(SignInLink(example.login, account.right.role, link))
    finally:
        await database.close()
    return links
