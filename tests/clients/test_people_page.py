"""The page of people in a real browser, when answers come late or the account changes."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Route, expect

from engine.model import Role
from tests.clients.signed_in import open_signed_in, sign_in
from tests.fixtures.processes import SimpulProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]
GARUT = "32.05"


async def test_the_forms_wait_for_the_regions_in_which_rights_are_given(
    browser: Browser, read_hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, read_hub, Role.REGION, [GARUT])
    page = await context.new_page()
    has_people, may_answer = asyncio.Event(), asyncio.Event()

    async def hold_regions(route: Route) -> None:
        body = route.request.post_data or ""
        if "query ScopeRegions" in body:
            await may_answer.wait()
        response = await route.fetch()
        await route.fulfill(response=response)
        if "query People(" in body:
            has_people.set()

    await page.route("**/graphql", hold_regions)
    await page.goto(f"{read_hub.url}/akun/orang")
    await has_people.wait()
    waiting = page.get_by_role("main").get_by_role("status")
    await expect(waiting).to_be_visible()
    invitation = page.get_by_test_id("invite")
    await expect(invitation).to_have_count(0)
    may_answer.set()
    await expect(invitation).to_contain_text("Kabupaten Garut")
    await invitation.get_by_label("Nama", exact=True).fill("Dede")
    await invitation.get_by_label("Nama masuk").fill("dede.dinkes")
    await expect(invitation.get_by_role("checkbox").first).to_be_visible()
    await invitation.get_by_role("button", name="Buat undangan").press("Enter")
    await expect(invitation).to_contain_text("Pilihlah sedikitnya satu perangkat daerah.")
    await expect(invitation.get_by_role("checkbox").first).to_be_focused()
    async with context.expect_page() as opened:
        await invitation.get_by_role("link", name="Catat perangkat daerah").press("Enter")
    opds = (await opened.value).get_by_test_id("offices")
    await expect(opds.get_by_role("textbox").first).to_be_visible()
    await context.close()


async def test_the_list_shows_what_others_do_when_the_person_returns(
    browser: Browser, read_hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, read_hub, Role.REGION, [GARUT])
    page = await context.new_page()
    reads: list[int] = []

    async def count_people(route: Route) -> None:
        is_read = "query People(" in (route.request.post_data or "")
        response = await route.fetch()
        if not is_read:
            await route.fulfill(response=response)
            return
        reads.append(1)
        data = await response.json()
        data["data"]["accounts"]["totalCount"] = 40 + len(reads)
        await route.fulfill(response=response, json=data)

    await page.route("**/graphql", count_people)
    await page.goto(f"{read_hub.url}/akun/orang")
    people = page.get_by_test_id("people")
    await expect(people).to_contain_text("41")
    await page.evaluate("window.dispatchEvent(new Event('focus'))")
    await expect(people).to_contain_text("42")
    await context.close()


async def test_a_form_says_that_another_person_is_signed_in_and_asks_no_one_to_sign_in(
    browser: Browser, read_hub: SimpulProcess
) -> None:
    context = await open_signed_in(browser, read_hub, Role.REGION, [GARUT])
    page = await context.new_page()
    await page.goto(f"{read_hub.url}/akun/orang")
    form = page.get_by_test_id("invite")
    await form.get_by_label("Nama", exact=True).fill("Dede")
    await form.get_by_label("Nama masuk").fill("dede.dinkes")
    await form.get_by_role("checkbox").first.check()
    await sign_in(context, read_hub, Role.ASSESSOR, [GARUT])
    other = await context.new_page()
    await other.goto(f"{read_hub.url}/akun")
    await expect(page.get_by_test_id("session-replaced")).to_be_visible()
    await form.get_by_role("button", name="Buat undangan").press("Enter")
    await expect(form).to_contain_text("berhenti karena orang lain yang masuk sekarang")
    await expect(page.get_by_test_id("session-dialog")).to_have_count(0)
    await expect(form.get_by_label("Nama", exact=True)).to_have_value("Dede")
    await context.close()
