"""A real browser makes a passkey and signs in with it, at a host name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser

from engine.account import Account, AccountKind
from resolvers.account_acts import create_invitation
from storage.account import insert_account
from storage.database import Database
from tests.fixtures.processes import StartSimpul
from tests.hub.sign_in.browser import GARUT

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]

# What a page does, without a library.
SCRIPT = """
async ({code}) => {
  const post = async (path, body) => {
    const headers = {"content-type": "application/json"};
    const response = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
    return [response.status, await response.json()];
  };
  const outcomes = {};
  let [, begun] = await post("/undangan/kunci/tantangan", {code});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(begun.options);
  let credential = (await navigator.credentials.create({publicKey})).toJSON();
  outcomes.accepted = await post("/undangan/kunci", {code, id: begun.id, credential, name: "Uji"});
  outcomes.signedOut = (await fetch("/sesi", {method: "DELETE"})).status;
  [, begun] = await post("/sesi/kunci/tantangan", {});
  const request = PublicKeyCredential.parseRequestOptionsFromJSON(begun.options);
  credential = (await navigator.credentials.get({publicKey: request})).toJSON();
  outcomes.signedIn = await post("/sesi/kunci", {id: begun.id, credential});
  outcomes.again = await post("/sesi/kunci", {id: begun.id, credential});
  outcomes.state = await (await fetch("/sesi")).json();
  return outcomes;
}
"""


async def test_chromium_makes_a_passkey_and_signs_in_with_it(
    browser: Browser, simpul_process: StartSimpul, sqlite_database_url: str
) -> None:
    account = Account(
        "account-ani", AccountKind.PERSON, GARUT, datetime.now(UTC), name="Ani Lestari"
    )
    database = Database(sqlite_database_url)
    async with database.write() as session:
        await insert_account(session, account)
        code = await create_invitation(session, account.created_at, None, account)
    await database.close()
    hub = simpul_process("serve", environment={"DATABASE_URL": sqlite_database_url})
    context = await browser.new_context()
    try:
        page = await context.new_page()
        authenticator = await context.new_cdp_session(page)
        await authenticator.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        await authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        await page.goto(hub.url.replace("127.0.0.1", "localhost") + "/masuk")
        outcomes: dict[str, Any] = await page.evaluate(SCRIPT, {"code": code})
    finally:
        await context.close()
    accepted, signed_in = outcomes["accepted"], outcomes["signedIn"]
    assert (accepted[0], accepted[1]["session"]["method"]) == (201, "PASSKEY")
    assert outcomes["signedOut"] == 204
    assert (signed_in[0], signed_in[1]["session"]["accountId"]) == (201, "account-ani")
    assert outcomes["again"][0] == 401
    assert outcomes["state"]["session"] == signed_in[1]["session"]
    assert outcomes["state"]["methods"]["passkey"] is True
