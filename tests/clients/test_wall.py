"""The wall page in a real browser, over a real process with the real data."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from engine.model import Role
from tests.fixtures.credentials import issue_token
from tests.fixtures.processes import SimpulProcess, StartSimpul

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]

WEB = Path(__file__).parents[2] / "clients" / "web"
FULL_HD = {"width": 1920, "height": 1080}
SEEN_WITHIN = 2_000  # ms from a mutation's response to the wall
HEALED_WITHIN = 30_000  # ms; the client waits longer after each failed attempt
REPLAYED_WITHIN = 60_000  # ms; all results at twenty a second, on a busy machine

RECORD = """
mutation ($value: Decimal!, $version: Int!) {
  recordResult(input: {
    regionCode: "32.13", instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL,
    value: $value, source: "test", version: $version
  }) {
    ... on Assessment { version score { index { display } } }
    ... on Problem { message }
  }
}
"""

STOPPED = re.compile(r"^Kab\. Sumedang tidak dapat dihubungi sejak \d\d\.\d\d\.$")

SQUARE = [[107, -7], [108, -7], [108, -6], [107, -6], [107, -7]]  # counter-clockwise
DESCRIBE_FILL = """
path => {
  const filled = (x, y) => path.isPointInFill(new DOMPoint(x, y));
  const { width, height } = path.ownerSVGElement.viewBox.baseVal;
  const box = path.getBBox();
  return {
    corners: path.getAttribute("d").split(/[ML]/).length - 1,
    middle: filled(box.x + box.width / 2, box.y + box.height / 2),
    around: [[0, 0], [width, 0], [0, height], [width, height]].filter(([x, y]) => filled(x, y)),
  };
}
"""
# Text on a canvas is not in any element of the page.
RECORD_CANVAS_TEXT = """
window.written = new Set();
const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, ...position) {
  window.written.add(text);
  return fillText.call(this, text, ...position);
};
"""


@dataclass
class Wall:
    """An open wall, and the errors that its browser reported."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)  # requests to other hosts


@pytest.fixture
def own_hub(simpul_process: StartSimpul, filled_data_dir: Path) -> SimpulProcess:
    return simpul_process("demo", data_dir=filled_data_dir)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_wall(browser: Browser, read_hub: SimpulProcess) -> AsyncIterator[Wall]:
    """Yield one wall for all tests that do not change anything."""
    async with open_wall(browser, read_hub) as wall:
        yield wall


@pytest_asyncio.fixture(loop_scope="session")
async def wall(browser: Browser, read_hub: SimpulProcess) -> AsyncIterator[Wall]:
    async with open_wall(browser, read_hub) as wall:
        yield wall


@pytest_asyncio.fixture(loop_scope="session")
async def own_wall(browser: Browser, own_hub: SimpulProcess) -> AsyncIterator[Wall]:
    async with open_wall(browser, own_hub) as wall:
        yield wall


@asynccontextmanager
async def open_wall(browser: Browser, hub: SimpulProcess) -> AsyncIterator[Wall]:
    context = await browser.new_context(viewport=FULL_HD, locale="id-ID")  # type: ignore[arg-type]
    page = await context.new_page()
    wall = Wall(page)
    page.on("console", lambda m: wall.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: wall.errors.append(str(error)))
    own_prefixes = (hub.url, hub.url.replace("http", "ws"), "data:", "blob:")
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(own_prefixes)
            else wall.foreign_requests.append(request.url)
        ),
    )
    await page.goto(hub.url)
    await expect(rank_rows(page)).to_have_count(27)
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    yield wall
    await context.close()


def rank_rows(page: Page) -> Any:
    return page.get_by_test_id("rank-row")


def record_result(hub: SimpulProcess, value: str, version: int) -> dict[str, Any]:
    """Correct Subang's official result of 2024, as the province."""
    token = issue_token(hub.database_url, Role.PROVINCE, ["32"])
    response = httpx2.post(
        f"{hub.url}/graphql",
        json={"query": RECORD, "variables": {"value": value, "version": version}},
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    answer: dict[str, Any] = response.json()["data"]["recordResult"]
    return answer


async def test_shows_the_27_regions_of_2024_within_their_card(shared_wall: Wall) -> None:
    page = shared_wall.page
    await expect(page.get_by_test_id("edition")).to_contain_text("2024")
    await expect(page.get_by_test_id("edition")).to_contain_text("Hasil resmi")
    first = [await rank_rows(page).nth(number).inner_text() for number in range(3)]
    assert [" ".join(row.split()) for row in first] == [
        "1 ▲ 3 naik 3, +0,61 Kota Bandung 4,59 Memuaskan",
        "2 = tetap, +0,37 Kab. Sumedang 4,51 Memuaskan",
        "3 ▼ 2 turun 2, +0,02 Kab. Karawang 4,40 Memuaskan",
    ]
    await expect(page.get_by_test_id("province")).to_contain_text("4,73")
    await expect(rank_rows(page).filter(has_text="Jawa Barat")).to_have_count(0)
    card = await page.get_by_test_id("ranking").bounding_box()
    last = await rank_rows(page).nth(26).bounding_box()
    assert card is not None
    assert last is not None
    assert last["y"] + last["height"] <= card["y"] + card["height"] <= FULL_HD["height"]


async def test_the_line_of_means_goes_through_no_mean_over_a_few_regions(wall: Wall) -> None:
    page = wall.page
    await page.add_init_script(RECORD_CANVAS_TEXT)
    await page.reload()
    trend = page.get_by_test_id("trend")
    await expect(trend.locator("p")).to_have_text(
        "Instrumen berbeda tidak dapat dibandingkan. Tidak digambar karena mencakup kurang dari "
        "90% daerah: 2018 (hanya 2 dari 27), 2019 (hanya 3 dari 27), 2020 (hanya 3 dari 27), "
        "2021 (hanya 6 dari 27), 2022 (hanya 9 dari 27), dan 2025 (hanya 2 dari 27)."
    )
    await expect(trend.get_by_role("row", name="2025")).to_contain_text("4,57, dari 2 di antara 27")
    await expect(trend.locator("canvas")).to_be_visible()
    written = await page.evaluate("[...window.written]")
    points = {text for text in written if re.fullmatch(r"\d,\d\d", text)}
    scale = {text for text in written if re.fullmatch(r"\d,\d", text)}
    assert (points, scale) == ({"3,38", "3,90"}, {"3,0", "4,0"})
    assert {text for text in written if "/" in text} == {"2/27", "3/27", "6/27", "9/27"}
    assert wall.errors == []


async def test_without_a_year_of_nearly_all_regions_no_line_is_drawn(
    read_hub: SimpulProcess, wall: Wall
) -> None:
    await wall.page.goto(f"{read_hub.url}/?tahun=2023&jenis=SELF")
    trend = wall.page.get_by_test_id("trend")
    await expect(trend.locator("p")).to_have_text(
        "Tidak digambar karena mencakup kurang dari 90% daerah: 2023 (hanya 2 dari 27)."
    )
    await expect(trend.locator("canvas")).to_have_count(0)
    assert wall.errors == []


async def test_asks_no_other_host_and_prints_no_error(shared_wall: Wall) -> None:
    await shared_wall.page.wait_for_timeout(1_000)
    assert (shared_wall.foreign_requests, shared_wall.errors) == ([], [])


async def test_has_no_accessibility_violation_in_either_theme(shared_wall: Wall) -> None:
    page = shared_wall.page
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


async def test_a_change_and_a_deleted_copy_show_without_a_reload(
    own_hub: SimpulProcess, own_wall: Wall
) -> None:
    page = own_wall.page
    await page.evaluate("window.untouched = true")
    assert record_result(own_hub, "4.60", 1) == {
        "version": 2,
        "score": {"index": {"display": "4.60"}},
    }
    await expect(rank_rows(page).first).to_contain_text("Subang", timeout=SEEN_WITHIN)
    await expect(rank_rows(page).first).to_contain_text("4,60")
    await expect(page.get_by_test_id("ticker")).to_contain_text("Subang")
    await expect(rank_rows(page)).to_have_count(27)
    with sqlite3.connect(own_hub.data_dir / "simpul.db") as database:  # as `simpul forget` does it
        subang = "SELECT id FROM assessment WHERE region = '32.13' AND year = 2024"
        database.execute(f"DELETE FROM level WHERE assessment IN ({subang})")
        database.execute(f"DELETE FROM assessment WHERE id IN ({subang})")
        database.execute("UPDATE instance SET epoch = 'another'")
    database.close()
    await expect(rank_rows(page)).to_have_count(26, timeout=SEEN_WITHIN)
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    assert await page.evaluate("window.untouched") is True


async def test_a_gap_that_rounds_to_nothing_is_less_than_a_hundredth(
    read_hub: SimpulProcess, wall: Wall
) -> None:
    page = wall.page
    await page.route("**/graphql", answered_with_small_gaps)
    await page.reload()
    gaps = page.get_by_test_id("nearest").locator(".gap")
    await expect(gaps).to_have_text(
        ["kurang dari 0,01"] * 2 + ["kurang 0,10"] + ["kurang 0,12"] * 2
    )
    await page.get_by_role("button", name="English").click()
    await expect(gaps.first).to_have_text("less than 0.01 short")
    await page.goto(f"{read_hub.url}/daerah/32.77")
    await expect(page.get_by_test_id("kepala")).to_contain_text(
        "Selisih dengan predikat Memuaskan, yang dimulai dari 4,20, kurang dari 0,01."
    )
    peer = page.get_by_test_id("peers").locator("tbody tr").first
    await expect(peer.locator("td").first).to_contain_text("kurang dari 0,01")
    await expect(peer).to_contain_text("nilai domain kurang dari 0,01, jenis 0,00, penduduk 0,00")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_test_id("kepala")).to_contain_text(
        "Less than 0.01 short of the predicate Memuaskan, which begins at 4.20."
    )


async def answered_with_small_gaps(route: Route) -> None:
    """Answer as the hub does, with small gaps of Cimahi and Cirebon, and a near peer of Cimahi."""
    response = await route.fetch()
    answer = await response.json()
    document = route.request.post_data or ""
    if "query Wall(" in document:
        ranks = {rank["region"]["code"]: rank for rank in answer["data"]["ranking"]["nodes"]}
        ranks["32.77"]["score"]["nextPredicate"]["gap"]["value"] = "0.004"
        # The value is printed as the threshold itself.
        ranks["32.74"]["score"]["nextPredicate"]["gap"]["value"] = "0.00"
    elif "query Results(" in document:
        answer["data"]["region"]["index"]["nextPredicate"]["gap"]["value"] = "0.004"
    elif "query Peers(" in document:
        peer = answer["data"]["region"]["peers"]["peers"][0]
        for part in ("distance", "domainDistance"):
            peer[part]["value"] = "0.001"
        for part in ("kindDistance", "populationDistance"):
            peer[part]["value"] = "0.00"
    await route.fulfill(response=response, json=answer)


async def test_a_lost_connection_shows_at_once_and_heals_without_a_missed_change(
    own_hub: SimpulProcess, own_wall: Wall, simpul_process: StartSimpul
) -> None:
    hub, page = own_hub, own_wall.page
    hub.kill()
    await expect(page.get_by_test_id("banner")).to_be_visible(timeout=SEEN_WITHIN)
    await expect(rank_rows(page)).to_have_count(27)
    restarted_hub = simpul_process(
        "demo", port=int(hub.url.rpartition(":")[2]), data_dir=hub.data_dir
    )
    assert record_result(restarted_hub, "4.61", 1) == {
        "version": 2,
        "score": {"index": {"display": "4.61"}},
    }
    await expect(rank_rows(page).first).to_contain_text("4,61", timeout=HEALED_WITHIN)
    await expect(page.get_by_test_id("banner")).to_have_count(0)
    await expect(page.get_by_test_id("ticker").locator("li[data-code='32.13']")).to_have_count(1)


async def test_a_self_assessment_shares_neither_rank_nor_line_with_official_results(
    read_hub: SimpulProcess, wall: Wall
) -> None:
    page = wall.page
    await page.goto(f"{read_hub.url}/?tahun=2023&jenis=SELF")
    await expect(rank_rows(page)).to_have_count(2)
    await expect(page.get_by_test_id("edition")).to_contain_text("Penilaian mandiri")
    for card in ("ranking", "trend", "nearest"):
        await expect(page.get_by_test_id(card)).not_to_contain_text("Hasil resmi")
        await expect(page.get_by_test_id(card)).to_contain_text("Penilaian mandiri")


async def test_a_stopped_node_is_marked_and_heals_while_the_others_go_on(
    browser: Browser, simpul_process: StartSimpul
) -> None:
    hub = simpul_process("demo")
    context = await browser.new_context(viewport=FULL_HD, locale="id-ID")  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(hub.url)

    async def expect_state(code: str, state: str) -> None:
        row = page.locator(f'[data-testid="rank-row"][data-code="{code}"]')
        mark = row.get_by_test_id("source")
        await expect(mark).to_have_attribute("data-state", state, timeout=HEALED_WITHIN)

    await expect(rank_rows(page)).to_have_count(27)
    for code in ("32.11", "32.12", "32.78"):
        await expect_state(code, "FRESH")
    alert = page.get_by_test_id("source-alert")
    await expect(alert).to_have_count(0)
    region = await context.new_page()
    await region.goto(f"{hub.url}/daerah/32.11")
    await region.evaluate("window.untouched = true")
    source = region.get_by_test_id("source-state")
    await expect(source).to_contain_text("salinan mutakhir dari simpul pemiliknya")
    node = hub.data_dir / "nodes" / "32.11"
    node_line = re.search(
        r"Node 32\.11 +http://localhost:(\d+)/, process (\d+)", hub.log.read_text()
    )
    assert node_line is not None
    os.kill(int(node_line[2]), signal.SIGKILL)
    await expect_state("32.11", "UNREACHABLE")
    await expect_state("32.12", "FRESH")
    await expect(rank_rows(page)).to_have_count(27)
    await expect(page.get_by_test_id("nodes")).to_contain_text("2 dari 3")
    await expect(alert).to_have_text(STOPPED)
    await expect(source).to_have_attribute("data-state", "UNREACHABLE", timeout=HEALED_WITHIN)
    sentence = await alert.inner_text()
    await expect(region.get_by_test_id("source-alert")).to_have_text(sentence)
    await expect(source).to_contain_text(f"{sentence} Yang tampil adalah salinan terakhir.")
    environment = {"SIMPUL_FOLLOWS": str(node / "regions.toml")}
    simpul_process("serve", port=int(node_line[1]), data_dir=node, environment=environment)
    await expect_state("32.11", "FRESH")
    await expect(page.get_by_test_id("nodes")).to_contain_text("3 dari 3")
    await expect(alert).to_have_count(0)
    await expect(source).to_have_attribute("data-state", "FRESH", timeout=HEALED_WITHIN)
    await expect(region.get_by_test_id("source-alert")).to_have_count(0)
    assert await region.evaluate("window.untouched") is True
    await context.close()


@pytest.mark.soak
async def test_a_replay_is_marked_from_its_start_to_its_end(
    browser: Browser, simpul_process: StartSimpul
) -> None:
    hub = simpul_process("demo", "--replay", "--seconds", "0.05")
    page = await browser.new_page()
    await page.goto(hub.url)
    await expect(page.get_by_text("Belum ada hasil yang dapat ditampilkan.")).to_be_visible()
    await expect(page.get_by_text("PUTAR ULANG", exact=True)).to_be_visible()
    entries = page.get_by_test_id("ticker").locator("li")
    last = entries.first.filter(has_text="Target").filter(has_text="4,62")
    await expect(last).to_have_count(1, timeout=REPLAYED_WITHIN)
    await expect(page.get_by_text("PUTAR ULANG", exact=True)).to_be_visible()
    await expect(entries).to_have_count(40)
    await expect(entries.filter(has_text="Putar ulang")).to_have_count(40)
    # The target of 2025 leads to no edition of targets: the wall stays with official results.
    await expect(page.get_by_test_id("edition")).to_contain_text("2025")
    await expect(page.get_by_test_id("edition")).to_contain_text("Hasil resmi")
    await expect(rank_rows(page)).to_have_count(2)
    await page.close()


@pytest.mark.parametrize("ring", [SQUARE, SQUARE[::-1]], ids=["RFC 7946", "the other way"])
async def test_an_operators_own_map_is_drawn_whichever_way_its_rings_run(
    browser: Browser,
    simpul_process: StartSimpul,
    filled_data_dir: Path,
    tmp_path: Path,
    ring: list[list[float]],
) -> None:
    polygon = {"type": "Polygon", "coordinates": [ring]}
    point = {"type": "Point", "coordinates": ring[0]}
    map_file = tmp_path / "own.geojson"
    features = [feature("32.13", polygon), feature("32.12", point), feature("99.99", polygon)]
    map_file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    environment = {"SIMPUL_MAP_FILE": str(map_file)}
    hub = simpul_process("demo", data_dir=filled_data_dir, environment=environment)
    page = await browser.new_page()
    await page.goto(hub.url)
    await expect(rank_rows(page)).to_have_count(27)
    await expect(page.get_by_text("Peta skematis")).to_have_count(0)
    paths = page.locator("path[data-code]")
    await expect(paths).to_have_count(1)
    await expect(paths).to_have_attribute("data-code", "32.13")
    assert await paths.evaluate(DESCRIBE_FILL) == {"corners": 4, "middle": True, "around": []}
    await page.close()


def feature(code: str, geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


async def test_the_explorer_opens_without_any_outside_request(
    browser: Browser, read_hub: SimpulProcess
) -> None:
    page = await browser.new_page()
    wall = Wall(page)
    page.on("console", lambda m: wall.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: wall.errors.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((read_hub.url, "data:", "blob:"))
            else wall.foreign_requests.append(request.url)
        ),
    )
    await page.goto(f"{read_hub.url}/graphql")
    await expect(page.get_by_label("Query Editor")).to_contain_text("query Top")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.get_by_label("Result Window")).to_contain_text("Kota Bandung")
    assert (wall.foreign_requests, wall.errors) == ([], [])
    await page.close()
