"""The pages of an instance under a root path, behind a proxy that takes the path off."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Response, expect

from tests.clients.stripping_proxy import stripping_proxy
from tests.fixtures.processes import start_processes

ROOT = "/simpul"
WEB = Path(__file__).parents[2] / "clients/web/src"
COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->|(?<![:\"'`])//[^\n]*", re.DOTALL)
# A path of the instance, but for one that a function of `rootPath.ts` takes or returns.
OWN_PATH = re.compile(
    r"""(?<!rootedPath\()(?<!rootedAddress\()(?<!pagePath\(\)[ ]===[ ])["'`]/(?:[a-z][\w./-]*)?(?:["'`?]|\$\{)"""
)
# A request that `sendSession` puts under the root path, a separator, and the type of such a path.
HARMLESS = re.compile(
    r"""sendSession(?:<[^(]*>)?\(\s*"[A-Z]+",\s*"/|(?:split|join|startsWith)\("/"\)|`/\$\{string\}`"""
)
OWN_ADDRESS = re.compile(r"\blocation\.(?:pathname|origin|host)\b")
# Both are about the whole address of the page.
WHOLE_ADDRESS = {"shared/rootPath.ts", "shared/address.ts", "signin/code.svelte.ts"}


def list_sources() -> dict[str, str]:
    files = [file for file in WEB.rglob("*") if file.suffix in (".ts", ".svelte")]
    return {
        file.relative_to(WEB).as_posix(): COMMENT.sub("", file.read_text())
        for file in files
        if file.name != "graphql-env.d.ts"
    }


def test_every_path_of_the_instance_begins_with_the_root_path() -> None:
    sources = list_sources()
    bypassing = [
        (name, match.group())
        for name, text in sources.items()
        for match in OWN_PATH.finditer(HARMLESS.sub("", text))
    ]
    addresses = {name for name, text in sources.items() if OWN_ADDRESS.search(text)}
    assert (bypassing, addresses - WHOLE_ADDRESS) == ([], set())


@pytest.mark.integration
@pytest.mark.asyncio(loop_scope="session")
async def test_all_pages_work_behind_a_proxy_that_takes_the_path_off(
    browser: Browser, filled_template: Path, tmp_path: Path
) -> None:
    shutil.copy(filled_template, tmp_path)
    with start_processes(tmp_path) as start:
        environment = {"SIMPUL_ROOT_PATH": ROOT}
        hub = start("demo", "--no-nodes", data_dir=tmp_path, environment=environment)
        [code] = re.findall(r"ADMIN .*/simpul/masuk(#tautan=\S+)", hub.log.read_text())
        async with stripping_proxy(hub.url, ROOT) as proxy:
            context = await browser.new_context(locale="id-ID")
            page = await context.new_page()
            failed: list[str] = []

            def note(response: Response) -> None:
                if response.status >= 400:
                    failed.append(f"{response.status} {urlsplit(response.url).path}")

            page.on("response", note)
            live = page.locator('[data-testid="connection"][data-status="live"]')
            await page.goto(f"{proxy}{ROOT}/")
            await expect(live).to_be_visible()
            await page.goto(f"{proxy}{ROOT}/masuk{code}")
            await expect(page).to_have_url(f"{proxy}{ROOT}/")
            await page.goto(f"{proxy}{ROOT}/daerah/32.11")
            await expect(live).to_be_visible()
            bar = page.get_by_test_id("session-bar")
            await expect(bar).to_contain_text("Contoh")
            await page.goto(f"{proxy}{ROOT}/peta/32.11/impor")
            await expect(page.locator("main")).to_contain_text("Kabupaten Sumedang")
            template = page.locator(f'a[href="{ROOT}/unduh/32.11/templat.xlsx"]')
            await expect(template.first).to_be_visible()
            await page.goto(f"{proxy}{ROOT}/akun/orang")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await page.goto(f"{proxy}{ROOT}/graphql")
            await expect(page.locator(".graphiql-query-editor")).to_contain_text("query Top")
            await page.get_by_label("Execute query").click()
            await expect(page.locator(".result-window")).to_contain_text("Kota Bandung")
            assert failed == []
            [cookie] = await context.cookies()
            assert (cookie["path"], cookie["name"][:7]) == (ROOT, "simpul-")
            await context.close()
