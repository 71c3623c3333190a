"""The keys that verify tokens: the JWKS document of an identity provider.

Each key is tied to one family of algorithms, so a token cannot choose how it is verified.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from hub.auth.checked_transport import CheckedTransport
from hub.auth.provider_discovery import ProviderUnavailable
from storage.log import Clock

_UNREADABLE = (OSError, ValueError, RecursionError, httpx2.HTTPError, ProviderUnavailable)

DOCUMENT_BYTES: Final = 262_144
REFRESH_EVERY: Final = timedelta(seconds=30)  # the longest time that a withdrawn key stays trusted
TRUSTED_FOR: Final = timedelta(hours=24)  # after the last time that the document could be read
RSA_BITS: Final = 2048


class KeysUnavailable(Exception):
    """The published keys could not be read, so no token can be verified."""

    code = "KEYS_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key and the names of the algorithms that may be used with it."""

    key: Key
    algorithms: tuple[str, ...]


class KeySource(Protocol):
    """A source of signing keys."""

    async def find(self, key_id: str) -> SigningKey | None:
        """Return the key with this id, or None if there is none."""


class PublishedKeys:
    """The JWKS document of an identity provider, which is read from a file or by HTTPS when needed.

    If it cannot be read again, the keys that were read before stay trusted for a day.

    Args:
        source: a file, an address, or a function that finds the address.
        private: whether the address may be in a private network or on this machine.
        authority: a file with the certificates of the authorities to trust for TLS.
    """

    def __init__(
        self,
        source: str | Path | Callable[[], Awaitable[str]],
        clock: Clock,
        *,
        private: bool = False,
        authority: Path | None = None,
    ) -> None:
        self._transport = CheckedTransport(private=private, authority=authority)
        self._source = source
        self._clock = clock
        self._keys: dict[str, SigningKey] = {}
        self._document = b""
        self._read_at: datetime | None = None  # the last time with success
        self._tried_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> SigningKey | None:
        """Return the key with this id; the document is read at most once in half a minute.

        Raises:
            KeysUnavailable: the document could not be read so far, or for a day.
        """
        if self._lock.locked():  # a slow provider delays only one request, if the key is known
            key = self._keys.get(key_id)
            if key is not None and self._is_trusted():
                return key
        async with self._lock:
            if self._tried_at is None or self._clock() - self._tried_at >= REFRESH_EVERY:
                self._tried_at = self._clock()
                try:
                    document = await self._read()
                    if document != self._document:  # else the keys stay the same objects
                        self._keys, self._document = _signing_keys(document), document
                    self._read_at = self._clock()
                except _UNREADABLE as error:
                    if not self._is_trusted():
                        raise KeysUnavailable(
                            f"no JWKS document at {self._source_name()}"
                        ) from error
            if not self._is_trusted():
                raise KeysUnavailable(f"no JWKS document at {self._source_name()}")
            return self._keys.get(key_id)

    def _is_trusted(self) -> bool:
        return self._read_at is not None and self._clock() - self._read_at < TRUSTED_FOR

    async def _read(self) -> bytes:
        if isinstance(self._source, Path):
            with self._source.open("rb") as file:
                return file.read(DOCUMENT_BYTES + 1)
        address = self._source if isinstance(self._source, str) else await self._source()
        async with httpx2.AsyncClient(transport=self._transport, trust_env=False) as client:
            response = await client.get(address)
        if response.status_code != httpx2.codes.OK:
            raise ValueError(f"expected status 200, got {response.status_code}")
        return response.content

    def _source_name(self) -> str:
        if isinstance(self._source, str | Path):
            return str(self._source)
        return "the address that the identity provider states"


def _signing_keys(document: bytes) -> dict[str, SigningKey]:
    """Return the usable keys by id, without symmetric, encryption and weak keys.

    A document without a usable key is believed, because it may withdraw the only key.
    """
    if len(document) > DOCUMENT_BYTES:
        raise ValueError(f"expected a JWKS document of at most {DOCUMENT_BYTES} bytes, got more")
    parsed = json.loads(document)
    entries = parsed.get("keys") if isinstance(parsed, dict) else None
    keys: dict[str, SigningKey] = {}
    if not isinstance(entries, list):
        raise ValueError("expected a JWKS document, got something else")  # noqa: TRY004
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
            continue
        key_id = entry.get("kid")
        if not isinstance(key_id, str) or entry.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        try:
            key = JWKRegistry.import_key(entry)
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # an unreadable key does not invalidate the others
        declared = entry.get("alg")
        algorithms = tuple(name for name in _permitted_algorithms(key) if declared in (None, name))
        if algorithms:
            keys[key_id] = SigningKey(key, algorithms)
    return keys


def _permitted_algorithms(key: Key) -> tuple[str, ...]:
    match key:
        case RSAKey() if key.raw_value.key_size >= RSA_BITS:
            return ("RS256",)
        case ECKey() if key.curve_name == "P-256":
            return ("ES256",)
        case OKPKey() if key.curve_name == "Ed25519":
            return ("Ed25519", "EdDSA")  # one algorithm, under its names in RFC 9864 and RFC 8037
    return ()
