"""Attempts to sign in are limited by login and by address, for all workers together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.instance import open_instance
from hub.settings import Settings
from hub.sign_in.attempts import (
    ADDRESS_WINDOW,
    CHALLENGES_PER_ADDRESS,
    FAILURES_PER_ADDRESS,
    Attempts,
)
from hub.sign_in.refusal import Refusal

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # the beginning of a window


async def wait_of(attempts: Attempts, login: str, address: str, now: datetime) -> int | None:
    """Make an attempt that fails; return how many seconds to wait if it is refused."""
    try:
        await attempts.begin(login, address, now)
    except Refusal as refusal:
        return refusal.retry_after_seconds
    return None


async def test_a_login_is_locked_longer_after_each_failure(database_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=database_url)) as instance:
        attempts, another_worker = Attempts(lambda: instance), Attempts(lambda: instance)
        now = NOW
        for number in range(5):
            attempt = await attempts.begin("ani", f"192.0.2.{number}", now)
            assert attempt.locks_login is (number == 4)
        for minutes in (1, 2, 4, 8, 15, 15):
            seconds = minutes * 60
            assert await wait_of(another_worker, "ani", "192.0.2.9", now) == seconds
            last_second = now + timedelta(seconds=seconds - 1)
            assert await wait_of(another_worker, "ani", "192.0.2.9", last_second) == 1
            now += timedelta(seconds=seconds)
            assert await wait_of(attempts, "ani", "192.0.2.9", now) is None
        assert await wait_of(attempts, "budi", "192.0.2.9", now) is None

        async with instance.database.write() as session:
            await attempts.forgive(session, attempt)
        assert await wait_of(attempts, "ani", "192.0.2.9", now) is None
        now += timedelta(days=2)
        for _ in range(5):
            assert await wait_of(attempts, "ani", "192.0.2.9", now) is None
        assert await wait_of(attempts, "ani", "192.0.2.9", now) == 60


@pytest.mark.parametrize(
    ("addresses", "same"),
    [
        (("192.0.2.1", "192.0.2.1"), True),
        (("192.0.2.1", "192.0.2.2"), False),
        (("2001:db8::1", "2001:db8::ffff:1"), True),
        (("2001:db8::1", "2001:db8:0:1::1"), False),
        (("192.0.2.1", "::ffff:192.0.2.1"), True),
    ],
)
async def test_an_address_with_many_failures_is_refused_for_logins_with_failures(
    sqlite_database_url: str, addresses: tuple[str, str], same: bool
) -> None:
    first, second = addresses
    async with open_instance(Settings(SIMPUL_DATABASE_URL=sqlite_database_url)) as instance:
        attempts = Attempts(lambda: instance)
        for number in range(FAILURES_PER_ADDRESS):
            assert await wait_of(attempts, f"login-{number}", first, NOW) is None
        later = NOW + timedelta(minutes=5)
        assert await wait_of(attempts, "login-0", first, later) == 600
        assert await wait_of(attempts, "login-1", second, later) == (600 if same else None)
        assert await wait_of(attempts, "login-2", first, NOW + ADDRESS_WINDOW) is None


async def test_an_address_with_many_failures_lets_a_login_without_failures_try_once(
    sqlite_database_url: str,
) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=sqlite_database_url)) as instance:
        attempts = Attempts(lambda: instance)
        for number in range(FAILURES_PER_ADDRESS):
            assert await wait_of(attempts, f"login-{number}", "192.0.2.1", NOW) is None
        for _ in range(3):  # the right password each time
            attempt = await attempts.begin("ani", "192.0.2.1", NOW)
            async with instance.database.write() as session:
                await attempts.forgive(session, attempt)
        assert await wait_of(attempts, "ani", "192.0.2.1", NOW) is None
        assert await wait_of(attempts, "ani", "192.0.2.1", NOW) == 900
        assert await wait_of(attempts, "login-0", "192.0.2.1", NOW) == 900


async def test_an_attempt_without_a_verdict_is_no_failure(sqlite_database_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=sqlite_database_url)) as instance:
        attempts = Attempts(lambda: instance)
        for _ in range(4):
            await attempts.begin("ani", "192.0.2.1", NOW)
        for _ in range(FAILURES_PER_ADDRESS):
            attempt = await attempts.begin("ani", "192.0.2.1", NOW)
            assert attempt.locks_login
            async with instance.database.write() as session:
                await attempts.take_back(session, attempt)
        assert await wait_of(attempts, "ani", "192.0.2.1", NOW) is None
        assert await wait_of(attempts, "ani", "192.0.2.1", NOW) == 60


async def test_successes_from_an_address_do_not_count(sqlite_database_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=sqlite_database_url)) as instance:
        attempts = Attempts(lambda: instance)
        for number in range(FAILURES_PER_ADDRESS + 5):
            attempt = await attempts.begin(f"login-{number}", "192.0.2.1", NOW)
            async with instance.database.write() as session:
                await attempts.forgive(session, attempt)
        # Of an address over its limit, only the first attempt with a login is not refused.
        assert await wait_of(attempts, "ani", "192.0.2.1", NOW) is None
        assert await wait_of(attempts, "ani", "192.0.2.1", NOW) is None


async def test_an_address_gets_a_bounded_number_of_challenges(database_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=database_url)) as instance:
        attempts = Attempts(lambda: instance)
        wanted = [
            attempts.count_challenge("192.0.2.1", NOW) for _ in range(CHALLENGES_PER_ADDRESS + 3)
        ]
        results = await asyncio.gather(*wanted, return_exceptions=True)
        assert sum(isinstance(result, Refusal) for result in results) == 3
        assert sum(result is None for result in results) == CHALLENGES_PER_ADDRESS
