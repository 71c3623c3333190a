"""Checks a page in a browser with the rules of axe."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page

WEB = Path(__file__).parents[2] / "clients" / "web"


async def expect_accessible(page: Page) -> None:
    # As an evaluation, because the page's content security policy allows no other script tag.
    await page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text())
    report = await page.evaluate("axe.run()")
    assert [
        f"{violation['id']}: {violation['nodes'][0]['html']}" for violation in report["violations"]
    ] == []
