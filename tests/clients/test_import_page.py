"""The page of an import in a real browser: a messy workbook is mended, saved, undone and saved again."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from engine.model import Role
from tests.clients.accessibility import expect_accessible
from tests.clients.messy_workbook import build_guided_workbook, build_messy_workbook
from tests.clients.region_visit import token
from tests.clients.signed_in import open_signed_in
from tests.fixtures.processes import SimpulProcess, start_processes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
GARUT = "32.05"
OFFERED_COUNT = 41
PHONE = {"width": 390, "height": 844}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FILE = "Rekap aplikasi (FINAL).xlsx"
INVENTORY = """query ($code: ID!) { region(code: $code) {
  opds(first: 100) { totalCount }
  applications(first: 200) { nodes {
    name status year url users developer hosting opd { name } } } } }"""
SAVED = "40 aplikasi ditambahkan, 0 diubah, 0 dibiarkan, dan 0 tidak disimpan."


@pytest.fixture(scope="module")
def hub(filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpulProcess]:
    folder = tmp_path_factory.mktemp("import-page")
    shutil.copy(filled_template, folder)
    with start_processes(folder) as start:
        yield start("demo", "--no-nodes", data_dir=folder)


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, hub: SimpulProcess) -> AsyncIterator[Page]:
    """Yield the page of Garut's import, opened by the staff of the region."""
    context = await open_signed_in(browser, hub, Role.REGION, [GARUT])
    page = await context.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{hub.url}/peta/{GARUT}/impor")
    yield page
    assert errors == []
    await context.close()


def list_applications(hub: SimpulProcess) -> dict[str, dict[str, Any]]:
    response = httpx2.post(
        f"{hub.url}/graphql",
        json={"query": INVENTORY, "variables": {"code": GARUT}},
        headers={"Authorization": f"Bearer {token(hub, Role.REGION, GARUT)}"},
        trust_env=False,
    )
    applications = response.json()["data"]["region"]["applications"]["nodes"]
    return {
        application["name"]: application
        for application in applications
        if application["name"].startswith("Layanan Contoh ")
    }


async def upload(page: Page) -> None:
    """Choose the workbook, and upload it with the keyboard."""
    await page.get_by_label("Berkas daftar aplikasi").set_input_files(
        {"name": FILE, "mimeType": "", "buffer": build_messy_workbook()}
    )
    await page.get_by_role("button", name="Unggah dan baca").press("Enter")
    await expect(page.get_by_role("heading", name="2. Kolom")).to_be_focused()


async def mend_three_cells(page: Page) -> None:
    """Write the right content of each bad cell; the focus goes to the next cell by itself."""
    await page.get_by_label("Isi baru E8 Tahun").focus()
    for cell, text in (
        ("E8 Tahun", "2012"),
        ("G17 Jumlah Pengguna", "4500"),
        ("E30 Tahun", "2019"),
    ):
        await expect(page.get_by_label(f"Isi baru {cell}")).to_be_focused()
        await page.keyboard.press("Control+A")
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("no-problems")).to_be_focused()


async def test_a_messy_workbook_is_mended_saved_undone_and_saved_again(
    page: Page, hub: SimpulProcess
) -> None:
    offices = page.get_by_test_id("offices")
    await expect(offices).to_contain_text("2 perangkat daerah sudah tercatat")
    await offices.locator("summary").press("Enter")
    offered = page.get_by_test_id("default-offices").get_by_role("checkbox")
    await expect(offered).to_have_count(OFFERED_COUNT)
    await offices.get_by_label("Nama resmi").focus()
    await page.keyboard.type("Dinas Kesehatan")
    await expect(offices.get_by_label("Jenis")).to_have_value("DEPARTMENT")
    await page.keyboard.press("Enter")
    await expect(offices).to_contain_text("Dinas Kesehatan dicatat.")
    await expect(offered).to_have_count(OFFERED_COUNT - 1)
    await page.get_by_role("button", name="Catat perangkat daerah yang dipilih").press("Enter")
    await expect(offered).to_have_count(0)
    await expect(offices).to_contain_text("43 perangkat daerah sudah tercatat")

    await upload(page)
    await expect(page.get_by_test_id("not-taken")).to_contain_text("3 dari 9 kolom tidak diambil")
    developer = page.get_by_label("Kolom H Dibikin Sama: dicatat sebagai")
    hosting = page.get_by_label("Kolom I Naruhnya Di: dicatat sebagai")
    await developer.focus()
    await page.keyboard.type("Pengemb")
    await expect(page.get_by_test_id("not-taken")).to_contain_text("2 dari 9 kolom tidak diambil")
    await hosting.focus()
    await page.keyboard.type("Lokasi")
    await expect(page.get_by_test_id("not-taken")).to_contain_text("1 dari 9 kolom tidak diambil")
    await expect(page.get_by_test_id("counts").get_by_role("listitem")).to_have_text(
        ["37 aplikasi akan ditambahkan", "3 baris belum dapat disimpan"]
    )
    await expect(page.get_by_test_id("problems").get_by_test_id("problem").first).to_have_text(
        "E8 Tahun: harus berupa angka bulat, misalnya 2021 — tertulis “sejak dulu” Simpan sel"
    )
    await expect(page.get_by_role("button", name="Simpan semua")).to_be_disabled()
    await expect(page.get_by_role("button", name="Simpan yang benar (37 dari 40)")).to_be_enabled()
    await expect_accessible(page)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await page.evaluate(TOO_WIDE) == 0
    await page.reload()
    await expect(developer).to_have_value("DEVELOPER")
    assert list_applications(hub) == {}

    await mend_three_cells(page)
    await page.get_by_role("button", name="Simpan semua (40)").press("Enter")
    await expect(page.get_by_test_id("saved")).to_contain_text(SAVED)
    applications = list_applications(hub)
    assert len(applications) == 40
    assert applications["Layanan Contoh 3"] == {
        "name": "Layanan Contoh 3",
        "status": "UNKNOWN",
        "year": 2012,
        "url": "https://layanan3.garutkab.go.id",
        "users": 100,
        "developer": "CV Cipta Karya",
        "hosting": "Pusat data Diskominfo",
        "opd": {"name": "Dinas Kesehatan"},
    }
    assert applications["Layanan Contoh 12"]["users"] == 4500
    assert applications["Layanan Contoh 34"]["opd"] == {"name": "Dinas Komunikasi dan Informatika"}

    await page.get_by_role("button", name=f"Batalkan impor ini: {FILE}").press("Enter")
    await expect(page.get_by_role("group", name="Batalkan 40 aplikasi?")).to_be_focused()
    await page.get_by_role("button", name="Tidak").press("Enter")
    assert len(list_applications(hub)) == 40
    await page.get_by_role("button", name=f"Batalkan impor ini: {FILE}").press("Enter")
    await page.get_by_role("button", name="Ya, batalkan").press("Enter")
    await expect(page.get_by_test_id("undo-result").first).to_have_text(
        "Impor dibatalkan: 40 aplikasi kembali seperti sebelumnya."
    )
    await expect(page.get_by_test_id("undo-result").first).to_be_focused()
    await expect(page.get_by_test_id("saved")).to_contain_text(
        "Impor ini sebelumnya menambahkan 40 aplikasi dan mengubah 0."
    )
    assert {application["status"] for application in list_applications(hub).values()} == {"RETIRED"}

    await page.get_by_role("button", name="Impor berkas lain").press("Enter")
    await upload(page)
    await expect(hosting).to_have_value("HOSTING")
    await mend_three_cells(page)
    await page.get_by_role("button", name="Simpan semua (40)").press("Enter")
    await expect(page.get_by_test_id("saved")).to_contain_text(SAVED)
    await expect_accessible(page)
    assert list_applications(hub) == applications


async def test_waiting_files_are_listed_continued_and_discarded(page: Page) -> None:
    for _ in range(2):
        await upload(page)
        await page.reload()
        await page.goto(page.url.split("?")[0])
    waiting = page.get_by_test_id("waiting-files")
    await expect(waiting.get_by_role("listitem")).to_have_count(2)
    await expect(waiting.get_by_role("listitem").first).to_contain_text(FILE)
    await waiting.get_by_role("button", name=f"Buang {FILE}").first.press("Enter")
    await expect(waiting.get_by_role("listitem")).to_have_count(1)
    await expect(waiting).to_contain_text(f"{FILE} dibuang.")
    await expect_accessible(page)
    await waiting.get_by_role("button", name=f"Lanjutkan {FILE}").press("Enter")
    await expect(page.get_by_role("heading", name="2. Kolom")).to_be_focused()
    await expect(waiting.get_by_role("listitem")).to_have_count(0)
    await page.get_by_role("button", name="Ganti berkas").press("Enter")
    await upload(page)
    await expect(page.get_by_test_id("file-read")).to_contain_text(FILE)
    await expect(waiting.get_by_role("listitem")).to_have_count(0)


async def test_a_sheet_of_instructions_is_one_line_until_its_columns_are_asked_for(
    page: Page,
) -> None:
    await page.get_by_label("Berkas daftar aplikasi").set_input_files(
        {"name": "panduan.xlsx", "mimeType": "", "buffer": build_guided_workbook()}
    )
    await page.get_by_role("button", name="Unggah dan baca").press("Enter")
    await expect(page.get_by_test_id("sheet")).to_have_count(1)
    unread = page.get_by_test_id("sheets-not-read").get_by_role("listitem")
    await expect(unread).to_contain_text(["Lembar “Petunjuk”: petunjuk pengisian"])
    await page.get_by_role("button", name="Pilih kolomnya: lembar “Petunjuk”").press("Enter")
    await expect(page.get_by_role("heading", name="Lembar “Petunjuk”")).to_be_focused()
    await expect(page.get_by_test_id("sheet")).to_have_count(2)
