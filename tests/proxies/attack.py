"""An attacker from one address, and a visitor from another."""

from __future__ import annotations

import asyncio
import multiprocessing
import secrets
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from http import HTTPStatus
from pathlib import Path

from tests.proxies.site import Site, check, client_from

ATTACKER, VISITOR = "127.0.0.2", "127.0.0.3"
ATTACK_SECONDS = 8.0
CONNECTIONS = 8
VISITS = 40
PAUSE_SECONDS = 0.1
# Each target is another computation, so that no answer comes from a cache.
HEAVY = """
query ($a: Decimal!, $b: Decimal!, $c: Decimal!, $d: Decimal!, $e: Decimal!) {
  region(code: "32.05") {
    a: pathToTarget(input: { target: $a }) { __typename }
    b: pathToTarget(input: { target: $b }) { __typename }
    c: pathToTarget(input: { target: $c }) { __typename }
    d: pathToTarget(input: { target: $d }) { __typename }
    e: pathToTarget(input: { target: $e }) { __typename }
  }
}
"""


async def attack_from_another_address(site: Site) -> str:
    """An attacker changes nothing for a visitor, also when he states the visitor's address"""
    alone = await visit(site)
    run = asyncio.get_running_loop().run_in_executor
    # In a process of its own, so that the visitor does not wait for the attacker's own work.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        await run(process, attack, site.address, site.authority, 0.0)  # once it is started
        attacking = run(process, attack, site.address, site.authority, ATTACK_SECONDS)
        await asyncio.sleep(ATTACK_SECONDS / 4)
        under_attack = await visit(site)
        answers = await attacking
    refused = answers[HTTPStatus.TOO_MANY_REQUESTS]
    if refused == 0:
        raise AssertionError(f"expected refusals with 429, got {dict(answers)}")
    return (
        f"attacker got {answers[HTTPStatus.OK]} answers and {refused} times 429; visitor got "
        f"{VISITS} of {VISITS}, {describe_times(under_attack)}; without the attack "
        f"{describe_times(alone)}"
    )


async def visit(site: Site) -> list[float]:
    """Return the seconds that each query of a visitor took; all must be answered."""
    seconds = []
    async with site.client(VISITOR) as http:
        for _ in range(VISITS):
            began = time.monotonic()
            answer = await http.post(
                f"{site.address}/graphql", json={"query": "{ instance { name } }"}
            )
            seconds.append(time.monotonic() - began)
            check(answer.status_code, HTTPStatus.OK)
            await asyncio.sleep(PAUSE_SECONDS)
    return seconds


def attack(address: str, authority: Path, seconds: float) -> Counter[int]:
    """Attack over some connections, and count the answers by status."""

    async def attack_over_each() -> list[Counter[int]]:
        attacks = (send_heavy_queries(address, authority, seconds) for _ in range(CONNECTIONS))
        return await asyncio.gather(*attacks)

    return sum(asyncio.run(attack_over_each()), Counter())


async def send_heavy_queries(address: str, authority: Path, seconds: float) -> Counter[int]:
    """Send what is expensive as fast as it is answered, and count the answers by status."""
    statuses: Counter[int] = Counter()
    deadline = time.monotonic() + seconds
    async with client_from(ATTACKER, authority) as http:
        while time.monotonic() < deadline:
            # If the hub believed these, the visitor would pay, or no budget would ever be used up.
            stated = secrets.choice(
                (VISITOR, f"10.{secrets.randbelow(250)}.0.{secrets.randbelow(250)}")
            )
            headers = {"x-forwarded-for": stated, "x-real-ip": stated, "forwarded": f"for={stated}"}
            targets = {name: f"3.{secrets.randbelow(10**6):06}" for name in "abcde"}
            body = {"query": HEAVY, "variables": targets}
            answer = await http.post(f"{address}/graphql", json=body, headers=headers)
            statuses[answer.status_code] += 1
            if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                check(int(answer.headers["retry-after"]) > 0, True)
    return statuses


def describe_times(seconds: list[float]) -> str:
    """Return the median, the 95th percentile and the longest time, in milliseconds."""
    times = [round(time * 1000) for time in sorted(seconds)]
    p95 = times[int(len(times) * 0.95)]
    return f"p50 {times[len(times) // 2]}, p95 {p95}, longest {times[-1]} ms"
