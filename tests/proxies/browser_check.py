"""The wall and a page of a region in a real browser."""

from __future__ import annotations

import asyncio
import os
import shutil
from urllib.parse import urlsplit

from playwright.async_api import WebSocket, async_playwright

from tests.fixtures.browser import FLAGS, NAMES
from tests.proxies.site import REGION, Site, check

SHOWN_SECONDS = 20.0


async def pages_are_live(site: Site) -> str:
    """In Chromium the wall connects, and the page of a region hears of a change"""
    program = os.environ.get("SIMPUL_TEST_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        return "skipped: expected chromium on the PATH or its path in SIMPUL_TEST_CHROMIUM"
    acknowledged, changed = asyncio.Event(), asyncio.Event()
    failed: list[str] = []
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

        page.on("websocket", listen)
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.on(
            "response",
            lambda answer: failed.append(answer.url) if answer.status >= 400 else None,
        )
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
        check({urlsplit(url).path for url in failed}, set())
        await chromium.close()
    return "ranking shown, a change arrived by WebSocket, no request failed"
