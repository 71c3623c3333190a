"""The wall's alert about regions whose own node is not followed, in a real browser.

The tests answer the query for the sources themselves; `test_wall.py` stops a real node.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]

Source = dict[str, Any]

WEB = Path(__file__).parents[2] / "clients" / "web"
WIDTH_OF_55_INCHES = 1_218  # mm of a panel of 16 to 9
READING_DISTANCE = 200  # times the height of a capital
INTER_CAPITAL = 0.727  # em
NODES = ["32.11", "32.12", "32.78"]


def source(
    region: str,
    state: str,
    as_of: str | None = "2025-03-04T17:30:00Z",
    *,
    problem: str | None = None,
    clock: str | None = None,
    refused: int = 0,
) -> Source:
    return {
        "regionCode": region,
        "state": state,
        "asOf": as_of,
        "problem": problem,
        "clock": clock,
        "refusedCount": refused,
    }


ONE_UNREACHABLE = [source("32.11", "UNREACHABLE")]
SENTENCES = [
    (ONE_UNREACHABLE, "id", ["Kab. Sumedang tidak dapat dihubungi sejak 5 Mar 00.30."]),
    (ONE_UNREACHABLE, "en", ["No contact with Kab. Sumedang since 5 Mar 00:30."]),
    (
        [source("32.11", "STALE")],
        "id",
        ["Data Kab. Sumedang tertinggal sejak 5 Mar 00.30."],
    ),
    (
        [source("32.11", "STALE")],
        "en",
        ["The data of Kab. Sumedang has lagged behind since 5 Mar 00:30."],
    ),
    (
        [source("32.11", "DIVERGED")],
        "id",
        ["Catatan Kab. Sumedang berbeda dari salinan di sini sejak 5 Mar 00.30."],
    ),
    (
        [source("32.11", "DIVERGED")],
        "en",
        ["The log of Kab. Sumedang has differed from the copy here since 5 Mar 00:30."],
    ),
    (
        [source("32.11", "UNREACHABLE", None)],
        "id",
        ["Kab. Sumedang belum pernah dapat dihubungi."],
    ),
    (
        [source("32.11", "UNREACHABLE", "2025-03-04T18:00:00Z"), source("32.12", "UNREACHABLE")],
        "id",
        [
            (
                "Kab. Sumedang dan 1 daerah lain tidak dapat dihubungi "
                "sejak 5 Mar 00.30 atau sesudahnya."
            ),
        ],
    ),
    (
        [source("32.11", "STALE"), source("32.12", "DIVERGED"), source("32.78", "FRESH")],
        "id",
        [
            "Catatan Kab. Indramayu berbeda dari salinan di sini sejak 5 Mar 00.30.",
            "Data Kab. Sumedang tertinggal sejak 5 Mar 00.30.",
        ],
    ),
    # The log of the province has the results of its regions.
    (
        [source("32", "UNREACHABLE"), source("32.11", "FRESH")],
        "id",
        ["Jawa Barat tidak dapat dihubungi sejak 5 Mar 00.30."],
    ),
    # The wall does not show a region of another province.
    ([source("35.01", "UNREACHABLE"), source("32.11", "FRESH")], "id", []),
]


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    viewport = {"width": 1920, "height": 1080}
    context = await browser.new_context(viewport=viewport, locale="id-ID")  # type: ignore[arg-type]
    yield await context.new_page()
    await context.close()


async def open_wall(
    page: Page, read_hub: SimpulProcess, sources: list[Source], query: str = "", ranks: int = 27
) -> None:
    """Open the wall of a hub that follows these sources, and wait until it has read them."""

    async def with_sources(route: Route) -> None:
        if "query Sources" in (route.request.post_data or ""):
            await route.fulfill(json={"data": {"sources": sources}})
        else:
            await route.continue_()

    await page.route("**/graphql", with_sources)
    await page.goto(f"{read_hub.url}/{query}")
    await expect(page.get_by_test_id("rank-row")).to_have_count(ranks)
    await expect(page.get_by_test_id("nodes")).to_be_visible()


@pytest.mark.parametrize(("sources", "language", "sentences"), SENTENCES)
async def test_each_state_has_a_sentence(
    page: Page, read_hub: SimpulProcess, sources: list[Source], language: str, sentences: list[str]
) -> None:
    await open_wall(page, read_hub, sources, f"?bahasa={language}")
    await expect(page.get_by_test_id("source-alert").locator("p")).to_have_text(sentences)
    behind = {row["regionCode"] for row in sources if row["state"] != "FRESH"}
    rows = page.locator("[data-testid='rank-row'].behind")
    await expect(rows).to_have_count(len(behind & set(NODES)))


@pytest.mark.parametrize(
    ("width", "height", "metres"),
    [(1366, 768, 3.8), (1920, 1080, 5.0), (3840, 2160, 5.0)],
)
async def test_an_alert_is_read_from_afar_and_leaves_every_rank_on_the_screen(
    page: Page, read_hub: SimpulProcess, width: int, height: int, metres: float
) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    await open_wall(page, read_hub, ONE_UNREACHABLE)
    alert = page.get_by_test_id("source-alert")
    await expect(alert).to_be_visible()
    size = await alert.evaluate("alert => parseFloat(getComputedStyle(alert).fontSize)")
    capital = size * INTER_CAPITAL * WIDTH_OF_55_INCHES / width
    assert capital * READING_DISTANCE >= metres * 1_000
    assert await bottom(page.get_by_test_id("rank-row").last) <= await top(alert)
    assert await bottom(alert) <= await bottom(page.get_by_test_id("ranking")) <= height


async def test_an_alert_makes_room_for_the_ranks_of_a_fuller_edition(
    page: Page, read_hub: SimpulProcess
) -> None:
    await page.set_viewport_size({"width": 1366, "height": 768})
    await open_wall(page, read_hub, ONE_UNREACHABLE, "?tahun=2025&jenis=OFFICIAL", ranks=2)
    alert = page.get_by_test_id("source-alert")
    await expect(alert).to_have_css("font-size", "44.72px")
    await page.get_by_label("Edisi").select_option(label="Otomatis")
    await expect(page.get_by_test_id("rank-row")).to_have_count(27)
    await expect(alert).to_have_css("font-size", "29.9px")
    assert await bottom(page.get_by_test_id("rank-row").last) <= await top(alert)


async def test_more_names_than_fit_are_counted(page: Page, read_hub: SimpulProcess) -> None:
    many = [source(f"32.{number:02d}", "UNREACHABLE") for number in range(1, 19)]
    await open_wall(page, read_hub, many)
    alert = page.get_by_test_id("source-alert")
    await expect(alert).to_have_text(
        "Kab. Bogor, Kab. Sukabumi, dan 16 daerah lain tidak dapat dihubungi sejak 5 Mar 00.30."
    )
    assert await bottom(page.get_by_test_id("rank-row").last) <= await top(alert)
    assert await bottom(alert) <= await bottom(page.get_by_test_id("ranking")) <= 1080


async def test_on_a_phone_an_alert_names_more_and_is_no_wider_than_the_page(
    page: Page, read_hub: SimpulProcess
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await open_wall(page, read_hub, [source(code, "UNREACHABLE") for code in NODES])
    await expect(page.get_by_test_id("source-alert")).to_have_text(
        "Kab. Sumedang, Kab. Indramayu, dan Kota Tasikmalaya tidak dapat dihubungi "
        "sejak 5 Mar 00.30."
    )
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_an_alert_has_no_accessibility_violation_in_either_theme(
    page: Page, read_hub: SimpulProcess
) -> None:
    await open_wall(page, read_hub, ONE_UNREACHABLE)
    await expect(page.get_by_test_id("source-alert")).to_be_visible()
    await page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text())
    # `test_wall.py` checks the rest of the page.
    parts = "['[data-testid=source-alert]', '.behind']"
    for theme, rules in (("dark", "{}"), ("light", "{ runOnly: ['color-contrast'] }")):
        await expect(page.locator("html")).to_have_attribute("data-theme", theme)
        report = await page.evaluate(f"axe.run({parts}, {rules})")
        assert report["passes"] != []
        assert [
            f"{violation['id']}: {violation['nodes'][0]['html']}"
            for violation in report["violations"]
        ] == []
        await page.get_by_role("button", name="Tema").click()


MARKS = [
    (
        "id",
        "Simpul sendiri, mutakhir. Jam simpul pemiliknya berjalan mundur. 3 entri ditolak.",
        (
            "Simpul sendiri tidak dapat dihubungi, Data per 5 Mar 2025 00.30.00 WIB. "
            "Simpul pemiliknya menolak permintaan server ini."
        ),
    ),
    (
        "en",
        (
            "Own node, up to date. The clock of the owner's node runs backwards. "
            "3 entries are refused."
        ),
        (
            "Own node cannot be reached, Data as of 5 Mar 2025 00:30:00 WIB. "
            "The owner's node refuses the requests of this server."
        ),
    ),
]


@pytest.mark.parametrize(("language", "doubtful", "rejected"), MARKS)
async def test_a_mark_says_what_is_wrong_with_a_source(
    page: Page, read_hub: SimpulProcess, language: str, doubtful: str, rejected: str
) -> None:
    sources = [
        source("32.11", "FRESH", clock="BACKWARDS", refused=3),
        source("32.12", "UNREACHABLE", problem="REJECTED"),
        source("32.78", "FRESH"),
    ]
    await open_wall(page, read_hub, sources, f"?bahasa={language}")
    for code, text, sign in (
        ("32.11", doubtful, "●!"),
        ("32.12", rejected, "○"),
        ("32.78", MARKS[language == "en"][1].partition(". ")[0], "●"),
    ):
        row = page.locator(f'[data-testid="rank-row"][data-code="{code}"]')
        mark = row.get_by_test_id("source")
        await expect(mark).to_have_attribute("title", text)
        await expect(mark.locator("[aria-hidden]")).to_have_text(sign)


REFUSED = {
    "sequence": 15,
    "reason": "FOREIGN_RESULT",
    "at": "2025-03-04T17:00:00Z",
    "detail": "expected a result of another region",
}


async def open_region(page: Page, hub: SimpulProcess, region_source: Source) -> Locator:
    """Open the page of a region with this source, and return what it says about the source."""
    parent = {"source": source("32", "OWNED")}

    async def with_source(route: Route) -> None:
        if "query RegionSource" in (route.request.post_data or ""):
            region = {"source": region_source, "parent": parent}
            await route.fulfill(json={"data": {"region": region}})
        else:
            await route.continue_()

    await page.route("**/graphql", with_source)
    await page.goto(f"{hub.url}/daerah/32.11")
    return page.get_by_test_id("source-panel")


async def test_the_page_of_a_region_explains_its_source_to_everyone(
    page: Page, read_hub: SimpulProcess
) -> None:
    public = {
        **source("32.11", "DIVERGED", problem="HISTORY_CHANGED", clock="AHEAD", refused=1),
        "ownerUrl": None,
        "detail": None,
        "refusedEntries": [{**REFUSED, "detail": None}],
    }
    panel = await open_region(page, read_hub, public)
    await expect(panel.locator("p")).to_have_text(
        [
            (
                "Catatan simpul pemiliknya bertentangan dengan yang pernah dikirimnya. Tanyakan kepada "
                "pengelola simpul itu apakah cadangannya dipulihkan. Salinan di sini tidak diubah "
                "sampai pengelola server ini menjalankan `simpul forget`."
            ),
            (
                "Jam simpul pemiliknya terlalu cepat. Entrinya dicatat dengan waktu kedatangannya di "
                "sini. Pengelola simpul itu menyetel jamnya."
            ),
            (
                "1 entri ditolak. Simpul itu mengirim hal yang tidak berhak dinyatakannya, sehingga "
                "tidak diberlakukan di sini, seluruhnya atau sebagian. Entri sesudahnya tetap "
                "diberlakukan."
            ),
        ]
    )
    await expect(panel.locator("details, a")).to_have_count(0)


@pytest.mark.parametrize(
    ("owner", "links"),
    [
        ("https://node.example/graphql", ["https://node.example/daerah/32.11"]),
        ("javascript:alert(1)//graphql", []),
    ],
)
async def test_those_who_cover_a_region_read_what_was_refused_and_find_its_owner(
    page: Page, read_hub: SimpulProcess, owner: str, links: list[str]
) -> None:
    covered = {
        **source("32.11", "UNREACHABLE", problem="NO_CONNECTION", refused=4),
        "ownerUrl": owner,
        "detail": "no connection: <b>x</b>",
        "refusedEntries": [REFUSED],
    }
    panel = await open_region(page, read_hub, covered)
    await expect(panel).to_contain_text("Keterangan teknis: no connection: <b>x</b>")
    refused = panel.get_by_test_id("refused-entries")
    await refused.locator("summary").click()
    await expect(refused.locator("li, p")).to_have_text(
        [
            (
                "Entri 15, diterima 5 Mar 2025 00.00.00 WIB: hasil penilaian yang dicatat oleh pihak "
                "lain, bukan oleh daerah itu (expected a result of another region)"
            ),
            "dan 3 entri lain",
        ]
    )
    hrefs = await panel.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert hrefs == links


async def top(locator: Locator) -> float:
    box = await locator.bounding_box()
    assert box is not None
    return box["y"]


async def bottom(locator: Locator) -> float:
    box = await locator.bounding_box()
    assert box is not None
    return box["y"] + box["height"]
