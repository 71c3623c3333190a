"""Signing in with a real browser: an invitation, the end of a session, and another tab."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.clients.accessibility import expect_accessible
from tests.clients.administrator import PASSWORD, Administrator
from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
LAPTOP = {"width": 1366, "height": 900}
TYPED = "Menunggu anggaran perubahan."


async def sign_in_with_password(form: Page | Locator, login: str) -> None:
    await form.get_by_label("Nama masuk").fill(login)
    field = form.get_by_label("Kata sandi", exact=True)
    await field.fill(PASSWORD)
    await field.press("Enter")


async def accept_invitation(context: BrowserContext, hub: SimpulProcess, path: str) -> Page:
    """Open an invitation, set a password with the keyboard, and return the page of the region."""
    page = await context.new_page()
    await page.goto(hub.url + path)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(page).to_have_url(f"{hub.url}/masuk")
    await expect(page.get_by_test_id("invitation")).to_contain_text("Kabupaten Sumedang")
    await expect_accessible(page)
    field = page.get_by_label("Kata sandi baru", exact=True)
    await field.fill("pendek")
    await field.press("Enter")
    await expect(field).to_be_focused()
    await expect(page.get_by_role("alert").first).to_have_text(
        "Kata sandi harus paling sedikit 12 karakter."
    )
    await field.fill(PASSWORD)
    await field.press("Enter")
    await expect(page).to_have_url(f"{hub.url}/daerah/32.11")
    return page


def invite(administrator: Administrator, login: str) -> dict[str, Any]:
    return administrator.invite("Siti Rahayu", login, "REGION", regionCodes=["32.11"])


async def test_an_ended_session_keeps_what_was_typed_until_the_person_is_back(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    administrator, login = Administrator(account_hub), "siti@sumedangkab.go.id"
    invitation = invite(administrator, login)
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    page = await accept_invitation(context, account_hub, invitation["path"])
    bar = page.get_by_test_id("session-bar")
    await expect(bar).to_contain_text("Siti Rahayu · koordinator daerah · Kab. Sumedang")
    proposal = page.get_by_test_id("proposal").filter(has_text="Ganti E-Office Sumedang")
    await proposal.get_by_text("Putuskan usulan ini").press("Enter")
    reason = proposal.get_by_label("Alasan keputusan")
    await reason.fill(TYPED)

    administrator.end_sessions(invitation["account"]["id"])
    dialog = page.get_by_test_id("session-dialog")
    await expect(dialog.get_by_role("heading")).to_have_text("Sesi Anda habis")
    await expect(dialog.get_by_label("Nama masuk")).to_be_focused()
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "ended")
    await expect_accessible(page)
    await page.keyboard.press("Escape")
    await expect(reason).to_be_focused()
    notice = page.get_by_test_id("session-banner")
    await notice.get_by_role("button", name="Masuk kembali").press("Enter")
    await sign_in_with_password(dialog, login)
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    await expect(reason).to_be_focused()
    await expect(reason).to_have_value(TYPED)

    administrator.end_sessions(invitation["account"]["id"])
    await expect(dialog).to_be_visible()
    other = await context.new_page()
    await other.goto(f"{account_hub.url}/masuk?kembali=/peta/32.11/impor")
    await expect_accessible(other)
    await sign_in_with_password(other, login)
    await expect(other).to_have_url(f"{account_hub.url}/peta/32.11/impor")
    await expect(dialog).to_have_count(0)
    await expect(reason).to_have_value(TYPED)
    await proposal.get_by_role("button", name="Tolak").press("Enter")
    await expect(proposal).to_have_count(0)

    await other.get_by_test_id("session-bar").get_by_role("button", name="Keluar").press("Enter")
    await expect(other.get_by_role("heading", level=1)).to_have_text("Anda sudah keluar")
    await expect_accessible(other)
    await expect(dialog.get_by_role("heading")).to_have_text("Anda sudah keluar")
    await dialog.get_by_role("button", name="Lanjut tanpa masuk").press("Enter")
    await expect(page.get_by_test_id("session-banner")).to_contain_text(
        "yang tampil adalah data publik"
    )
    await expect(page.get_by_test_id("decision")).to_have_count(0)
    await context.close()


async def test_a_page_opened_with_an_ended_session_says_so_and_shows_public_data(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    administrator, login = Administrator(account_hub), "rina@sumedangkab.go.id"
    invitation = invite(administrator, login)
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    page = await accept_invitation(context, account_hub, invitation["path"])
    await page.goto("about:blank")
    administrator.end_sessions(invitation["account"]["id"])
    await page.goto(account_hub.url)
    await expect(page.get_by_test_id("session-banner")).to_contain_text("Sesi Anda habis")
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    await expect(page.get_by_test_id("rank-row")).to_have_count(27)
    await page.get_by_test_id("session-banner").get_by_role("link", name="Masuk").press("Enter")
    await page.get_by_label("Nama masuk").fill(login)
    await page.get_by_label("Kata sandi", exact=True).fill("bukan kata sandinya")
    await page.get_by_label("Kata sandi", exact=True).press("Enter")
    await expect(page.get_by_test_id("sign-in-problem")).to_contain_text("tidak cocok")
    await expect(page.get_by_label("Kata sandi", exact=True)).to_be_focused()
    await context.close()


async def test_a_void_invitation_says_what_to_do(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"{account_hub.url}/masuk#undangan=terpotong")
    await expect(page.get_by_test_id("void")).to_contain_text("minta undangan baru")
    await expect(page).to_have_url(f"{account_hub.url}/masuk")
    await page.goto(f"{account_hub.url}/masuk#tautan=terpotong")
    await expect(page.get_by_test_id("void")).to_contain_text("simpul account link")
    await expect(page).to_have_url(f"{account_hub.url}/masuk")
    await context.close()
