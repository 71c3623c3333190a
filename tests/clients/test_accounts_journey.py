"""From an empty demo to a withdrawn right: the journey of three people in three browsers."""

from __future__ import annotations

import re
import time

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.clients.accessibility import expect_accessible
from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
GARUT = "32.05"
ADMIN_LINK = re.compile(r"ADMIN\s+\S+\s+(http://localhost:\d+)(/masuk#tautan=\S+)")
PASSWORD = "kereta biru lompat senja"
TYPED = "Rekap aplikasi puskesmas"
# Within a second through the broker, and without Redis, as here, within two.
OUT_SECONDS = 2.0
REGISTER_OPD = """mutation ($input: RegisterOpdInput!) {
  registerOpd(input: $input) { __typename ... on Opd { id } } }"""
EXECUTE = """async ([query, variables]) => {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}"""


async def open_page(context: BrowserContext, errors: list[str]) -> Page:
    page = await context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page


async def invite(page: Page, name: str, login: str, choice: str, *, role: str | None = None) -> str:
    """Invite a person with the keyboard, and return the link to pass on."""
    form = page.get_by_test_id("invite")
    await form.get_by_label("Nama", exact=True).focus()
    await page.keyboard.type(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(login)
    if role is not None:
        await form.get_by_label("Peran").select_option(role)
    search = form.get_by_role("searchbox")
    if await search.count():
        await search.focus()
        await page.keyboard.type(choice)
    box = form.get_by_role("checkbox", name=choice)
    await box.focus()
    await page.keyboard.press("Space")
    await expect(form).to_contain_text(f"Dipilih: {choice}")
    await form.get_by_role("button", name="Buat undangan").press("Enter")
    shown = form.get_by_test_id("one-time-secret")
    await expect(shown.get_by_role("heading")).to_have_text(f"Undangan untuk {name}")
    await expect(shown.get_by_role("heading")).to_be_focused()
    await expect(shown).to_contain_text("Tautan ini hanya ditampilkan sekarang.")
    link = await shown.get_by_label("Tautan", exact=True).input_value()
    await shown.get_by_role("button", name="Sudah saya teruskan").press("Enter")
    await expect(page.get_by_test_id("person").filter(has_text=name)).to_contain_text("diundang")
    return link


async def accept(page: Page, link: str, expected: str) -> None:
    """Open an invitation, and set a password with the keyboard."""
    await page.goto(link)
    await expect(page.get_by_test_id("invitation")).to_contain_text(expected)
    await page.get_by_label("Kata sandi baru", exact=True).focus()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/daerah/{GARUT}$"))


async def test_a_withdrawn_right_puts_a_second_browser_out_with_its_typed_text_kept(
    browser: Browser, account_hub: SimpulProcess
) -> None:
    printed = ADMIN_LINK.search(account_hub.log.read_text())
    assert printed is not None
    origin, path = printed.groups()
    options = {"viewport": {"width": 1366, "height": 900}, "locale": "id-ID"}
    contexts = [await browser.new_context(**options) for _ in range(3)]  # type: ignore[arg-type]
    errors: list[str] = []
    admin, coordinator, person = [await open_page(context, errors) for context in contexts]

    await admin.goto(origin + path)
    await expect(admin).to_have_url(f"{origin}/")
    await admin.goto(f"{origin}/akun/orang")
    link = await invite(admin, "Asep Koordinator", "asep.garut", "Kabupaten Garut", role="REGION")

    await accept(coordinator, link, "Kabupaten Garut")
    opd = {"regionCode": GARUT, "name": "Dinas Kesehatan", "kind": "DEPARTMENT"}
    variables = {"input": {**opd, "idempotencyKey": "journey"}}
    registered = await coordinator.evaluate(EXECUTE, [REGISTER_OPD, variables])
    assert registered["registerOpd"]["__typename"] == "Opd"
    await coordinator.goto(f"{origin}/akun/orang")
    link = await invite(coordinator, "Dewi Petugas", "dewi.dinkes", "Dinas Kesehatan")

    await person.goto(link)
    await expect(person.get_by_test_id("invitation")).to_contain_text("Dinas Kesehatan")
    await expect_accessible(person)
    await accept(person, link, "Dinas Kesehatan")
    await person.goto(f"{origin}/akun")
    await expect(person.get_by_test_id("audit")).to_contain_text("Masuk dengan kata sandi")
    await expect_accessible(person)
    name = person.get_by_label("Nama", exact=True)
    await name.focus()
    await person.keyboard.press("Control+A")
    await person.keyboard.type(TYPED)

    await coordinator.get_by_role("button", name="Kelola Dewi Petugas").press("Enter")
    panel = coordinator.get_by_test_id("person-panel")
    await expect(panel.get_by_role("heading", level=3)).to_be_focused()
    await expect(panel.get_by_test_id("sessions")).to_contain_text("Perangkat orang ini")
    await expect_accessible(coordinator)
    await panel.get_by_label("Alasan").focus()
    await coordinator.keyboard.type("Pindah tugas")
    await coordinator.keyboard.press("Enter")
    question = panel.get_by_role("group", name="Cabut hak Dewi Petugas sekarang?")
    await expect(question).to_be_focused()
    async with coordinator.expect_response("**/graphql"):
        await coordinator.keyboard.press("Tab")
        await coordinator.keyboard.press("Enter")
    withdrawn_at = time.monotonic()
    dialog = person.get_by_test_id("session-dialog")
    await expect(dialog.get_by_role("heading")).to_have_text("Sesi Anda habis")
    out_seconds = time.monotonic() - withdrawn_at
    assert out_seconds < OUT_SECONDS
    await expect(name).to_have_value(TYPED)
    await expect_accessible(person)

    await expect(panel).to_contain_text("Hak Dewi Petugas dicabut.")
    await expect(panel.get_by_test_id("audit").get_by_role("listitem").first).to_contain_text(
        "Hak dicabut oleh Asep Koordinator dengan alasan “Pindah tugas”"
    )
    await dialog.get_by_label("Nama masuk").fill("dewi.dinkes")
    await dialog.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    await person.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert").first).to_contain_text(
        "Hak Anda sudah dicabut, karena itu sesi Anda habis."
    )
    await person.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(name).to_have_value(TYPED)
    assert errors == []
    for context in contexts:
        await context.close()
