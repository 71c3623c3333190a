"""Sign-in with an identity provider: OpenID Connect, authorization code with PKCE.

GET /sesi/penyedia           sends the browser to the provider
GET /sesi/penyedia/kembali   receives it, opens a session, and sends it to the page that it came from

What must be known at the return (state, nonce, code verifier, page) is in a signed cookie that
lasts some minutes and counts once. Whatever goes wrong leads back to the sign-in page, with a code
and the name of the claim, and never with a token.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.starlette_client import (
    OAuthError,
    StarletteIntegration,
    StarletteOAuth2App,
)
from joserfc.errors import ClaimError, JoseError
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from engine.account import SignInMethod
from hub.auth.checked_transport import CheckedTransport
from hub.auth.claim_mapping import ClaimProblem, is_claim_missing
from hub.auth.identity_provider import IdentityProvider
from hub.auth.provider_accounts import ProviderAccounts, RightWithdrawn
from hub.auth.provider_discovery import ProviderDiscovery, ProviderUnavailable
from hub.sign_in.refusal import Refusal
from hub.sign_in.sessions import Sessions
from regions.endpoint_directory import to_http_url

PATH = "/sesi/penyedia"
RETURN_PATH = "/sesi/penyedia/kembali"
STATE_SECONDS = 600  # for the person to sign in at the provider
PROVIDER_SECONDS = 5.0  # for all requests to the provider during one request of the browser
LEEWAY_SECONDS = 60  # the allowed difference between the clocks of the provider and this machine
PATH_CHARACTERS_MOST = 2_000
ALGORITHMS = ["RS256", "ES256", "Ed25519", "EdDSA"]  # of id tokens

_RETURN_PAGE = "kembali"
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RuntimeError, RecursionError)

logger = logging.getLogger(__name__)


class SignInProblem(Exception):
    """The sign-in failed.

    Attributes:
        code: by which the sign-in page explains it.
        claim: the claim that is wrong, if it is one.
    """

    def __init__(self, code: str, reason: str, claim: str | None = None) -> None:
        super().__init__(reason)
        self.code, self.claim = code, claim


class ProviderSignIn:
    """The two routes of the sign-in with an identity provider."""

    def __init__(
        self,
        provider: IdentityProvider,
        discovery: ProviderDiscovery,
        accounts: ProviderAccounts,
        sessions: Sessions,
    ) -> None:
        self._provider = provider
        self._discovery = discovery
        self._accounts = accounts
        self._sessions = sessions

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, _WithState(self.begin, self._sessions), methods=["GET"]),
            Route(RETURN_PATH, _WithState(self.end, self._sessions), methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        page = own_path(request.query_params.get(_RETURN_PAGE, ""))
        if not self._sessions.cookie().is_own_page(request):
            # Another site shall not replace the session of this browser: a person must ask for it.
            return _redirect("/masuk", {_RETURN_PAGE: page})
        try:
            async with asyncio.timeout(PROVIDER_SECONDS):
                client = await self._client()
                response: Response = await client.authorize_redirect(
                    request, self._return_address(request)
                )
        except (ProviderUnavailable, TimeoutError, OSError, ValueError) as error:
            return _problem_page(_unavailable(error), page)
        request.session[_RETURN_PAGE] = page
        response.headers["cache-control"] = "no-store"
        return response

    async def end(self, request: Request) -> Response:
        """Open a session for a browser that returns from the provider."""
        page = own_path(request.session.pop(_RETURN_PAGE, ""))
        try:
            claims = await self._read_claims(request)
            try:
                issued_at = datetime.fromtimestamp(claims["iat"], UTC)
                account = await self._accounts.account_of_sign_in(claims, issued_at)
                async with self._sessions.transaction() as session:
                    opened = await self._sessions.open(
                        session, request, account.id, SignInMethod.PROVIDER
                    )
            except ClaimProblem as problem:
                raise SignInProblem("CLAIM_INVALID", str(problem), problem.claim) from problem
            except (RightWithdrawn, Refusal) as error:
                raise SignInProblem("NO_RIGHT", str(error)) from error
        except SignInProblem as problem:
            request.session.clear()
            return _problem_page(problem, page)
        request.session.clear()
        response = _redirect(page)
        self._sessions.cookie().set(response, request, opened.secret)
        return response

    async def _read_claims(self, request: Request) -> Mapping[str, Any]:
        """Return the verified claims of the person who returns from the provider.

        Raises:
            SignInProblem: the provider refused, or did not respond as it should.
        """
        if "error" in request.query_params:
            raise SignInProblem("PROVIDER_REFUSED", "the provider returned an error")
        issuer = self._provider.issuer
        try:
            async with asyncio.timeout(PROVIDER_SECONDS):
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
            StarletteIntegration("penyedia"),
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

    def _return_address(self, request: Request) -> str:
        """Return the address to which the provider sends the browser; it must be registered there."""
        url = self._sessions.instance().url
        if url is None:
            return str(request.base_url).rstrip("/") + RETURN_PATH
        parts = urlsplit(to_http_url(url))
        return f"{parts.scheme}://{parts.netloc}{RETURN_PATH}"


@dataclass(frozen=True, slots=True)
class _WithState:
    """An ASGI application that gives a route its signed cookie.

    The secret that signs it is known once the instance has started.
    """

    endpoint: Callable[[Request], Awaitable[Response]]
    sessions: Sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request."""
        is_secure = self.sessions.cookie().is_secure(Request(scope))
        prefix = "__Secure-" if is_secure else ""
        instance = self.sessions.instance()
        middleware = SessionMiddleware(
            self._respond,
            secret_key=instance.secret,
            session_cookie=f"{prefix}simpul-{instance.identity}-penyedia",
            max_age=STATE_SECONDS,
            path=PATH,
            same_site="lax",
            https_only=is_secure,
        )
        await middleware(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.endpoint(Request(scope, receive))
        await response(scope, receive, send)


def own_path(text: str) -> str:
    """Return a path of this instance, or `/` if the text is something else."""
    is_plain = text.isprintable() and text.isascii() and "\\" not in text and " " not in text
    is_path = text.startswith("/") and not text.startswith("//")
    return text if is_plain and is_path and len(text) <= PATH_CHARACTERS_MOST else "/"


def _unavailable(error: Exception) -> SignInProblem:
    reason = str(error) or type(error).__name__
    return SignInProblem("PROVIDER_UNAVAILABLE", reason)


def _problem_page(problem: SignInProblem, page: str) -> Response:
    logger.warning("a sign-in with the identity provider failed: %s: %s", problem.code, problem)
    parameters = {"masalah": problem.code, _RETURN_PAGE: page}
    if problem.claim is not None:
        parameters["klaim"] = problem.claim
    return _redirect("/masuk", parameters)


def _redirect(path: str, parameters: Mapping[str, str] | None = None) -> Response:
    address = path if not parameters else f"{path}?{urlencode(parameters)}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers={"cache-control": "no-store"})
