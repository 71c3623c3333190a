"""Speaks to an identity provider for a person who signs in, by the Starlette client of Authlib."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
from authlib.integrations.starlette_client import (
    OAuthError,
    StarletteIntegration,
    StarletteOAuth2App,
)
from joserfc.errors import ClaimError, JoseError
from starlette.requests import Request
from starlette.responses import Response

from hub.auth.checked_transport import CheckedTransport
from hub.auth.claim_mapping import is_claim_missing
from hub.auth.identity_provider import IdentityProvider
from hub.auth.provider_discovery import ProviderDiscovery, ProviderUnavailable

PROVIDER_SECONDS = 5.0  # for all requests to the provider during one request of the browser
LEEWAY_SECONDS = 60  # the allowed difference between the clocks of the provider and this machine
ALGORITHMS = ["RS256", "ES256", "Ed25519", "EdDSA"]  # of id tokens

_CLIENT_NAME = "penyedia"
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RuntimeError, RecursionError)


class SignInProblem(Exception):
    """The sign-in failed.

    Attributes:
        code: by which the sign-in page explains it.
        claim: the claim that is wrong, if it is one.
    """

    def __init__(self, code: str, reason: str, claim: str | None = None) -> None:
        super().__init__(reason)
        self.code, self.claim = code, claim


class ProviderClient:
    """Sends browsers to the provider, and reads the claims of those that return.

    Args:
        seconds: the deadline of all requests to the provider during one request of the browser.
    """

    def __init__(
        self, provider: IdentityProvider, discovery: ProviderDiscovery, seconds: float
    ) -> None:
        self._provider = provider
        self._discovery = discovery
        self._seconds = seconds

    async def redirect(self, request: Request, return_address: str) -> Response:
        """Return a redirect to the provider, and keep what the return needs in `request.session`.

        Raises:
            SignInProblem: the provider did not respond as it should.
        """
        try:
            async with asyncio.timeout(self._seconds):
                client = await self._client()
                response: Response = await client.authorize_redirect(request, return_address)
                return response
        except (ProviderUnavailable, TimeoutError, OSError, ValueError) as error:
            raise _unavailable(error) from error

    def is_awaited(self, request: Request) -> bool:
        """Whether the browser returns from a sign-in that it has begun, as the state shows."""
        state = request.query_params.get("state", "")
        return f"_state_{_CLIENT_NAME}_{state}" in request.session

    async def read_claims(self, request: Request) -> Mapping[str, Any]:
        """Return the verified claims of the person who returns from the provider.

        Raises:
            SignInProblem: the provider refused, or did not respond as it should.
        """
        if "error" in request.query_params:
            raise SignInProblem("PROVIDER_REFUSED", "the provider returned an error")
        issuer = self._provider.issuer
        try:
            async with asyncio.timeout(self._seconds):
                metadata = await self._discovery.metadata()
                stated = request.query_params.get("iss")
                if stated != issuer and (stated is not None or metadata.states_issuer):
                    raise SignInProblem(
                        "ID_TOKEN_INVALID", "expected the issuer as `iss`, got another", "iss"
                    )
                client = await self._client()
                token = await client.authorize_access_token(
                    request,
                    leeway=LEEWAY_SECONDS,
                    claims_options={
                        "iss": {"essential": True, "value": issuer},
                        "aud": {"essential": True, "value": self._provider.client_id},
                    },
                )
                claims: dict[str, Any] | None = token.get("userinfo")
                if claims is None:
                    raise SignInProblem("ID_TOKEN_INVALID", "expected an id token, got none")
                return await self._complete(client, token, claims)
        except OAuthError as error:
            is_state = error.error == "mismatching_state"
            code = "SIGN_IN_EXPIRED" if is_state else "CODE_REFUSED"
            raise SignInProblem(code, "the provider or the state refused the code") from error
        except ClaimError as error:
            raise SignInProblem(
                "ID_TOKEN_INVALID", f"{error.error} in the id token: {error.claim}", error.claim
            ) from error
        except JoseError as error:
            raise SignInProblem("ID_TOKEN_INVALID", f"{error.error} in the id token") from error
        except (ProviderUnavailable, TimeoutError, OSError, httpx2.HTTPError) as error:
            raise _unavailable(error) from error
        except _MALFORMED as error:  # the library fails so on responses of another shape
            raise SignInProblem(
                "PROVIDER_UNAVAILABLE", f"the provider's response is malformed: {type(error)}"
            ) from error

    async def _complete(
        self, client: Any, token: Mapping[str, Any], claims: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the claims with those that the provider gives at its userinfo endpoint only."""
        names = self._provider.claims
        wanted = (names.name, names.role, names.regions, names.opds)
        metadata = await self._discovery.metadata()
        is_complete = not any(is_claim_missing(claims, name) for name in wanted)
        if is_complete or metadata.userinfo_endpoint is None or "access_token" not in token:
            return claims
        further: dict[str, Any] = dict(await client.userinfo(token=token))
        if further.get("sub") != claims["sub"]:
            raise SignInProblem(
                "ID_TOKEN_INVALID", "expected the `sub` of the id token at userinfo", "sub"
            )
        return {**further, **claims}

    async def _client(self) -> Any:
        """Return a client of the library for one request, which reads the keys of the provider."""
        provider, metadata = self._provider, await self._discovery.metadata()
        secret = await asyncio.to_thread(provider.client_secret)
        method = "client_secret_post" if metadata.is_secret_in_body else "client_secret_basic"
        keys = {}
        if isinstance(provider.jwks, Path):
            keys["jwks"] = json.loads(await asyncio.to_thread(provider.jwks.read_bytes))
        return StarletteOAuth2App(
            StarletteIntegration(_CLIENT_NAME),
            client_id=provider.client_id,
            client_secret=secret,
            client_kwargs={
                "scope": " ".join(provider.scopes),
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "none" if secret is None else method,
                "transport": CheckedTransport(
                    private=provider.private, authority=provider.authority
                ),
                "trust_env": False,
                "follow_redirects": False,
            },
            # Only what is checked goes on: the library would take settings of its own from the rest.
            issuer=provider.issuer,
            authorization_endpoint=metadata.authorization_endpoint,
            token_endpoint=metadata.token_endpoint,
            userinfo_endpoint=metadata.userinfo_endpoint,
            jwks_uri=provider.jwks if isinstance(provider.jwks, str) else metadata.jwks_uri,
            id_token_signing_alg_values_supported=ALGORITHMS,
            **keys,
        )


def _unavailable(error: Exception) -> SignInProblem:
    reason = str(error) or type(error).__name__
    return SignInProblem("PROVIDER_UNAVAILABLE", reason)
