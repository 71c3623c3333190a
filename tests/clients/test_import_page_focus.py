"""The page of an import in a real browser keeps the focus and shows what the server has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, expect

from engine.model import Role
from tests.clients.accessibility import expect_accessible
from tests.clients.signed_in import open_signed_in
from tests.fixtures.processes import SimpulProcess, start_processes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
GARUT = "32.05"


@pytest.fixture(scope="module")
def hub(filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpulProcess]:
    folder = tmp_path_factory.mktemp("import-page-focus")
    shutil.copy(filled_template, folder)
    with start_processes(folder) as start:
        yield start("demo", "--no-nodes", data_dir=folder)


async def test_the_page_leads_to_the_page_to_sign_in_and_says_who_may_import(
    browser: Browser, hub: SimpulProcess
) -> None:
    context = await browser.new_context(locale="id-ID")
    page = await context.new_page()
    await page.goto(f"{hub.url}/peta/{GARUT}/impor")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Impor aplikasi")
    await expect_accessible(page)
    await page.get_by_role("link", name="Masuk untuk mengimpor").press("Enter")
    await expect(page).to_have_url(f"{hub.url}/masuk?kembali=%2Fpeta%2F{GARUT}%2Fimpor")
    await context.close()

    context = await open_signed_in(browser, hub, Role.REGION, ["32.01"])
    page = await context.new_page()
    await page.goto(f"{hub.url}/peta/{GARUT}/impor")
    await expect(page.get_by_test_id("not-allowed")).to_contain_text(
        "(koordinator daerah) tidak berwenang mengimpor aplikasi Kabupaten Garut."
    )
    await expect(page.get_by_test_id("step-file")).to_have_count(0)
    await context.close()


async def test_focus_choices_and_the_preview_follow_what_the_server_has(
    browser: Browser, hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, hub, Role.REGION, [GARUT])
    page = await context.new_page()
    await page.goto(f"{hub.url}/peta/{GARUT}/impor")
    rows = "\n".join(f"Layanan Uji {number},Dinas Uji Coba,20{number}" for number in range(10, 40))
    content = f"Nama Aplikasi,OPD,Tahun\n{rows}\n"
    file = page.get_by_label("Berkas daftar aplikasi")
    await file.set_input_files({"name": "a.csv", "mimeType": "", "buffer": b"\x00\x01\x02"})
    button = page.get_by_role("button", name="Unggah dan baca")
    await button.press("Enter")
    await expect(page.get_by_test_id("upload-problem")).not_to_be_empty()
    await expect(button).to_be_focused()
    await file.set_input_files({"name": "a.csv", "mimeType": "", "buffer": content.encode()})
    await button.press("Enter")
    await expect(page.get_by_test_id("why-not")).to_have_text(
        "Belum ada yang dapat disimpan: perbaiki dulu 30 baris di langkah 3."
    )

    offices = page.get_by_test_id("offices")
    await offices.locator("summary").press("Enter")
    await offices.get_by_label("Nama resmi").fill("Dinas Uji Coba")
    await offices.get_by_label("Nama resmi").press("Enter")
    counts = page.get_by_test_id("counts").get_by_role("listitem")
    await expect(counts.first).to_contain_text("aplikasi akan ditambahkan")

    table = page.get_by_test_id("rows")
    await table.locator("summary").first.press("Enter")
    await expect(table.get_by_role("row").nth(1)).to_contain_text(
        "Status: Tidak diketahui · Tahun: 2010"
    )
    following = table.get_by_role("button", name="Berikutnya")
    await following.press("Enter")
    await expect(table.get_by_role("status")).to_have_text("26–30 dari 30")
    await expect(following).to_be_focused()

    other = await context.new_page()
    await other.goto(page.url)
    await other.get_by_label("Kolom C Tahun: dicatat sebagai").select_option("")
    await expect(other.get_by_test_id("not-taken")).to_contain_text("1 dari 3")
    year = page.get_by_label("Kolom C Tahun: dicatat sebagai")
    await year.select_option("FIT")
    await expect(page.get_by_text("sudah dibaca ulang di sini")).to_be_visible()
    await expect(year).to_have_value("")
    await context.close()


async def test_the_viewer_of_an_opd_is_offered_only_its_own_opd_for_an_unknown_name(
    browser: Browser, hub: SimpulProcess
) -> None:
    query = f'{{ region(code: "{GARUT}") {{ opds(first: 2) {{ nodes {{ id name }} }} }} }}'
    answer = httpx2.post(f"{hub.url}/graphql", json={"query": query}, trust_env=False).json()
    own, _other = answer["data"]["region"]["opds"]["nodes"]
    context = await open_signed_in(browser, hub, Role.OPD, [GARUT], [own["id"]])
    page = await context.new_page()
    await page.goto(f"{hub.url}/peta/{GARUT}/impor")
    name = "Dinas Perindustrian Lama"  # most similar to the OPD that is not the viewer's
    content = f"Nama Aplikasi,OPD\nLayanan Uji,{name}\n".encode()
    await page.get_by_label("Berkas daftar aplikasi").set_input_files(
        {"name": "a.csv", "mimeType": "", "buffer": content}
    )
    await page.get_by_role("button", name="Unggah dan baca").press("Enter")
    options = page.get_by_label(f"Perangkat daerah untuk “{name}”").get_by_role("option")
    await expect(options).to_have_text(["pilih…", own["name"]])
    await context.close()
