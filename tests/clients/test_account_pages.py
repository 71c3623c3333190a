"""The page of the own account and that of people in a real browser: forms, refusals and secrets."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.clients.accessibility import expect_accessible
from tests.clients.administrator import PASSWORD, Administrator
from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
GARUT = "32.05"
NEXT_PASSWORD = "gerimis di atap seng tua"
PHONE = {"width": 390, "height": 844}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CHANGE = """mutation ($input: ChangeRightInput!) {
  changeRight(input: $input) { ... on Account { id } } }"""
FIND = "query ($search: String!) { accounts(search: $search) { nodes { id version } } }"


def invite(hub: SimpulProcess, login: str, role: str, **scope: list[str]) -> str:
    """Return the link of an invitation at a host name, which passkeys need."""
    path: str = Administrator(hub).invite("Rina Kartika", login, role, **scope)["path"]
    return hub.url.replace("127.0.0.1", "localhost") + path


async def sign_in(browser: Browser, link: str, path: str) -> Page:
    """Open a page as the person who accepts the invitation with a password."""
    context = await browser.new_context(locale="id-ID")
    page = await context.new_page()
    await page.goto(link)
    field = page.get_by_label("Kata sandi baru", exact=True)
    await field.fill(PASSWORD)
    await field.press("Enter")
    await expect(page).not_to_have_url(re.compile("/masuk"))
    await page.goto(link.split("/masuk")[0] + path)
    return page


async def test_a_visitor_is_sent_to_sign_in_and_back(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    page = await browser.new_page(locale="id-ID")
    for path in ("/akun", "/akun/orang"):
        await page.goto(account_hub.url + path)
        notice = page.get_by_test_id("signed-out")
        await expect(notice).to_contain_text("Anda belum masuk.")
        link = notice.get_by_role("link", name="Masuk")
        await expect(link).to_have_attribute("href", f"/masuk?kembali={path.replace('/', '%2F')}")
        await expect_accessible(page)
    await page.context.close()


async def test_the_own_account_changes_its_password_and_its_passkeys(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    link = invite(account_hub, "rina.akun", "REGION", regionCodes=[GARUT])
    page = await sign_in(browser, link, "/akun")
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    user = {"hasUserVerification": True, "isUserVerified": True}
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, **user}})

    form = page.get_by_test_id("password")
    current, following = (
        form.get_by_label("Kata sandi sekarang"),
        form.get_by_label("Kata sandi baru"),
    )
    await current.fill("bukan yang ini sama sekali")
    await following.fill(NEXT_PASSWORD)
    await following.press("Enter")
    await expect(form.get_by_role("alert").first).to_have_text(
        "Kata sandi yang sekarang tidak cocok."
    )
    await expect(current).to_be_focused()
    await expect(following).to_have_value(NEXT_PASSWORD)
    await current.fill(PASSWORD)
    await current.press("Enter")
    await expect(form).to_contain_text("Kata sandi diganti.")

    passkeys = page.get_by_test_id("passkeys")
    await passkeys.get_by_label("Nama kunci sandi baru").fill("Laptop kantor")
    await passkeys.get_by_label("Nama kunci sandi baru").press("Enter")
    await expect(passkeys.get_by_role("listitem")).to_contain_text("belum pernah dipakai")
    await expect(page.get_by_test_id("audit").get_by_role("listitem").first).to_contain_text(
        "Kunci sandi ditambahkan"
    )

    await page.get_by_test_id("session-bar").get_by_role("button", name="Keluar").press("Enter")
    await page.get_by_role("link", name="Masuk lagi").press("Enter")
    await page.get_by_role("button", name="Masuk dengan kunci sandi").press("Enter")
    await expect(page).to_have_url(re.compile("/akun$"))
    await expect(page.get_by_test_id("audit").get_by_role("listitem").first).to_contain_text(
        "Masuk dengan kunci sandi"
    )
    await expect(passkeys.get_by_role("listitem")).to_contain_text("terakhir dipakai")
    await passkeys.get_by_role("button", name="Hapus kunci sandi Laptop kantor").press("Enter")
    await expect(passkeys.get_by_role("group")).to_be_focused()
    await passkeys.get_by_role("button", name="Ya, hapus").press("Enter")
    await expect(passkeys).to_contain_text("Belum ada kunci sandi.")

    profile = page.get_by_test_id("profile")
    await profile.get_by_label("Nama").fill("Rina K.")
    await profile.get_by_label("Nama").press("Enter")
    await expect(profile).to_contain_text("Nama disimpan.")
    await expect(page.get_by_test_id("session-bar")).to_contain_text("Rina K.")
    await page.context.close()


async def test_the_page_of_people_keeps_what_was_typed_when_it_is_refused(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    opds = [f"{GARUT}:opd-diskominfo"]
    invite(account_hub, "rina.opd", "OPD", regionCodes=[GARUT], opdIds=opds)
    link = invite(account_hub, "rina.koordinator", "REGION", regionCodes=[GARUT])
    page = await sign_in(browser, link, "/akun/orang")

    form = page.get_by_test_id("invite")
    await form.get_by_label("Nama", exact=True).fill("Rina Lain")
    await form.get_by_label("Nama masuk").fill("rina.opd")
    await form.get_by_role("checkbox").first.check()
    await form.get_by_role("button", name="Buat undangan").press("Enter")
    await expect(form).to_contain_text("Nama masuk itu sudah dipakai akun lain.")
    await expect(form.get_by_label("Nama masuk")).to_be_focused()
    await expect(form.get_by_label("Nama", exact=True)).to_have_value("Rina Lain")

    row = page.get_by_test_id("person").filter(has_text="rina.opd")
    await row.get_by_role("button").press("Enter")
    panel = page.get_by_test_id("person-panel")
    await panel.get_by_label("Alasan").fill("Pindah")
    await page.keyboard.press("Escape")
    await expect(panel.get_by_label("Alasan")).to_have_value("Pindah")
    [account] = Administrator(account_hub).execute(FIND, search="rina.opd")["accounts"]["nodes"]
    right = {"role": "REGION", "regionCodes": [GARUT]}
    fields = {"accountId": account["id"], "version": account["version"], **right}
    Administrator(account_hub).execute(CHANGE, input=fields)
    fields = {**fields, "version": account["version"] + 1, "role": "OPD", "opdIds": opds}
    Administrator(account_hub).execute(CHANGE, input=fields)
    await panel.get_by_role("button", name="Cabut hak").press("Enter")
    await panel.get_by_role("button", name="Ya, cabut").press("Enter")
    await expect(panel).to_contain_text("Akun ini baru saja diubah orang lain")
    await expect(panel.get_by_label("Alasan")).to_have_value("Pindah")
    await panel.get_by_role("button", name="Cabut hak").press("Enter")
    await panel.get_by_role("button", name="Ya, cabut").press("Enter")
    await expect(row).to_contain_text("dicabut")
    await panel.get_by_role("button", name="Batalkan: berikan lagi").press("Enter")
    await expect(row).to_contain_text("diundang")
    await panel.get_by_role("button", name="Buat undangan baru").press("Enter")
    secret = panel.get_by_test_id("one-time-secret")
    await expect(secret.get_by_role("heading")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(secret).to_be_visible()
    await secret.get_by_role("button", name="Sudah saya teruskan").press("Enter")
    await page.keyboard.press("Escape")
    await expect(row.get_by_role("button", name="Kelola")).to_be_focused()

    programs = page.get_by_test_id("programs")
    await programs.get_by_text("Buat token").first.press("Enter")
    await programs.get_by_label("Nama program").fill("Pengikut Garut")
    await programs.get_by_label("Nama program").press("Enter")
    secret = programs.get_by_label("Token", exact=True)
    await expect(secret).to_have_value(re.compile(r"^simpul_\S{43}$"))
    await expect_accessible(page)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await page.evaluate(TOO_WIDE) == 0
    await programs.get_by_role("button", name="Sudah saya simpan").press("Enter")
    await programs.get_by_role("button", name="Cabut token Pengikut Garut").press("Enter")
    await programs.get_by_role("button", name="Ya, cabut").press("Enter")
    await expect(programs).to_contain_text("Token Pengikut Garut dicabut.")
    await expect(programs.get_by_test_id("token").filter(has_text="Pengikut Garut")).to_have_count(
        0
    )
    await page.context.close()
