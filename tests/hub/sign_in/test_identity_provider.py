"""Sign-in with an identity provider: the npm package `oidc-provider`, in a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from engine.account import AuditAction
from resolvers.account_acts import change_right, withdraw_right
from storage.account import find_account
from tests.fixtures.eventually import eventually
from tests.hub.sign_in.provider_sign_in import (
    RETURN_ADDRESS,
    SECRET,
    Instance,
    open_instance_of,
    problem_of,
)

PROGRAM = Path(__file__).parents[2] / "node" / "oidc_provider.mjs"
ANI = {"name": "Ani Suryani", "role": "REGION", "regions": ["32.05"]}

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Provider:
    """The running provider."""

    issuer: str

    async def control(self, **changes: object) -> None:
        """Change its accounts, clock, keys or tokens."""
        async with httpx2.AsyncClient() as client:
            await client.post(f"{self.issuer}/control", json=changes)

    async def log_in(self, address: str, login: str) -> str:
        """Log in at the address to which the instance sent the browser; return where it leads."""
        async with httpx2.AsyncClient(base_url=self.issuer) as client:
            form = await client.get(address)
            form_path = form.headers["location"]
            entered = {"prompt": "login", "login": login, "password": "x"}
            submitted = await client.post(form_path, data=entered)
            resumed = await client.get(submitted.headers["location"])
            location: str = resumed.headers["location"]
            return location

    async def sign_in(self, instance: Instance, login: str = "ani") -> httpx2.Response:
        """Sign in as a browser does; return the last response of the instance."""
        return await instance.browser.get(await self.log_in(await instance.begin(), login))

    async def token(self, audience: str = "simpul-api") -> str:
        """Return a bearer token of the login `program`."""
        async with httpx2.AsyncClient() as client:
            response = await client.post(
                f"{self.issuer}/token",
                data={"grant_type": "client_credentials", "resource": f"urn:{audience}"},
                auth=("program", SECRET.replace(" ", "+")),
            )
            token: str = response.json()["access_token"]
            return token


@pytest.fixture(scope="module")
def process(node: str) -> Iterator[Provider]:
    argument = {"clientId": "simpul", "clientSecret": SECRET, "redirectUri": RETURN_ADDRESS}
    with subprocess.Popen(
        [node, PROGRAM, json.dumps(argument)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        issuer = next(line for line in server.stdout if line.startswith("http://"))
        yield Provider(issuer.strip())
        server.terminate()


@pytest.fixture
async def provider(process: Provider) -> Provider:
    await process.control(accounts={"ani": ANI}, offsetSeconds=0, inIdToken=True)
    return process


@pytest.fixture
async def instance(
    provider: Provider, tmp_path: Path, sqlite_database_url: str
) -> AsyncIterator[Instance]:
    async with open_instance_of(provider.issuer, tmp_path, sqlite_database_url) as instance:
        yield instance


async def test_a_person_signs_in_and_comes_back_to_the_page(
    provider: Provider, instance: Instance
) -> None:
    state = (await instance.browser.get("/sesi")).json()
    assert state["methods"]["provider"] == {"name": "SSO Jabar"}
    response = await provider.sign_in(instance)
    assert (response.status_code, response.headers["location"]) == (303, "/daerah/32.05")
    session = await instance.session()
    assert session is not None
    assert (session["name"], session["role"], session["method"]) == (
        "Ani Suryani",
        "REGION",
        "PROVIDER",
    )
    viewer = (await instance.viewer())["data"]["instance"]["viewer"]
    assert viewer == {"subject": session["accountId"], "role": "REGION", "regionCodes": ["32.05"]}
    assert [(entry.action, entry.actor) for entry in await instance.audit()] == [
        (AuditAction.ACCOUNT_INVITED, None),
        (AuditAction.SIGNED_IN, session["accountId"]),
    ]


async def test_claims_that_only_userinfo_gives_are_read_there(
    provider: Provider, instance: Instance
) -> None:
    await provider.control(inIdToken=False)
    assert (await provider.sign_in(instance)).headers["location"] == "/daerah/32.05"
    session = await instance.session()
    assert session is not None
    assert session["name"] == "Ani Suryani"


async def test_the_provider_may_replace_its_keys_between_two_sign_ins(
    provider: Provider, instance: Instance
) -> None:
    await provider.sign_in(instance)
    await provider.control(rotate=True)
    assert (await provider.sign_in(instance)).headers["location"] == "/daerah/32.05"
    actions = [entry.action for entry in await instance.audit()]
    assert actions.count(AuditAction.SIGNED_IN) == 2


async def test_a_code_and_a_return_count_once(provider: Provider, instance: Instance) -> None:
    address = await provider.log_in(await instance.begin(), "ani")
    await instance.browser.get(address)
    assert problem_of(await instance.browser.get(address)) == {
        "masalah": "SIGN_IN_EXPIRED",
        "kembali": "/",
    }
    code = httpx2.URL(address).params["code"]
    begun = httpx2.URL(await instance.begin())
    replayed = httpx2.URL(RETURN_ADDRESS).copy_merge_params(
        {"code": code, "state": begun.params["state"], "iss": provider.issuer}
    )
    assert problem_of(await instance.browser.get(str(replayed))) == {
        "masalah": "CODE_REFUSED",
        "kembali": "/daerah/32.05",
    }


async def test_a_return_to_another_browser_is_refused(
    provider: Provider, instance: Instance
) -> None:
    address = await provider.log_in(await instance.begin(), "ani")
    instance.browser.cookies.clear()
    assert problem_of(await instance.browser.get(address))["masalah"] == "SIGN_IN_EXPIRED"
    assert await instance.session() is None


@pytest.mark.parametrize(
    ("offset_seconds", "claim"), [(-45, None), (45, None), (90, "iat"), (-3_700, "exp")]
)
async def test_clocks_may_differ_by_a_minute(
    provider: Provider, instance: Instance, offset_seconds: int, claim: str | None
) -> None:
    address = await provider.log_in(await instance.begin(), "ani")
    await provider.control(offsetSeconds=offset_seconds)
    response = await instance.browser.get(address)
    if claim is None:
        assert response.headers["location"] == "/daerah/32.05"
    else:
        assert problem_of(response) == {
            "masalah": "ID_TOKEN_INVALID",
            "klaim": claim,
            "kembali": "/daerah/32.05",
        }
        assert await instance.audit() == []


@pytest.mark.parametrize(
    ("missing", "role"), [("name", "REGION"), ("role", ""), ("regions", "REGION"), ("opds", "OPD")]
)
async def test_a_missing_claim_is_named(
    provider: Provider, instance: Instance, missing: str, role: str
) -> None:
    claims = {**ANI, "role": role, "opds": ["32.05:opd-dinkes"]}
    del claims[missing]
    await provider.control(accounts={"ani": claims})
    assert problem_of(await provider.sign_in(instance)) == {
        "masalah": "CLAIM_INVALID",
        "klaim": missing,
        "kembali": "/daerah/32.05",
    }
    assert await instance.audit() == []


async def test_a_person_who_goes_back_is_sent_to_the_sign_in_page(
    provider: Provider, instance: Instance
) -> None:
    begun = httpx2.URL(await instance.begin())
    refused = httpx2.URL(RETURN_ADDRESS).copy_merge_params(
        {"error": "access_denied", "state": begun.params["state"], "iss": provider.issuer}
    )
    assert problem_of(await instance.browser.get(str(refused)))["masalah"] == "PROVIDER_REFUSED"


async def test_another_site_does_not_end_a_sign_in_that_is_under_way(
    provider: Provider, instance: Instance
) -> None:
    address = await provider.log_in(await instance.begin(), "ani")
    for parameters in ({"error": "access_denied"}, {"state": "forged", "code": "forged"}):
        forged = str(httpx2.URL(RETURN_ADDRESS).copy_merge_params(parameters))
        assert problem_of(await instance.browser.get(forged)) == {
            "masalah": "SIGN_IN_EXPIRED",
            "kembali": "/",
        }
    response = await instance.browser.get(address)
    assert response.headers["location"] == "/daerah/32.05"


async def test_the_right_follows_the_claims_at_each_sign_in(
    provider: Provider, instance: Instance
) -> None:
    await provider.sign_in(instance)
    await provider.control(accounts={"ani": {**ANI, "role": "ASSESSOR"}})
    await provider.sign_in(instance)
    session = await instance.session()
    assert session is not None
    assert session["role"] == "ASSESSOR"
    await provider.control(accounts={"ani": {**ANI, "role": "pensiun"}})
    assert problem_of(await provider.sign_in(instance))["klaim"] == "role"
    assert await instance.session() is None  # the right and the sessions are gone
    await provider.control(accounts={"ani": ANI})
    assert (await provider.sign_in(instance)).headers["location"] == "/daerah/32.05"
    rights = [
        (entry.action, entry.detail.get("role"), entry.detail.get("reason"))
        for entry in await instance.audit()
        if entry.action.value.startswith(("ACCOUNT", "RIGHT"))
    ]
    assert rights == [
        (AuditAction.ACCOUNT_INVITED, "REGION", None),
        (AuditAction.RIGHT_CHANGED, "ASSESSOR", None),
        (AuditAction.RIGHT_WITHDRAWN, None, "claim role"),
        (AuditAction.RIGHT_CHANGED, "REGION", None),
    ]


async def test_a_right_that_a_person_withdrew_stays_withdrawn_until_a_person_gives_it(
    provider: Provider, instance: Instance
) -> None:
    await provider.sign_in(instance)
    [invited, _] = await instance.audit()
    async with instance.database.write() as session:
        account = await find_account(session, invited.account)
        assert account is not None
        right = account.right
        assert right is not None
        account = await withdraw_right(session, invited.at, "account-admin", account)
    assert problem_of(await provider.sign_in(instance)) == {
        "masalah": "NO_RIGHT",
        "kembali": "/daerah/32.05",
    }
    async with instance.database.write() as session:
        await change_right(session, invited.at, "account-admin", account, right)
    assert (await provider.sign_in(instance)).headers["location"] == "/daerah/32.05"


async def test_a_bearer_token_has_the_account_of_its_subject(
    provider: Provider, instance: Instance
) -> None:
    await provider.control(accounts={"program": {"role": "PROVINCE", "regions": "Jawa Barat"}})
    token = await provider.token()
    viewer = (await instance.viewer(token))["data"]["instance"]["viewer"]
    assert (viewer["role"], viewer["regionCodes"]) == ("PROVINCE", ["32"])
    async with instance.database.write() as session:
        account = await find_account(session, viewer["subject"])
        assert account is not None
        assert (account.issuer, account.external_subject) == (provider.issuer, "program")
        await withdraw_right(session, account.created_at, None, account)

    async def is_refused() -> bool:
        errors = (await instance.viewer(token)).get("errors", [])
        return [error["message"] for error in errors] == [
            "expected an account with a right, got one whose right was withdrawn here"
        ]

    await eventually(is_refused, seconds=5)


async def test_a_bearer_token_for_another_audience_is_refused(
    provider: Provider, instance: Instance
) -> None:
    await provider.control(accounts={"program": {"role": "ADMIN"}})
    response = await instance.viewer(await provider.token("other"))
    assert response["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "Invalid claim: 'aud'" in response["errors"][0]["message"]
    assert await instance.audit() == []


@asynccontextmanager
async def keycloak_like(
    provider: Provider, tmp_path: Path, database_url: str
) -> AsyncIterator[Instance]:
    tables = (
        '[claims]\nrole = "realm_access.roles"\n'
        '[roles]\nadmin-spbe = "ADMIN"\nkoordinator = "REGION"\n'
        '[regions]\n"3205000" = "32.05"\n'
    )
    async with open_instance_of(provider.issuer, tmp_path, database_url, tables) as instance:
        yield instance


async def test_claims_in_objects_and_lists_are_mapped_by_the_tables(
    provider: Provider, tmp_path: Path, sqlite_database_url: str
) -> None:
    ani = {
        "name": "Ani",
        "realm_access": {"roles": ["offline_access", "koordinator"]},
        "regions": "3205000",
    }
    await provider.control(accounts={"ani": ani})
    async with keycloak_like(provider, tmp_path, sqlite_database_url) as instance:
        await provider.sign_in(instance)
        session = await instance.session()
    assert session is not None
    assert session["role"] == "REGION"
