"""Passwords: what is a good one, and their hashes by Argon2id (RFC 9106)."""

from __future__ import annotations

import asyncio
import re
import string
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.sign_in.common_passwords import COMMON_PARTS
from hub.sign_in.refusal import Refusal

PASSWORD_CHARACTERS_LEAST = 12
PASSWORD_CHARACTERS_MOST = 128
DIFFERENT_CHARACTERS_LEAST = 5
HASHES_AT_ONCE = 2  # each takes 64 MiB and a tenth of a second
HASHES_WAITING_MOST = 40  # which is a wait of some seconds
RETRY_SECONDS = 5

_YEARS_AND_MARKS = re.compile(rf"(?:19|20)\d\d|[\s{re.escape(string.punctuation)}]+")

Result = TypeVar("Result")


def check_password(password: str, *own_names: str | None) -> None:
    """Check that a new password is hard to guess.

    Args:
        own_names: the login and the name of the person, which the password must not be.

    Raises:
        Refusal: it is too short, too long, or one that attackers try first.
    """
    length = len(password)
    if length < PASSWORD_CHARACTERS_LEAST:
        raise _unfit(
            "PASSWORD_TOO_SHORT",
            f"expected at least {PASSWORD_CHARACTERS_LEAST} characters, got {length}",
            least=PASSWORD_CHARACTERS_LEAST,
        )
    if length > PASSWORD_CHARACTERS_MOST:
        raise _unfit(
            "PASSWORD_TOO_LONG",
            f"expected at most {PASSWORD_CHARACTERS_MOST} characters, got {length}",
            most=PASSWORD_CHARACTERS_MOST,
        )
    if _is_common(password.lower(), [name.lower() for name in own_names if name]):
        raise _unfit(
            "PASSWORD_TOO_COMMON", "expected a password that is hard to guess, got a common one"
        )


class PasswordHashes:
    """Makes and verifies hashes in threads, a few at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = asyncio.Semaphore(HASHES_AT_ONCE)
        self._in_progress = 0

    async def create(self, password: str) -> str:
        """Return the hash of a new password.

        Raises:
            Refusal: too many others wait.
        """
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def verify(self, stored_hash: str | None, password: str) -> bool:
        """Whether the hash is that of the password; None takes as long, and is that of none.

        Raises:
            Refusal: too many others wait.
        """
        return await self._in_thread(lambda: self._verify_now(stored_hash, password))

    def is_outdated(self, stored_hash: str) -> bool:
        """Whether the hash was made with other parameters than a new one."""
        return self._hasher.check_needs_rehash(stored_hash)

    def _verify_now(self, stored_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(stored_hash or self._hash_of_no_password, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored_hash is not None

    @cached_property
    def _hash_of_no_password(self) -> str:
        return self._hasher.hash("")

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        if self._in_progress >= HASHES_AT_ONCE + HASHES_WAITING_MOST:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "BUSY",
                "too many people sign in at this moment; try again soon",
                retry_after_seconds=RETRY_SECONDS,
            )
        self._in_progress += 1
        try:
            async with self._places:
                return await asyncio.to_thread(work)
        finally:
            self._in_progress -= 1


def _unfit(code: str, message: str, **details: object) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, code, message, details=details)


def _is_common(password: str, own_names: list[str]) -> bool:
    if len(set(password)) < DIFFERENT_CHARACTERS_LEAST:
        return True
    words = {*own_names, *(name.partition("@")[0] for name in own_names)}
    words |= {word for name in own_names for word in name.split()}
    # A password of nothing but words, years and marks is found by trying words in a row.
    return _consists_of(_YEARS_AND_MARKS.sub("", password), COMMON_PARTS | words) or (
        _consists_of(password, COMMON_PARTS | words)
    )


def _consists_of(text: str, parts: frozenset[str] | set[str]) -> bool:
    """Whether a text is parts in a row, with at most three characters after the last."""
    reachable = [True] + [False] * len(text)
    for start in range(len(text)):
        if not reachable[start]:
            continue
        for part in parts:
            if part and text.startswith(part, start):
                reachable[start + len(part)] = True
    # Some digits after the last word do not help.
    return any(reachable[max(0, len(text) - 3) :]) if len(text) > 3 else True
