"""What pages do when their session ends soon, has ended, or is another person's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from engine.model import Role
from resolvers.account_acts import create_sign_in_link
from storage.account import find_account
from storage.database import Database
from tests.clients.accessibility import expect_accessible
from tests.clients.administrator import PASSWORD, Administrator
from tests.clients.conftest import FRAMING_PORT
from tests.clients.signed_in import LAPTOP, open_signed_in, sign_in
from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
SUMEDANG = "32.11"
MINUTE = timedelta(minutes=1)
PUBLIC = "yang tampil adalah data publik"
# Where GraphiQL keeps the operation of an earlier visit.
ROLE_QUERY = """localStorage.setItem("graphiql:query", "{ instance { viewer { role } } }")"""


def bar_of(page: Page) -> Locator:
    return page.get_by_test_id("session-bar")


async def expect_status(page: Page, status: str) -> None:
    await expect(bar_of(page)).to_have_attribute("data-status", status)


async def execute_in_explorer(page: Page, expected: str) -> None:
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("instance")
    await expect(page.locator(".result-window .CodeMirror")).to_be_attached()
    await page.get_by_label("Execute query").click()
    await expect(page.locator(".result-window")).to_contain_text(expected)


async def test_a_page_offers_to_go_on_before_its_session_ends(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    administrator, login = Administrator(account_hub), "nia@sumedangkab.go.id"
    scope = {"regionCodes": [SUMEDANG]}
    nia = administrator.add_person("Nia Kurnia", login, "REGION", **scope)
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    right = (Role.REGION, [SUMEDANG])
    await sign_in(context, account_hub, *right, subject=nia, idle=3 * MINUTE)
    page = await context.new_page()
    await page.goto(f"{account_hub.url}/akun")
    warning = page.get_by_test_id("session-warning")
    await expect(warning).to_contain_text("bila tidak ada kegiatan")
    await expect_accessible(page)
    async with page.expect_response("**/sesi/lanjut"):
        await warning.get_by_role("button", name="Lanjutkan").press("Enter")
    await expect(warning).to_have_count(0)  # eight minutes are left, and the warning comes at four

    await sign_in(context, account_hub, *right, subject=nia, lifetime=3 * MINUTE)
    await page.reload()
    await expect(warning).to_contain_text("tidak dapat diperpanjang lagi")
    await expect_accessible(page)
    name = page.get_by_label("Nama", exact=True)
    await name.fill("Nia K.")
    async with context.expect_page() as opened:
        await warning.get_by_role("link", name="Masuk kembali sebagai Nia Kurnia").press("Enter")
    other = await opened.value
    await expect(other.get_by_test_id("sign-in-again")).to_contain_text("Nia Kurnia")
    await expect_accessible(other)
    await other.get_by_label("Nama masuk").fill(login)
    await other.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    await other.keyboard.press("Enter")
    await expect(other.get_by_role("heading", level=1)).to_have_text("Anda sudah masuk")
    await expect_accessible(other)
    await expect(warning).to_have_count(0)
    await expect(name).to_have_value("Nia K.")

    await bar_of(page).get_by_role("button", name="Keluar").press("Enter")
    question = bar_of(page).get_by_role("group")
    await expect(question).to_be_focused()
    await expect_accessible(page)
    await question.get_by_role("button", name="Tetap di sini").press("Enter")
    await expect(name).to_have_value("Nia K.")

    await sign_in(context, account_hub, *right, subject=nia, lifetime=3 * MINUTE)
    await page.reload()
    await warning.get_by_role("button", name="Nanti").press("Enter")
    await expect(warning).to_have_count(0)
    await context.close()


async def test_a_page_stops_while_another_person_is_signed_in(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, account_hub, Role.REGION, [SUMEDANG])
    page = await context.new_page()
    await page.goto(f"{account_hub.url}/daerah/{SUMEDANG}")
    await expect(bar_of(page)).to_contain_text("koordinator daerah")
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    notice = page.get_by_test_id("session-replaced")

    # No page sends the news: the person signs in at the identity provider, which leads back here.
    await sign_in(context, account_hub, Role.PROVINCE, ["32"])
    other = await context.new_page()
    await other.goto(f"{account_hub.url}/akun")
    await expect(notice).to_contain_text("(pembina provinsi) yang masuk")
    await expect(bar_of(page)).to_contain_text("pembina provinsi")
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "ended")
    await expect_accessible(page)

    await sign_in(context, account_hub, Role.REGION, [SUMEDANG])
    await other.reload()
    await expect(notice).to_have_count(0)
    await expect(bar_of(page)).to_contain_text("koordinator daerah")
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")

    await sign_in(context, account_hub, Role.PROVINCE, ["32"])
    await other.reload()
    await expect(notice).to_be_visible()
    await bar_of(other).get_by_role("button", name="Keluar").press("Enter")
    dialog = page.get_by_test_id("session-dialog")
    await expect(dialog.get_by_role("heading")).to_have_text("Anda sudah keluar")
    await expect(dialog).to_contain_text(f"masuklah kembali sebagai tester-REGION-{SUMEDANG}")
    await context.close()


async def test_a_wall_and_the_explorer_go_on_publicly_when_their_session_ends(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    await context.add_init_script(ROLE_QUERY)
    await sign_in(context, account_hub, Role.ASSESSOR, [SUMEDANG])
    wall, explorer = await context.new_page(), await context.new_page()
    await wall.goto(account_hub.url)
    await explorer.goto(f"{account_hub.url}/graphql")
    await execute_in_explorer(explorer, '"ASSESSOR"')
    await expect(wall.get_by_test_id("rank-row")).to_have_count(27)

    Administrator(account_hub).end_sessions(f"tester-ASSESSOR-{SUMEDANG}")
    await expect(wall.get_by_test_id("session-banner")).to_contain_text(PUBLIC)
    await expect(wall.get_by_test_id("session-dialog")).to_have_count(0)
    await expect(wall.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    await expect(wall.get_by_test_id("rank-row")).to_have_count(27)
    await expect_accessible(wall)
    await expect_status(explorer, "public")
    await execute_in_explorer(explorer, '"PUBLIC"')

    await sign_in(context, account_hub, Role.PROVINCE, ["32"])
    await explorer.reload()
    await execute_in_explorer(explorer, '"PROVINCE"')
    await sign_in(context, account_hub, Role.ASSESSOR, [SUMEDANG])
    await wall.reload()
    await expect_status(explorer, "replaced")
    await execute_in_explorer(explorer, "berhenti karena orang lain yang masuk sekarang")
    await context.close()


@pytest.mark.soak
async def test_a_public_page_recovers_when_an_unnoticed_session_has_ended(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    await context.add_init_script(ROLE_QUERY)
    explorer = await context.new_page()
    await explorer.goto(f"{account_hub.url}/graphql")
    await execute_in_explorer(explorer, '"PUBLIC"')
    await sign_in(context, account_hub, Role.OPD, [SUMEDANG], [f"{SUMEDANG}:opd-diskominfo"])
    await execute_in_explorer(explorer, '"OPD"')
    subject = f"tester-OPD-{SUMEDANG}-{SUMEDANG}:opd-diskominfo"
    Administrator(account_hub).end_sessions(subject)
    await execute_in_explorer(explorer, "SESSION_ENDED")
    await expect(explorer.get_by_test_id("session-banner")).to_contain_text(PUBLIC)
    await execute_in_explorer(explorer, '"PUBLIC"')
    await context.close()


@pytest.mark.soak
async def test_a_slow_first_answer_does_not_keep_a_page_from_noticing_the_end(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, account_hub, Role.PROVINCE, ["32"])
    page = await context.new_page()
    await page.clock.install()
    held: list[Route] = []
    await page.route("**/sesi", lambda route: held.append(route))
    await page.goto(f"{account_hub.url}/akun")
    await page.clock.run_for(5_000)
    async with page.expect_websocket():
        for route in held:
            await route.continue_()
    await expect_status(page, "open")
    await page.unroute("**/sesi")
    Administrator(account_hub).end_sessions("tester-PROVINCE-32")
    await expect_status(page, "ended")
    await context.close()


async def test_signing_out_needs_a_button_and_survives_a_strange_way_back(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, account_hub, Role.REGION, [SUMEDANG])
    page = await context.new_page()
    await page.goto(f"{account_hub.url}/keluar?kembali=//")
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Keluar")
    await expect_accessible(page)
    await page.get_by_role("button", name="Keluar").press("Enter")
    await expect(heading).to_have_text("Anda sudah keluar")
    await expect(heading).to_be_focused()
    await expect_accessible(page)
    await context.close()


async def test_a_link_for_another_account_asks_before_it_replaces_a_session(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    administrator = Administrator(account_hub)
    id = administrator.add_person("Oki Saputra", "oki", "REGION", regionCodes=["32.05"])
    database = Database(account_hub.database_url)
    async with database.write() as session:
        account = await find_account(session, id)
        assert account is not None
        code = await create_sign_in_link(session, datetime.now(UTC), None, account)
    await database.close()
    context = await open_signed_in(browser, account_hub, Role.REGION, [SUMEDANG])
    page = await context.new_page()
    for choice in ("Tetap dengan akun sekarang", "Ganti ke Oki Saputra"):
        await page.goto("about:blank")
        await page.goto(f"{account_hub.url}/masuk#tautan={code}")
        question = page.get_by_test_id("replace")
        await expect(question).to_contain_text("masuk sebagai Oki Saputra (koordinator daerah)")
        await expect(page).to_have_url(f"{account_hub.url}/masuk")
        await expect_accessible(page)
        await question.get_by_role("button", name=choice).press("Enter")
        await expect(question).to_have_count(0)
    await expect(page).to_have_url(f"{account_hub.url}/daerah/32.05")
    await expect(bar_of(page)).to_contain_text("Oki Saputra")
    await context.close()


async def test_the_identity_provider_is_one_link_away_and_its_problem_names_the_claim(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    async def add_provider(route: Route) -> None:
        response = await route.fetch()
        state = await response.json()
        state["methods"]["provider"] = {"name": "SSO Jabar"}
        await route.fulfill(response=response, json=state)

    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    page = await context.new_page()
    await page.route("**/sesi", add_provider)
    await page.goto(f"{account_hub.url}/masuk?masalah=CLAIM_INVALID&klaim=region")
    await expect(page.get_by_test_id("provider-problem")).to_contain_text("klaim “region”")
    link = page.get_by_role("link", name="Masuk lewat SSO Jabar")
    await expect(link).to_have_attribute("href", "/sesi/penyedia?kembali=%2Fmasuk%3Flanjut%3D1")
    await expect_accessible(page)
    await sign_in(context, account_hub, Role.REGION, [SUMEDANG])
    await page.goto(f"{account_hub.url}/masuk?lanjut=1")
    await expect(page).to_have_url(f"{account_hub.url}/daerah/{SUMEDANG}")
    await context.close()


@pytest.mark.soak
async def test_a_page_in_a_frame_ignores_the_session(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    frame = f'<iframe src="{account_hub.url}/" width="1200" height="800"></iframe>'
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(frame)}\r\n"
    response = f"{head}connection: close\r\n\r\n{frame}".encode()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response)
        writer.close()

    portal = await asyncio.start_server(respond, "127.0.0.1", FRAMING_PORT)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"http://127.0.0.1:{FRAMING_PORT}")
    wall = page.frame_locator("iframe")
    await expect(wall.get_by_test_id("rank-row")).to_have_count(27)

    await sign_in(context, account_hub, Role.REGION, [SUMEDANG])
    other = await context.new_page()
    await other.goto(f"{account_hub.url}/akun")
    await expect_status(other, "open")  # the other pages of the browser learn of it by a broadcast
    await expect(wall.get_by_test_id("session-bar")).to_have_attribute("data-status", "none")
    await expect(wall.get_by_role("link", name="Masuk")).to_have_count(0)
    assert f"{account_hub.url}/sesi" not in asked
    await context.close()
    portal.close()
