"""Sign-in with an identity provider: OpenID Connect, authorization code with PKCE.

GET /sesi/penyedia           sends the browser to the provider
GET /sesi/penyedia/kembali   receives it, opens a session, and sends it to the page that it came from

What must be known at the return (state, nonce, code verifier, page) is in a signed cookie that
lasts some minutes and counts once. Whatever goes wrong leads back to the sign-in page, with a code
and the name of the claim, and never with a token.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from engine.account import SignInMethod
from hub.auth.claim_mapping import ClaimProblem
from hub.auth.identity_provider import IdentityProvider
from hub.auth.provider_accounts import ProviderAccounts, RightWithdrawn
from hub.auth.provider_discovery import ProviderDiscovery
from hub.pages_address import pages_address
from hub.root_path import root_path
from hub.sign_in.provider_client import PROVIDER_SECONDS, ProviderClient, SignInProblem
from hub.sign_in.refusal import Refusal
from hub.sign_in.sessions import Sessions

PATH = "/sesi/penyedia"
RETURN_PATH = "/sesi/penyedia/kembali"
STATE_SECONDS = 600  # for the person to sign in at the provider
PATH_CHARACTERS_MOST = 2_000

_RETURN_PAGE = "kembali"

logger = logging.getLogger(__name__)


class ProviderSignIn:
    """The two routes of the sign-in with an identity provider."""

    def __init__(
        self,
        provider: IdentityProvider,
        discovery: ProviderDiscovery,
        accounts: ProviderAccounts,
        sessions: Sessions,
        *,
        provider_seconds: float = PROVIDER_SECONDS,
    ) -> None:
        self._client = ProviderClient(provider, discovery, provider_seconds)
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
        page = own_path(request.query_params.get(_RETURN_PAGE, ""), root_path(request.scope))
        if not self._sessions.cookie().is_own_page(request):
            # Another site shall not replace the session of this browser: a person must ask for it.
            return _redirect(root_path(request.scope) + "/masuk", {_RETURN_PAGE: page})
        try:
            response = await self._client.redirect(request, self._return_address(request))
        except SignInProblem as problem:
            return _problem_page(request, problem, page)
        request.session[_RETURN_PAGE] = page
        response.headers["cache-control"] = "no-store"
        return response

    async def end(self, request: Request) -> Response:
        """Open a session for a browser that returns from the provider."""
        if not self._client.is_awaited(request):
            # Any site can send a browser here. It does not end a sign-in that is under way.
            reason = "expected the state of a sign-in that was begun, got another"
            page = own_path("", root_path(request.scope))
            return _problem_page(request, SignInProblem("SIGN_IN_EXPIRED", reason), page)
        page = own_path(request.session.pop(_RETURN_PAGE, ""), root_path(request.scope))
        try:
            claims = await self._client.read_claims(request)
            try:
                issued_at = _issue_time(claims)
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
            return _problem_page(request, problem, page)
        request.session.clear()
        response = _redirect(page)
        self._sessions.cookie().set(response, request, opened.secret)
        return response

    def _return_address(self, request: Request) -> str:
        """Return the address to which the provider sends the browser; it must be registered there."""
        url = self._sessions.instance().url
        if url is None:
            return str(request.base_url).rstrip("/") + RETURN_PATH
        return pages_address(url, root_path(request.scope)) + RETURN_PATH


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
            path=root_path(scope) + PATH,
            same_site="lax",
            https_only=is_secure,
        )
        await middleware(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.endpoint(Request(scope, receive))
        await response(scope, receive, send)


def _issue_time(claims: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(claims["iat"], UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignInProblem("ID_TOKEN_INVALID", "expected `iat` to be a time", "iat") from error


def own_path(text: str, root_path: str) -> str:
    """Return a path of this instance, or that of its wall if the text is something else."""
    is_plain = text.isprintable() and text.isascii() and "\\" not in text and " " not in text
    is_path = text.startswith(root_path + "/") and not text.startswith("//")
    is_own = is_plain and is_path and len(text) <= PATH_CHARACTERS_MOST
    return text if is_own else root_path + "/"


def _problem_page(request: Request, problem: SignInProblem, page: str) -> Response:
    logger.warning("a sign-in with the identity provider failed: %s: %s", problem.code, problem)
    parameters = {"masalah": problem.code, _RETURN_PAGE: page}
    if problem.claim is not None:
        parameters["klaim"] = problem.claim
    return _redirect(root_path(request.scope) + "/masuk", parameters)


def _redirect(path: str, parameters: Mapping[str, str] | None = None) -> Response:
    address = path if not parameters else f"{path}?{urlencode(parameters)}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers={"cache-control": "no-store"})
