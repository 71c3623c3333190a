"""The wall and a page of a region in a real browser."""

from __future__ import annotations

import asyncio
import os
import shutil

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request, WebSocket, async_playwright

from tests.fixtures.browser import FLAGS, NAMES
from tests.proxies.site import REGION, Site, check

SHOWN_SECONDS = 20.0
ABORTED = "net::ERR_ABORTED"  # the page was left before the answer came


async def pages_are_live(site: Site) -> str:
    """In Chromium the wall connects, and the page of a region hears of a change"""
    program = os.environ.get("SIMPUL_TEST_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        return "skipped: expected chromium on the PATH or its path in SIMPUL_TEST_CHROMIUM"
    acknowledged, changed = asyncio.Event(), asyncio.Event()
    failed: list[str] = []
    waiting: list[str] = []
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=flags)
        context = await chromium.new_context(ignore_https_errors=True)  # of a certificate for a day
        page = await context.new_page()

        def count(frame: str | bytes) -> None:
            if '"connection_ack"' in str(frame):
                acknowledged.set()
            if '"next"' in str(frame):
                changed.set()

        def listen(socket: WebSocket) -> None:
            socket.on("framereceived", count)

        def fail(request: Request) -> None:
            waiting.remove(request.url)
            if request.failure != ABORTED:
                failed.append(f"{request.url} {request.failure}")

        page.on("websocket", listen)
        page.on("request", lambda request: waiting.append(request.url))
        page.on("requestfinished", lambda request: waiting.remove(request.url))
        page.on("requestfailed", fail)
        page.on(
            "response",
            lambda answer: (
                failed.append(f"{answer.url} {answer.status}") if answer.status >= 400 else None
            ),
        )
        try:
            await page.goto(f"{site.address}/")
            await (
                page.get_by_text("Kota Bandung")
                .filter(visible=True)
                .first.wait_for(timeout=SHOWN_SECONDS * 1000)
            )
            async with asyncio.timeout(SHOWN_SECONDS):
                await acknowledged.wait()
                acknowledged.clear()
                await page.goto(f"{site.address}/daerah/{REGION}")
                await acknowledged.wait()
                await site.register_application()
                await changed.wait()
        except (PlaywrightError, TimeoutError) as error:
            raise AssertionError(
                f"expected a live page, got {error} at {page.url}; failed: {failed}; no answer yet: "
                f"{waiting}"
            ) from error
        check(failed, [])
        await chromium.close()
    return "ranking shown, a change arrived by WebSocket, no request failed"
