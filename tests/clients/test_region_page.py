"""The results page of a region in a real browser, over one real process with the real data."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Route, expect

from engine.model import Role
from tests.clients.region_visit import Visit, compute_analyses, execute_mutation, open_visit
from tests.clients.signed_in import open_signed_in
from tests.fixtures.processes import SimpulProcess, start_processes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
WEB = Path(__file__).parents[2] / "clients" / "web"
LAPTOP = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
SEEN_WITHIN = 5_000  # ms from a mutation's response to the page, which polls every two seconds
DISKOMINFO = "32.11:opd-diskominfosanditik"
DIAGNOSES = {
    "required": "Terpenuhi bobot 0 dari 3, pada 3 pertukaran yang dapat dinilai.",
    "bus": "0 dari 2 pertukaran berlangsung lewat sistem penghubung layanan.",
    "cut-points": "E-Office Desa memutus 1 simpul: e-SAKIP Desa",
    "isolated": "17 dari 20 aplikasi belum memiliki pertukaran data pada dasar ini.",
    "silo": "Modularitas menurut OPD adalah -0,13",
    "propagation": "Pada 3 dari 380 pasangan berurutan 20 aplikasi",
    "reciprocity": "timbal balik tidak dapat dinilai",
}
OPEN = "all => all.forEach(element => { element.open = true })"
# No element is wider than the page, except inside a box that scrolls by itself.
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def hub(filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpulProcess]:
    folder = tmp_path_factory.mktemp("region-page")
    shutil.copy(filled_template, folder)
    with start_processes(folder) as start:
        hub = start("demo", "--no-nodes", data_dir=folder)
        compute_analyses(hub, "32.11")
        yield hub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Yield a separate browser context, because themes and sessions are stored in the browser."""
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    yield context
    await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visit(context: BrowserContext, hub: SimpulProcess) -> AsyncIterator[Visit]:
    """Yield Sumedang's public page for all tests; each test uses its own chapter or controls."""
    visit = await open_visit(context, f"{hub.url}/daerah/32.11", hub)
    yield visit
    assert (visit.foreign_requests, visit.errors) == ([], [])
    await visit.page.close()


async def test_every_chapter_shows_what_is_known_of_sumedang(visit: Visit) -> None:
    page = visit.page
    await visit.wait_until_complete()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Kabupaten Sumedang")
    await expect(page).to_have_title("Kabupaten Sumedang · Simpul")
    await expect(page.get_by_test_id("index")).to_have_text(
        "4,51 Memuaskan 2024 · Indeks SPBE (47 indikator) Hasil resmi", use_inner_text=False
    )
    lines = page.get_by_test_id("history-line")
    assert [await lines.nth(number).locator("tbody th").all_inner_texts() for number in (0, 1)] == [
        ["2019", "2020"],
        ["2021", "2022", "2023", "2024"],
    ]
    await expect(lines).to_have_count(2)
    estimate = page.get_by_test_id("estimate")
    await expect(estimate).to_contain_text("PERKIRAAN")
    solutions = estimate.get_by_text("salah satu dari 20.385.349.498.800 susunan level")
    await expect(solutions).to_be_hidden()
    await estimate.get_by_text("Asal", exact=True).click()
    await expect(solutions).to_be_visible()
    aspect = estimate.get_by_role("row", name="Penyelenggara SPBE 5,00 1,50 sampai 5,00")
    await expect(aspect).to_be_visible()
    await expect(page.get_by_test_id("bounds-only")).to_be_visible()
    await expect(page.get_by_test_id("verdict")).to_have_count(18)
    await expect(page.get_by_test_id("completeness")).to_contain_text(
        "Inventaris memuat 20 aplikasi. Dari 100 isian wajib, 36 sudah terisi (36%)."
    )
    await expect(page.get_by_test_id("opd-row")).to_have_count(9)
    for diagnosis, sentence in DIAGNOSES.items():
        card = page.locator(f"[data-diagnosis='{diagnosis}']")
        await expect(card).to_contain_text(sentence)
    await expect(page.get_by_test_id("duplicate-group").first).to_contain_text(
        "E-Office Sumedang dan E-Office Desa: nama dasarnya sama, “eoffice”."
    )
    await expect(page.get_by_test_id("proposals-REPLACE")).to_contain_text(
        "Ganti E-Office Sumedang dengan aplikasi umum SRIKANDI (ANRI)."
    )
    await expect(page.get_by_test_id("plan-summary")).to_contain_text(
        "Untuk target 4,70 dengan cadangan 0,10 diperlukan 12 langkah: indeks naik dari 4,51 "
        "menjadi 4,81 (Memuaskan) dengan upaya 47 poin. Terbukti"
    )
    await expect(page.get_by_test_id("plan").locator(".estimate")).to_have_text("PERKIRAAN")
    await expect(page.get_by_test_id("cost-curve").locator("circle")).to_have_count(4)
    await expect(page.get_by_test_id("outlook")).to_contain_text(
        "1 dari 16 mencapai 4,70 atau lebih setahun kemudian: 6%, dengan selang 80% dari 2% "
        "sampai 18%."
    )
    await expect(page.get_by_test_id("peers")).to_contain_text("Kabupaten Gresik")
    await expect(page.get_by_test_id("sharing")).to_contain_text("dilayani 8 dari 28 daerah")
    index = page.get_by_test_id("comparison").locator("tr[data-part='INDEX'] td")
    assert [text.split()[0] for text in await index.all_inner_texts()] == [
        "4,51",
        "4,59★",
        "4,40",
        "4,32",
        "3,90",
        "4,59",
        "3,08",
        "4,77",
    ]
    for test_id in ("decision", "not-yours"):
        await expect(page.get_by_test_id(test_id)).to_have_count(0)
    assert (visit.foreign_requests, visit.errors) == ([], [])


async def test_a_node_shows_what_is_around_it_and_what_depends_on_it(visit: Visit) -> None:
    page = visit.page
    drawing = page.get_by_test_id("drawing")
    await expect(drawing.get_by_role("button")).to_have_count(20)
    node = drawing.get_by_role(
        "button", name="E-Office Sumedang: aplikasi daerah ini, 1 pertukaran"
    )
    await node.focus()
    await page.keyboard.press("Enter")
    await expect(drawing.get_by_role("button")).to_have_count(3)
    impact = page.get_by_test_id("impact")
    await expect(impact).to_contain_text(
        "Bila E-Office Sumedang berhenti, 2 simpul kehilangan data darinya:"
    )
    await expect(impact).to_contain_text("E-Office Sumedang → E-Office Desa → e-SAKIP Desa")
    await page.get_by_test_id("depth").select_option("1")
    await expect(drawing.get_by_role("button")).to_have_count(2)


async def test_a_target_out_of_reach_and_an_excluded_step_are_explained(visit: Visit) -> None:
    page = visit.page
    await page.get_by_role("button", name="Jangan naikkan indikator 12").click()
    await expect(page.get_by_test_id("target-form")).to_contain_text("12. Peta Rencana SPBE")
    await expect(page.locator("[data-testid='step'][data-indicator='12']")).to_have_count(0)
    await page.get_by_role("button", name="Tampilkan jalan terbaik berikutnya").click()
    await expect(page.get_by_test_id("next-best")).to_contain_text("upaya 47 poin")
    await page.get_by_role("button", name="Hitung akibat mengecualikan").click()
    await expect(page.get_by_test_id("exclusions").locator("li").first).to_contain_text("Tanpa ")
    await page.get_by_label("Target indeks").fill("5")
    await page.get_by_role("button", name="Hitung", exact=True).click()
    plan = page.get_by_test_id("plan")
    await expect(plan).to_have_attribute("data-outcome", "UNREACHABLE")
    await expect(plan).to_contain_text("Target ini tidak dapat dicapai.")


async def test_a_verdict_can_be_traced_to_its_rule_and_its_gaps(
    browser: Browser, hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, hub, Role.REGION, ["32.11"])
    assessment_input = {
        "regionCode": "32.11",
        "instrumentId": "spbe-2020",
        "year": 2025,
        "kind": "SELF",
    }
    started = execute_mutation(hub, "startAssessment", "Assessment", **assessment_input)
    claim = {"assessmentId": started["id"], "version": started["version"], "indicator": 37}
    execute_mutation(hub, "claimLevel", "Assessment", **claim, level=4)
    url = f"{hub.url}/daerah/32.11"
    visit = await open_visit(context, url, hub)
    page = visit.page
    readings = page.get_by_test_id("readings")
    await expect(readings).to_contain_text("Diklaim 1,08")
    await expect(readings).to_contain_text("Didukung bukti 1,06")
    await expect(readings).to_contain_text("Tidak terbantah 1,08")
    verdict = page.locator("[data-testid='verdict'][data-indicator='37']")
    await expect(verdict).to_have_attribute("data-flag", "UNVERIFIABLE")
    await verdict.locator("summary").first.press("Enter")
    await expect(verdict).to_contain_text(
        "Klaim level 4 belum dapat diverifikasi: bukti baru mendukung sampai level 3, tetapi "
        "sampai level 5 tidak ada yang membantah."
    )
    await verdict.get_by_text("Asal", exact=True).click()
    origin = verdict.locator(".origin")
    await expect(origin).to_contain_text("R32-47, versi 0.1")
    await expect(origin).to_contain_text("permenpanrb59-2020/engine")
    await expect(origin).to_contain_text("PermenPANRB 59/2020")
    missing = verdict.get_by_test_id("missing")
    await expect(missing).to_contain_text("Inventaris 9 OPD belum dijamin lengkap: Bagian Hukum")
    await expect(missing).to_contain_text("Layanan yang didukung oleh 19 aplikasi belum diketahui")
    await page.get_by_test_id("instrument").select_option("pemdi-2026")
    await expect(page.get_by_test_id("verdict")).to_have_count(3)
    await expect(visit.chapter("verifikasi")).to_contain_text("bersandar pada sumber sekunder")
    await context.close()


async def test_a_rejection_needs_a_reason_and_takes_the_proposal_away(
    browser: Browser, hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, hub, Role.REGION, ["32.11"])
    url = f"{hub.url}/daerah/32.11"
    visit = await open_visit(context, url, hub)
    await visit.wait_until_complete()  # chapters that still load would move the ones below
    page = visit.page
    title = "Ganti E-Office Sumedang dengan aplikasi umum"
    proposal = page.get_by_test_id("proposal").filter(has_text=title)
    await proposal.get_by_text("Putuskan usulan ini").click()
    await proposal.get_by_role("button", name="Tolak").click()
    await expect(proposal.get_by_role("alert").last).to_have_text(
        "Tuliskan alasan penolakan terlebih dahulu."
    )
    reason = proposal.get_by_label("Alasan keputusan")
    await reason.fill("Dipakai bersama SAKIP provinsi.")
    # The form keeps its input if a response never arrives.
    await page.route("**/graphql", abort_request)
    await proposal.get_by_role("button", name="Tolak").click()
    await expect(proposal.get_by_role("alert").last).to_contain_text("Keputusan belum tersimpan.")
    await expect(reason).to_have_value("Dipakai bersama SAKIP provinsi.")
    await page.unroute("**/graphql")
    await proposal.get_by_role("button", name="Tolak").click()
    await expect(proposal).to_have_count(0)
    await context.close()


async def abort_request(route: Route) -> None:
    await route.abort("connectionreset")


async def test_another_regions_session_gives_no_controls_here(
    browser: Browser, hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, hub, Role.REGION, ["32.13"])
    url = f"{hub.url}/daerah/32.11"
    visit = await open_visit(context, url, hub)
    await expect(visit.page.get_by_test_id("proposal").first).to_be_visible()
    await expect(visit.page.get_by_test_id("not-yours")).to_be_visible()
    await expect(visit.page.get_by_test_id("decision")).to_have_count(0)
    await context.close()


async def test_a_registered_application_changes_the_page_without_a_reload(
    visit: Visit, hub: SimpulProcess
) -> None:
    await visit.wait_until_complete()
    await visit.page.evaluate("window.untouched = true")
    application_input = {"regionCode": "32.11", "opdId": DISKOMINFO, "name": "Layanan Uji"}
    execute_mutation(hub, "registerApplication", "Application", **application_input)
    summary = visit.page.get_by_test_id("completeness")
    await expect(summary).to_contain_text("Inventaris memuat 21 aplikasi.", timeout=SEEN_WITHIN)
    row = visit.page.locator(f"[data-testid='opd-row'][data-opd='{DISKOMINFO}']")
    await expect(row.locator("td").first).to_have_text("10", timeout=SEEN_WITHIN)
    assert await visit.page.evaluate("window.untouched") is True


async def test_a_part_that_fails_says_so_alone_and_can_be_tried_again(
    context: BrowserContext, hub: SimpulProcess
) -> None:
    async def without_outlook(route: Route) -> None:
        body = route.request.post_data or ""
        await (abort_request(route) if "query Outlook(" in body else route.continue_())

    page = await context.new_page()
    await page.route("**/graphql", without_outlook)
    await page.goto(f"{hub.url}/daerah/32.11")
    chapter = page.get_by_test_id("peluang")
    await expect(chapter).to_contain_text("Bagian ini belum dapat dibaca.")
    await expect(page.get_by_test_id("comparison")).to_be_visible()
    await page.unroute("**/graphql")
    await chapter.get_by_role("button", name="Coba lagi").click()
    await expect(page.get_by_test_id("outlook")).to_contain_text("16 mencapai 4,70")
    await expect(chapter).not_to_contain_text("Bagian ini belum dapat dibaca.")
    await page.close()


async def test_has_no_accessibility_violation_in_either_theme(visit: Visit) -> None:
    page = visit.page
    await visit.wait_until_complete()
    # Open, but only one element of each kind: the time that axe takes grows with the visible page.
    await page.locator("details:not(.origin, [data-testid='verdict'])").evaluate_all(OPEN)
    for details in (page.locator(".origin:visible").first, page.get_by_test_id("verdict").nth(1)):
        await details.evaluate("element => { element.open = true }")
    # As an evaluation, because the page's content security policy allows no other script tag.
    await page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text())
    # Themes differ only in colours.
    for theme, rules in (("dark", ""), ("light", "{ runOnly: ['color-contrast'] }")):
        await expect(page.locator("html")).to_have_attribute("data-theme", theme)
        report = await page.evaluate(f"axe.run({rules})")
        assert [
            f"{violation['id']}: {violation['nodes'][0]['html']}"
            for violation in report["violations"]
        ] == []
        await page.get_by_role("button", name="Tema").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_fits_a_phone_and_unfolds_on_paper(visit: Visit) -> None:
    page = visit.page
    await visit.wait_until_complete()
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await page.evaluate(TOO_WIDE) == 0
    await page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    proposals = page.get_by_test_id("proposals-KEEP").get_by_test_id("proposal")
    await expect(proposals).to_have_count(2)
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await page.emulate_media(media="print")
    await expect(proposals).to_have_count(9)
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await expect(page.locator("button:visible")).to_have_count(0)
    await page.emulate_media(media="screen")
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await expect(proposals).to_have_count(2)


async def test_speaks_english_where_the_address_asks_for_it(visit: Visit) -> None:
    page = visit.page
    await page.get_by_role("button", name="English").click()
    assert page.url.endswith("/daerah/32.11?bahasa=en")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("heading", level=2)).to_have_text(
        [
            "1 Results and history",
            "2 Verification",
            "3 Inventory",
            "4 Integration",
            "5 Duplicates",
            "6 Consolidation proposals",
            "7 Path to a target",
            "8 Outlook and peers",
            "9 Comparison",
        ]
    )
    await expect(visit.chapter("kepala")).to_contain_text(
        "The official Indeks SPBE (47 indikator) of Kabupaten Sumedang for 2024 is 4.51"
    )
    await expect(page.get_by_test_id("to-wall")).to_have_attribute("href", "/?bahasa=en")
    await page.get_by_role("button", name="Indonesia").click()
    assert page.url.endswith("/daerah/32.11")


async def test_the_page_says_that_no_region_has_the_code(
    context: BrowserContext, hub: SimpulProcess
) -> None:
    page = await context.new_page()
    answer = await page.goto(f"{hub.url}/daerah/99.99")
    assert answer is not None
    assert answer.status == 404
    unknown = page.get_by_test_id("unknown")
    await expect(unknown).to_contain_text("Tidak ada daerah dengan kode “99.99” di server ini.")
    await unknown.get_by_role("link", name="Layar pantau").click()
    await expect(page.get_by_test_id("rank-row")).to_have_count(27)
    await page.close()


async def test_the_wall_leads_to_the_page_and_back_and_keeps_the_session(
    browser: Browser, hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, hub, Role.PROVINCE, ["32"])
    page = await context.new_page()
    await page.goto(f"{hub.url}/")
    row = page.locator("[data-testid='rank-row'][data-code='32.11']")
    await row.get_by_role("link", name="Kab. Sumedang").press("Enter")
    await expect(page).to_have_url(f"{hub.url}/daerah/32.11")
    await expect(page.get_by_test_id("decision").first).to_be_visible()
    await page.get_by_test_id("to-wall").click()
    await page.locator("a:has(path[data-code='32.01'])").press("Enter")
    await expect(page).to_have_url(f"{hub.url}/daerah/32.01")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Kabupaten Bogor")
    await context.close()


async def test_a_decision_for_a_region_of_another_instance_says_where_it_is_recorded(
    browser: Browser, hub: SimpulProcess
) -> None:
    """A request that the server refuses is not retried: the page says so, and what to do."""
    context = await open_signed_in(browser, hub, Role.PROVINCE, ["32"])
    with sqlite3.connect(hub.data_dir / "simpul.db") as database:
        source_row = ("32.13", "wss://simpul.subang.example/graphql", "FRESH", "", 0, 0, False)
        database.execute(
            "INSERT INTO source (region, url, state, detail, base, generation, diverged)"
            " VALUES (?,?,?,?,?,?,?)",
            source_row,
        )
    url = f"{hub.url}/daerah/32.13"
    visit = await open_visit(context, url, hub)
    await visit.wait_until_complete()
    page = visit.page
    form = page.get_by_test_id("decision").first
    await form.locator("summary").click()
    await form.get_by_label("Alasan keputusan").fill("menunggu anggaran")
    await form.get_by_role("button", name="Tunda").click()
    await expect(form.get_by_role("alert")).to_have_text(
        "Keputusan untuk daerah ini hanya dapat dicatat di simpul daerah itu sendiri. Buka halaman "
        "daerah ini di sana dan masuklah dengan akun simpul itu."
    )
    link = form.get_by_role("link", name="Buka halaman di simpul itu")
    await expect(link).to_have_attribute("href", "https://simpul.subang.example/daerah/32.13")
    await expect(form.get_by_label("Alasan keputusan")).to_have_value("menunggu anggaran")
    await context.close()


async def test_no_sentence_implies_exchanges_in_a_region_without_any(
    context: BrowserContext, hub: SimpulProcess
) -> None:
    """Garut has four applications and no recorded exchange, and no sentence implies one."""
    page = (await open_visit(context, f"{hub.url}/daerah/32.05", hub)).page
    diagnoses = page.get_by_test_id("diagnoses").locator("[data-diagnosis]")
    await expect(diagnoses).to_have_count(9)
    for diagnosis, sentence in {
        "propagation": "Belum ada pertukaran antara dua aplikasi",
        "debt": "Belum ada pertukaran untuk dinilai.",
        "cut-points": "Belum ada pertukaran, sehingga tidak ada yang dapat terputus.",
        "producers": "Belum ada pertukaran yang menyebut objek datanya.",
        "isolated": "4 dari 4 aplikasi belum memiliki pertukaran data pada dasar ini.",
    }.items():
        diagnosis_element = page.locator(f"[data-diagnosis='{diagnosis}']")
        await expect(diagnosis_element).to_contain_text(sentence)
    await expect(page.get_by_test_id("diagnoses")).not_to_contain_text("dari 0")
    await page.close()
