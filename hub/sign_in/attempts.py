"""Limits the attempts to guess a password or to fill the table of challenges.

An attempt counts as a failure from its beginning until it succeeds, so that many attempts at once
are not more than as many one after the other. The failures are in the database, because the workers
of an instance count them together.

An address with too many failures is refused, but for one attempt with each login that has none: a
stranger who shares the address of an office behind a proxy does not keep the office from signing in.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from hub.sign_in.refusal import Refusal
from resolvers.context import Instance
from storage.database import Session
from storage.throttle import (
    Throttle,
    delete_old_throttles,
    delete_throttle,
    forgive_failure,
    lock_throttle,
    store_throttle,
)

FAILURES_BEFORE_LOCK = 5  # of one login
LOCK_FIRST, LOCK_LONGEST = timedelta(minutes=1), timedelta(minutes=15)
FAILURES_PER_ADDRESS = 50  # in each window; an office may share an address
CHALLENGES_PER_ADDRESS = 300
ADDRESS_WINDOW = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)  # without another failure
CLEANED_EVERY = timedelta(minutes=15)
IPV6_NETWORK_BITS = 64  # what one subscriber has


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that may be made, and counts as a failure until it is `forgiven`."""

    login_key: str
    address_key: str | None  # None if the address has reached its limit and is not counted further
    locks_login: bool  # whether its failure locks the login


class Attempts:
    """The attempts at an instance, whose secret is in the digests of logins and addresses."""

    def __init__(self, instance: Callable[[], Instance]) -> None:
        self._instance = instance
        self._cleaned_at: datetime | None = None

    async def begin(self, login: str, address: str, now: datetime) -> Attempt:
        """Count an attempt to sign in.

        Raises:
            Refusal: there were too many failures for this login, or from this address and some for
                this login.
        """
        if self._cleaned_at is None or now - self._cleaned_at > CLEANED_EVERY:
            self._cleaned_at = now
            async with self._instance().database.write() as session:
                await delete_old_throttles(session, now - FORGOTTEN_AFTER)
        window, window_end = _window(now)
        login_key = self._key("login", login)
        counted_key = self._key("address", _network(address), window)
        address_key: str | None = counted_key
        async with self._instance().database.write() as session:
            by_login = await lock_throttle(session, login_key, now)
            _check_blocked(by_login.blocked_until, now)
            try:
                await self._count_in_window(
                    session, counted_key, FAILURES_PER_ADDRESS, now, window_end
                )
            except Refusal:
                if by_login.failures:
                    raise
                address_key = None
            failures = by_login.failures + 1
            locks_login = failures >= FAILURES_BEFORE_LOCK
            blocked_until = now + _lock_duration(failures) if locks_login else None
            await store_throttle(session, login_key, Throttle(failures, blocked_until), now)
        return Attempt(login_key, address_key, locks_login)

    async def forgive(self, session: Session, attempt: Attempt) -> None:
        """Record that an attempt has succeeded, in the transaction of its success."""
        await delete_throttle(session, attempt.login_key)
        if attempt.address_key is not None:
            await forgive_failure(session, attempt.address_key)

    async def take_back(self, session: Session, attempt: Attempt) -> None:
        """Record that an attempt has had no verdict, so that it is neither failure nor success."""
        await forgive_failure(session, attempt.login_key, unblock=attempt.locks_login)
        if attempt.address_key is not None:
            await forgive_failure(session, attempt.address_key)

    async def forget(self, session: Session, login: str) -> None:
        """Unlock a login, whose person has a new way to sign in."""
        await delete_throttle(session, self._key("login", login))

    async def count_challenge(self, address: str, now: datetime) -> None:
        """Count a challenge that a client without a session wants.

        Raises:
            Refusal: there were too many from this address.
        """
        window, window_end = _window(now)
        key = self._key("challenge", _network(address), window)
        async with self._instance().database.write() as session:
            await self._count_in_window(session, key, CHALLENGES_PER_ADDRESS, now, window_end)

    async def _count_in_window(
        self, session: Session, key: str, most: int, now: datetime, window_end: datetime
    ) -> None:
        counted = (await lock_throttle(session, key, now)).failures
        if counted >= most:
            _check_blocked(window_end, now)
        await store_throttle(session, key, Throttle(counted + 1), now)

    def _key(self, *parts: str) -> str:
        secret = self._instance().secret.encode()
        return hmac.digest(secret, "\n".join(parts).encode(), "sha256").hex()


def _check_blocked(until: datetime | None, now: datetime) -> None:
    if until is not None and until > now:
        seconds = ceil((until - now).total_seconds())
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            "TOO_MANY_ATTEMPTS",
            f"there were too many attempts; try again in {seconds} s",
            retry_after_seconds=seconds,
        )


def _lock_duration(failures: int) -> timedelta:
    doublings: int = min(failures - FAILURES_BEFORE_LOCK, 10)
    return min(LOCK_FIRST * (1 << doublings), LOCK_LONGEST)


def _window(now: datetime) -> tuple[str, datetime]:
    seconds = ADDRESS_WINDOW.total_seconds()
    number = int(now.timestamp() // seconds)
    return str(number), datetime.fromtimestamp((number + 1) * seconds, UTC)


def _network(address: str) -> str:
    """Return what the addresses of one client have in common."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # of a test client, or of a socket without an address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, IPV6_NETWORK_BITS), strict=False))
