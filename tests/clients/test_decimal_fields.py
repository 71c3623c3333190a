"""The input fields for decimal numbers on a region's page, in a real browser."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]

TARGET_EXPECTED = (
    "Isilah dengan angka dari 1,01 sampai 5,00, paling banyak dua angka di belakang koma, "
    "misalnya 4,5."
)
BUFFER_EXPECTED = (
    "Isilah dengan angka dari 0,00 sampai 1,00, paling banyak dua angka di belakang koma, "
    "misalnya 0,1."
)
ACCEPTED = [
    ("4,5", "4.5", "4,50"),
    ("4.5", "4.5", "4,50"),
    (" 4,50 ", "4.5", "4,50"),
    ("4", "4", "4,00"),
    ("1,01", "1.01", "1,01"),
    ("5,00", "5", "5,00"),
]
REFUSED = ["", "empat", "4,5,6", "1.234,5", "1.234", "-1", "5,1", "1,00", "45", "4,", "4e0", "0x4"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser, read_hub: SimpulProcess) -> AsyncIterator[Page]:
    """Yield a region's page in an English browser for all tests; each test fills in the form."""
    context = await browser.new_context(locale="en-US")
    page = await context.new_page()
    await page.goto(f"{read_hub.url}/daerah/32.11")
    await expect(page.get_by_test_id("plan-summary")).to_be_visible()
    yield page
    await context.close()


async def submit_field(page: Page, field: str, text: str) -> list[dict[str, str]]:
    """Fill in one field, press the button, and return the inputs of the paths asked for."""
    path_inputs: list[dict[str, str]] = []

    def record_path_query(request: Request) -> None:
        document = json.loads(request.post_data or "{}")
        if document.get("query", "").strip().startswith("query Path("):
            path_inputs.append(document["variables"]["input"])

    page.on("request", record_path_query)
    await page.get_by_label(field).fill(text)
    await page.get_by_role("button", name="Hitung", exact=True).click()
    await expect(page.get_by_test_id("jalan")).to_have_attribute("aria-busy", "false")
    page.remove_listener("request", record_path_query)
    return path_inputs


@pytest.mark.parametrize(("text", "target", "shown"), ACCEPTED)
async def test_a_comma_and_a_point_mean_the_same_number(
    page: Page, text: str, target: str, shown: str
) -> None:
    path_inputs = await submit_field(page, "Target indeks", text)
    assert [path_input["target"] for path_input in path_inputs] == [target]
    await expect(page.get_by_label("Target indeks")).to_have_value(shown)
    await expect(page.get_by_label("Target indeks")).to_have_attribute("aria-invalid", "false")


@pytest.mark.parametrize("text", REFUSED)
async def test_any_other_text_is_refused_in_the_pages_language_and_kept(
    page: Page, text: str
) -> None:
    field = page.get_by_label("Target indeks")
    plan = page.get_by_test_id("plan")
    before = await plan.inner_text()
    assert await submit_field(page, "Target indeks", text) == []
    await expect(field).to_have_value(text)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(TARGET_EXPECTED)
    await expect(field).to_be_focused()
    assert await plan.inner_text() == before


async def test_the_buffer_is_read_as_the_target_is(page: Page) -> None:
    await page.get_by_label("Target indeks").fill("4,6")
    assert await submit_field(page, "Cadangan", "1,1") == []
    await expect(page.get_by_label("Cadangan")).to_have_accessible_description(BUFFER_EXPECTED)
    path_inputs = await submit_field(page, "Cadangan", "0,05")
    assert [(path_input["target"], path_input["buffer"]) for path_input in path_inputs] == [
        ("4.6", "0.05")
    ]
    await expect(page.get_by_label("Cadangan")).to_have_value("0,05")


async def test_a_refusal_and_an_accepted_number_follow_the_pages_language(page: Page) -> None:
    await page.get_by_label("Target indeks").fill("4,6")
    await submit_field(page, "Cadangan", "0,05")
    assert await submit_field(page, "Target indeks", "empat") == []
    await page.get_by_role("button", name="English").click()
    target = page.get_by_label("Target index")
    await expect(target).to_have_value("empat")
    await expect(target).to_have_accessible_description(
        "Enter a number from 1.01 to 5.00 with at most two decimal places, for example 4.5."
    )
    await expect(page.get_by_label("Buffer")).to_have_value("0.05")
    await page.get_by_role("button", name="Indonesia").click()


async def test_no_page_has_a_field_that_reads_numbers_as_the_browser_does() -> None:
    sources = (Path(__file__).parents[2] / "clients/web/src").rglob("*.svelte")
    assert [path.name for path in sources if 'type="number"' in path.read_text()] == []
