"""Reads the metadata of an identity provider (OpenID Connect Discovery)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx2

from hub.auth.checked_transport import CheckedTransport
from hub.auth.identity_provider import IdentityProvider, is_provider_url
from storage.log import Clock

REFRESH_EVERY: Final = timedelta(minutes=15)
RETRY_EVERY: Final = timedelta(seconds=10)  # after a failure, with metadata that were read before
PATH = "/.well-known/openid-configuration"


class ProviderUnavailable(Exception):
    """The identity provider did not respond as it should; the message says how."""


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """What this instance uses of the metadata."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    is_secret_in_body: bool = False  # the token endpoint takes no secret in a header
    states_issuer: bool = False  # the response to a sign-in has a parameter `iss` (RFC 9207)


class ProviderDiscovery:
    """The metadata of an identity provider, read when needed and kept for a quarter of an hour.

    While they cannot be read again, those that were read before are used.
    """

    def __init__(self, provider: IdentityProvider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._metadata: ProviderMetadata | None = None
        self._due_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def metadata(self) -> ProviderMetadata:
        """Return the metadata.

        Raises:
            ProviderUnavailable: they could not be read so far.
        """
        async with self._lock:
            now = self._clock()
            if self._metadata is None or self._due_at is None or now >= self._due_at:
                try:
                    self._metadata = await self._read()
                    self._due_at = now + REFRESH_EVERY
                except ProviderUnavailable:
                    if self._metadata is None:
                        raise
                    self._due_at = now + RETRY_EVERY
            return self._metadata

    async def jwks_uri(self) -> str:
        """Return the address of the keys.

        Raises:
            ProviderUnavailable: the metadata could not be read so far.
        """
        return (await self.metadata()).jwks_uri

    async def _read(self) -> ProviderMetadata:
        provider = self._provider
        address = provider.issuer.rstrip("/") + PATH
        transport = CheckedTransport(private=provider.private, authority=provider.authority)
        try:
            async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
                response = await client.get(address)
                if response.status_code != httpx2.codes.OK:
                    raise ProviderUnavailable(
                        f"expected status 200 from {address}, got {response.status_code}"
                    )
                metadata = json.loads(response.content)
        except (httpx2.HTTPError, ValueError, RecursionError) as error:
            raise ProviderUnavailable(f"no metadata at {address}: {error}") from error
        if not isinstance(metadata, dict):
            raise ProviderUnavailable(f"expected an object at {address}, got something else")
        if metadata.get("issuer") != provider.issuer:
            raise ProviderUnavailable(
                f"expected the issuer {provider.issuer} at {address}, got another"
            )
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return ProviderMetadata(
            self._endpoint(metadata, "authorization_endpoint"),
            self._endpoint(metadata, "token_endpoint"),
            self._endpoint(metadata, "jwks_uri"),
            self._endpoint(metadata, "userinfo_endpoint")
            if "userinfo_endpoint" in metadata
            else None,
            is_secret_in_body=isinstance(methods, list) and "client_secret_basic" not in methods,
            states_issuer=metadata.get("authorization_response_iss_parameter_supported") is True,
        )

    def _endpoint(self, metadata: Mapping[str, object], name: str) -> str:
        endpoint = metadata.get(name)
        if isinstance(endpoint, str) and is_provider_url(endpoint, private=self._provider.private):
            return endpoint
        raise ProviderUnavailable(f"expected an https address as {name} in the metadata, got none")
