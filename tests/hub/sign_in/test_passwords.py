"""Passwords that attackers try first are refused, and hashes are made a few at once."""

from __future__ import annotations

import asyncio

import pytest

from hub.sign_in.passwords import (
    HASHES_AT_ONCE,
    HASHES_WAITING_MOST,
    PasswordHashes,
    check_password,
)
from hub.sign_in.refusal import Refusal
from tests.hub.sign_in.browser import QUICK_HASHER


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kuda-laut-menari", None),
        ("Wortel7 & bayam", None),
        ("pohon kelapa tinggi", None),
        ("🦜🌴🚲🎏🧭🪁🥥🛶🌋🐢🎋🦋", None),
        ("a" * 5 + "bcdefgh" * 17, None),
        ("kuda-laut-1", "PASSWORD_TOO_SHORT"),
        ("kuda-laut-" * 13, "PASSWORD_TOO_LONG"),
        ("121212121212", "PASSWORD_TOO_COMMON"),
        ("abcabcabcabcabc", "PASSWORD_TOO_COMMON"),
        ("1234567890123", "PASSWORD_TOO_COMMON"),
        ("qwertyuiop123", "PASSWORD_TOO_COMMON"),
        ("Password12345", "PASSWORD_TOO_COMMON"),
        ("rahasia_rahasia", "PASSWORD_TOO_COMMON"),
        ("KataSandi-2026!", "PASSWORD_TOO_COMMON"),
        ("Garut-2024-2025", "PASSWORD_TOO_COMMON"),
        ("dinaskesehatan", "PASSWORD_TOO_COMMON"),
        ("Disdukcapil-Provinsi1", "PASSWORD_TOO_COMMON"),
        ("pemerintahdaerah", "PASSWORD_TOO_COMMON"),
        ("correct horse battery staple", "PASSWORD_TOO_COMMON"),
        ("ani.lestari@garut.go.id", "PASSWORD_TOO_COMMON"),
        ("Ani Lestari 99", "PASSWORD_TOO_COMMON"),
    ],
)
def test_a_password_must_be_hard_to_guess(password: str, code: str | None) -> None:
    refused = None
    try:
        check_password(password, "ani.lestari@garut.go.id", "Ani Lestari")
    except Refusal as refusal:
        refused = refusal.code
    assert refused == code


def test_the_longest_text_is_checked_at_once() -> None:
    with pytest.raises(Refusal, match="at most 128 characters, got 1000"):
        check_password("12" * 500, None)


async def test_a_hash_is_that_of_its_password_only() -> None:
    hashes = PasswordHashes(QUICK_HASHER)
    stored = await hashes.create("kuda-laut-menari")
    assert await hashes.verify(stored, "kuda-laut-menari")
    assert not await hashes.verify(stored, "kuda-laut-menari ")
    assert not await hashes.verify("not a hash", "kuda-laut-menari")
    assert not await hashes.verify(None, "")
    assert not hashes.is_outdated(stored)
    assert PasswordHashes().is_outdated(stored)


async def test_who_comes_when_the_line_is_full_is_refused() -> None:
    hashes = PasswordHashes(QUICK_HASHER)
    await hashes.verify(None, "")
    most = HASHES_AT_ONCE + HASHES_WAITING_MOST
    verifying = (hashes.verify(None, "kuda-laut-menari") for _ in range(most + 3))
    results = await asyncio.gather(*verifying, return_exceptions=True)
    refusals = [result for result in results if isinstance(result, Refusal)]
    assert [refusal.code for refusal in refusals] == ["BUSY"] * 3
    assert results.count(False) == most
    assert not await hashes.verify(None, "kuda-laut-menari")
