"""An instance that follows the hub through the proxy, whose certificate it trusts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx2

from engine.model import Role
from tests.fixtures.credentials import add_token
from tests.proxies.hub_commands import run_command
from tests.proxies.site import REGION, Site

FOLLOW_SECONDS = 30.0
SOURCES = "{ sources { regionCode state problem } }"
APPLICATIONS = """
query ($code: ID!) { region(code: $code) { applications(first: 200) { nodes { id } } } }
"""


async def node_follows(site: Site) -> str:
    """A node follows a region through the proxy, and gets a change"""
    folder = site.folder / f"node-{site.hub.url.rpartition(':')[2]}"
    folder.mkdir()
    token = await add_token(site.hub.database_url, Role.FOLLOWER, [REGION])
    (folder / "hub.token").write_text(token)
    (folder / "hub.token").chmod(0o600)
    follows = folder / "follows.toml"
    follows.write_text(
        f'[[endpoint]]\nurl = "{site.address}/graphql"\nregions = ["{REGION}"]\nprivate = true\n'
        f'token_file = "hub.token"\nauthority = "{site.authority}"\n'
    )
    await asyncio.to_thread(run_command, folder, "migrate")
    node = await asyncio.to_thread(
        lambda: site.start("serve", data_dir=folder, environment={"SIMPUL_FOLLOWS": str(follows)})
    )
    try:
        began = time.monotonic()
        await wait_until(node.url, has_fresh_copy, SOURCES)
        copied = time.monotonic() - began
        application = await site.register_application()
        began = time.monotonic()

        def has_change(data: dict[str, Any]) -> bool:
            return {"id": application} in data["region"]["applications"]["nodes"]

        await wait_until(node.url, has_change, APPLICATIONS, code=REGION)
        return f"copied after {copied:.1f} s, a change after {time.monotonic() - began:.1f} s"
    finally:
        await asyncio.to_thread(node.stop)


def has_fresh_copy(data: dict[str, Any]) -> bool:
    """Whether the sources state a fresh copy of the region."""
    return {"regionCode": REGION, "state": "FRESH", "problem": None} in data["sources"]


async def wait_until(
    url: str, condition: Callable[[dict[str, Any]], bool], document: str, **variables: str
) -> None:
    """Ask the node until its answer meets a condition."""
    deadline = time.monotonic() + FOLLOW_SECONDS
    body = {"query": document, "variables": variables}
    async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
        while True:
            answer = (await http.post(f"{url}/graphql", json=body)).json()
            if answer.get("data") is not None and condition(answer["data"]):
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"expected {condition.__name__}, got {answer}")
            await asyncio.sleep(0.1)
