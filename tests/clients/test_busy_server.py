"""Pages of a server that is busy, or whose WebSockets a proxy does not pass on, in a real browser."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Browser, Page, Request, Route, WebSocketRoute, expect

from engine.model import Role
from tests.clients.signed_in import open_signed_in
from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]

WAITING = re.compile(r"^Server sedang sibuk; dicoba lagi dalam [1-3] detik\.$")
READ_AGAIN_MILLISECONDS = 13_000  # the wall reads again after ten seconds, a quarter more at most


async def open_page(browser: Browser) -> Page:
    context = await browser.new_context(
        viewport={"width": 1366, "height": 900},
        locale="id-ID",
    )
    return await context.new_page()


async def expect_status(page: Page, status: str) -> None:
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", status)


def busy(code: str, seconds: float) -> str:
    extensions = {"code": code, "retryAfterSeconds": seconds}
    return json.dumps({"errors": [{"message": "try later", "extensions": extensions}]})


async def test_a_wall_reads_its_figures_again_while_websockets_fail(
    browser: Browser, read_hub: SimpulProcess
) -> None:
    page = await open_page(browser)
    readings: list[Request] = []
    is_blocked = True

    def count(request: Request) -> None:
        if "query Wall(" in (request.post_data or ""):
            readings.append(request)

    async def pass_on(socket: WebSocketRoute) -> None:
        if is_blocked:
            await socket.close(code=4000, reason="a proxy refuses the upgrade")
        else:
            socket.connect_to_server()

    page.on("request", count)
    await page.route_web_socket("**/graphql", pass_on)
    await page.clock.install()
    await page.goto(read_hub.url)
    await expect_status(page, "lost")
    await expect(page.get_by_test_id("rank-row")).to_have_count(27)
    opened = len(readings)
    await page.clock.fast_forward(READ_AGAIN_MILLISECONDS)
    await expect_status(page, "reading")
    assert len(readings) == opened + 1
    await expect(page.get_by_test_id("banner")).to_contain_text(
        "Sambungan langsung belum dapat dibuka. Data dibaca ulang secara berkala, terakhir"
    )
    is_blocked = False
    await page.clock.fast_forward(READ_AGAIN_MILLISECONDS)
    await expect_status(page, "live")
    await expect(page.get_by_test_id("banner")).to_have_count(0)
    await page.context.close()


@pytest.mark.parametrize(
    ("status", "code"), [(429, "CLIENT_BUDGET_EXHAUSTED"), (200, "UNAVAILABLE")]
)
async def test_a_wall_waits_as_long_as_a_busy_server_asks_for(
    browser: Browser, read_hub: SimpulProcess, status: int, code: str
) -> None:
    page = await open_page(browser)
    refused: list[str] = []

    async def refuse_once(route: Route) -> None:
        if not refused and "query Wall(" in (route.request.post_data or ""):
            refused.append(code)
            await route.fulfill(status=status, content_type="application/json", body=busy(code, 2))
        else:
            await route.continue_()

    await page.route("**/graphql", refuse_once)
    await page.goto(read_hub.url)
    notice = page.get_by_test_id("busy")
    await expect(notice).to_have_text(WAITING)
    await expect(page.get_by_test_id("rank-row")).to_have_count(27)
    await expect(notice).to_have_count(0)
    await expect_status(page, "live")
    assert refused == [code]
    await page.context.close()


async def test_a_form_keeps_what_was_typed_while_the_server_is_busy(
    browser: Browser, read_hub: SimpulProcess
) -> None:
    page = await open_page(browser)
    sent: list[str | None] = []

    async def refuse_once(route: Route) -> None:
        if route.request.method != "POST":
            return await route.continue_()
        sent.append(route.request.post_data)
        if len(sent) > 1:
            return await route.continue_()
        await route.fulfill(status=503, headers={"retry-after": "1"}, body="busy")
        return None

    await page.route("**/sesi", refuse_once)
    await page.goto(f"{read_hub.url}/masuk")
    await page.get_by_label("Nama masuk").fill("tidak.ada")
    password = page.get_by_label("Kata sandi", exact=True)
    await password.fill("bukan kata sandi")
    await password.press("Enter")
    await expect(page.get_by_test_id("busy")).to_contain_text("Server sedang sibuk")
    await expect(page.get_by_label("Nama masuk")).to_have_value("tidak.ada")
    await expect(page.get_by_role("alert").first).to_contain_text("Nama masuk atau kata sandi")
    assert sent[0] == sent[1]
    assert len(sent) == 2
    await page.context.close()


async def test_a_file_is_uploaded_again_when_the_server_is_no_longer_busy(
    browser: Browser, read_hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, read_hub, Role.REGION, ["32.05"])
    page = await context.new_page()
    sent: list[bytes | None] = []

    async def refuse(route: Route) -> None:
        sent.append(route.request.post_data_buffer)
        is_first = len(sent) == 1
        code = "CLIENT_BUDGET_EXHAUSTED" if is_first else "TOO_MANY_DRAFTS"
        await route.fulfill(
            status=429 if is_first else 409,
            headers={"retry-after": "1"},
            body=json.dumps({"error": {"code": code, "message": "refused"}}),
        )

    await page.route("**/berkas?*", refuse)
    await page.goto(f"{read_hub.url}/peta/32.05/impor")
    file = page.get_by_label("Berkas daftar aplikasi")
    await file.set_input_files({"name": "a.csv", "mimeType": "", "buffer": b"Nama\nSatu\n"})
    await page.get_by_role("button", name="Unggah dan baca").press("Enter")
    await expect(page.get_by_test_id("busy")).to_have_text(WAITING)
    await expect(page.get_by_test_id("upload-problem")).to_contain_text("Sudah ada lima berkas")
    assert sent == [b"Nama\nSatu\n"] * 2
    await context.close()
