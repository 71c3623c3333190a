"""The keys that verify tokens: the JWKS document of an identity provider.

Each key is tied to one family of algorithms, so a token cannot choose how it is verified.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

Clock = Callable[[], datetime]

DOCUMENT_BYTES: Final = 262_144
FETCH_SECONDS: Final = 5.0
REFRESH_EVERY: Final = timedelta(minutes=15)  # the longest time that a withdrawn key stays trusted
REFRESH_AT_MOST_EVERY: Final = timedelta(minutes=1)  # limits requests for unknown key ids
RSA_BITS: Final = 2048


class KeysUnavailable(Exception):
    """The published keys could not be read, so no token can be verified."""


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

    If it cannot be read again, the keys that were read before stay trusted.
    """

    def __init__(self, source: str | Path, clock: Clock) -> None:
        if isinstance(source, str):
            url = urlsplit(source)
            is_local = url.hostname in ("localhost", "127.0.0.1", "::1")
            if url.scheme != "https" and not (url.scheme == "http" and is_local):
                raise ValueError(f"expected an https address of a JWKS document, got {source!r}")
        self._source = source
        self._clock = clock
        self._keys: dict[str, SigningKey] | None = None
        self._tried_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> SigningKey | None:
        """Return the key with this id; an unknown id reads the document at most once a minute.

        Raises:
            KeysUnavailable: the document could not be read so far.
        """
        async with self._lock:
            if self._is_due(key_id):
                self._tried_at = self._clock()
                try:
                    self._keys = _signing_keys(await self._read())
                except (OSError, ValueError, RecursionError, httpx2.HTTPError) as error:
                    if self._keys is None:
                        raise KeysUnavailable(f"no JWKS document at {self._source}") from error
            if self._keys is None:
                raise KeysUnavailable(f"no JWKS document at {self._source}")
            return self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        if self._tried_at is None:
            return True
        age = self._clock() - self._tried_at
        is_known = self._keys is not None and key_id in self._keys
        return age >= (REFRESH_EVERY if is_known else REFRESH_AT_MOST_EVERY)

    async def _read(self) -> bytes:
        if isinstance(self._source, Path):
            with self._source.open("rb") as file:
                return file.read(DOCUMENT_BYTES + 1)
        document = bytearray()
        async with (
            asyncio.timeout(FETCH_SECONDS),
            httpx2.AsyncClient(trust_env=False, follow_redirects=False) as client,
            client.stream("GET", self._source, headers={"accept-encoding": "identity"}) as response,
        ):
            response.raise_for_status()
            async for chunk in response.aiter_raw():
                document += chunk
                if len(document) > DOCUMENT_BYTES:
                    break
        return bytes(document)


def _signing_keys(document: bytes) -> dict[str, SigningKey]:
    """Return the usable keys by id, without symmetric, encryption and weak keys."""
    if len(document) > DOCUMENT_BYTES:
        raise ValueError(f"expected a JWKS document of at most {DOCUMENT_BYTES} bytes, got more")
    parsed = json.loads(document)
    entries = parsed.get("keys") if isinstance(parsed, dict) else None
    keys: dict[str, SigningKey] = {}
    for entry in entries if isinstance(entries, list) else ():
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
    if not keys:
        raise ValueError("expected a JWKS document with a key to sign with, got none")
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
