"""An open page of a region, and changes that a test makes while it is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2
from playwright.async_api import BrowserContext, Locator, Page, expect

from engine.model import Role
from tests.fixtures.credentials import issue_token
from tests.fixtures.processes import SimpulProcess

CHAPTERS = (
    "kepala",
    "verifikasi",
    "inventaris",
    "integrasi",
    "duplikat",
    "usulan",
    "jalan",
    "peluang",
    "banding",
)

ANALYSES = (
    "estimatedProfile { __typename }",
    "verification { __typename } inventory { __typename }",
    "integrationGraph { __typename } diagnostics { __typename }",
    "duplicates { __typename } proposals { totalCount }",
    'outlook(target: "4.2") { __typename } peers { __typename }',
)
ANALYSIS_SECONDS = 60.0


@dataclass
class Visit:
    """An open page, and the errors that its browser reported."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)  # requests to other hosts

    def chapter(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    async def wait_until_complete(self) -> None:
        """Wait until every chapter has its data."""
        for name in CHAPTERS:
            await expect(self.chapter(name)).to_have_attribute("aria-busy", "false")
        await expect(self.page.get_by_text("Memuat…")).to_have_count(0)


def compute_analyses(hub: SimpulProcess, region: str) -> None:
    """Let a hub compute once what the page of a region shows; later requests are quick.

    The suite starts beside all checks and other browsers, and a page waits ten seconds only.
    """
    with httpx2.Client(timeout=ANALYSIS_SECONDS, trust_env=False) as http:
        for selection in ANALYSES:
            query = f'{{ region(code: "{region}") {{ {selection} }} }}'
            response = http.post(f"{hub.url}/graphql", json={"query": query})
            assert "errors" not in response.json(), response.text


async def open_visit(context: BrowserContext, url: str, hub: SimpulProcess) -> Visit:
    page = await context.new_page()
    visit = Visit(page)
    page.on("console", lambda m: visit.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    own_prefixes = (hub.url, hub.url.replace("http", "ws"), "data:", "blob:")
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(own_prefixes)
            else visit.foreign_requests.append(request.url)
        ),
    )
    await page.goto(url)
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    return visit


def token(hub: SimpulProcess, role: Role, region: str) -> str:
    """Return a token of a role in a region."""
    return issue_token(hub.database_url, role, [region])


def execute_mutation(
    hub: SimpulProcess, mutation: str, result_type: str, **input: Any
) -> dict[str, Any]:
    """Execute a mutation as Sumedang, and return the object that it created."""
    name = mutation[:1].upper() + mutation[1:]
    result = f"... on Problem {{ message }} ... on {result_type} {{ id version }}"
    query = f"mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{ {result} }} }}"
    response = httpx2.post(
        f"{hub.url}/graphql",
        json={"query": query, "variables": {"input": input}},
        headers={"Authorization": f"Bearer {token(hub, Role.REGION, '32.11')}"},
        trust_env=False,
    )
    answer: dict[str, Any] = response.json()["data"][mutation]
    return answer
