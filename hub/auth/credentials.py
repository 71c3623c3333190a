"""The credentials of a request: a bearer token, or the cookie of a session.

The name of the cookie contains the identity of the instance, because cookies ignore ports: a hub
and nodes on one host would otherwise sign each other out. Cookies count only in requests from pages
of the instance itself, which the browser states in `Sec-Fetch-Site` and `Origin`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.auth.errors import CrossSiteRequest
from hub.root_path import root_path

_OWN_SITES = frozenset({"same-origin", "none"})  # values of Sec-Fetch-Site; `none` is a user's act
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_SECURE_SCHEMES = ("https://", "wss://")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client presents to be recognised; both members are None for the public viewer."""

    authorization: str | None = None  # value of the header
    session: str | None = None  # secret of the cookie


NO_CREDENTIALS = Credentials()


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """The cookie of this instance's sessions.

    Args:
        identity: of the instance.
        public_url: the address at which others reach the instance, if it is configured.
    """

    identity: str
    public_url: str | None = None

    def is_secure(self, connection: HTTPConnection) -> bool:
        """Whether the client is connected by TLS, as far as the instance can know."""
        is_public_secure = (self.public_url or "").startswith(_SECURE_SCHEMES)
        if is_public_secure or connection.scope.get("scheme") in ("https", "wss"):
            return True
        # A proxy may end TLS and not state it: then the origin of the own page shows it.
        return connection.headers.get("origin") == f"https://{connection.headers.get('host', '')}"

    def name(self, connection: HTTPConnection) -> str:
        """Return the name; with a prefix the browser takes it by TLS only."""
        prefix = _secure_prefix(connection) if self.is_secure(connection) else ""
        return f"{prefix}simpul-{self.identity}"

    def read(self, connection: HTTPConnection) -> str | None:
        """Return the secret in the cookie, if the client sent one."""
        if "cookie" not in connection.headers:
            return None
        name, cookies = self.name(connection), connection.cookies
        # A browser states no origin when it opens a page, and sends a bound cookie by TLS only.
        secure_name = f"{_secure_prefix(connection)}simpul-{self.identity}"
        return cookies.get(secure_name) or cookies.get(name) or None

    def set(self, response: Response, connection: HTTPConnection, secret: str) -> None:
        """Set the cookie. The server ends sessions, so it lasts as long as the browser's session."""
        response.set_cookie(
            self.name(connection),
            secret,
            path=root_path(connection.scope) or "/",
            secure=self.is_secure(connection),
            httponly=True,
            samesite="lax",
        )

    def delete(self, response: Response, connection: HTTPConnection) -> None:
        """Delete the cookie."""
        response.delete_cookie(
            self.name(connection),
            path=root_path(connection.scope) or "/",
            secure=self.is_secure(connection),
            httponly=True,
            samesite="lax",
        )

    def credentials(self, connection: HTTPConnection) -> Credentials:
        """Return the credentials of a request or of the handshake of a WebSocket.

        Raises:
            CrossSiteRequest: the cookie comes with a request of another site's page.
        """
        authorization = connection.headers.get("authorization")
        secret = self.read(connection)
        if authorization is not None or secret is None:
            return Credentials(authorization)
        if not self.is_own_page(connection):
            if connection.scope["type"] == "websocket":
                return NO_CREDENTIALS  # it may be an allowed origin, which then sends a token
            raise CrossSiteRequest
        return Credentials(session=secret)

    def is_own_page(self, connection: HTTPConnection) -> bool:
        """Whether a page of this instance, or the user's own act, sent the request."""
        site, origin = (connection.headers.get(name) for name in ("sec-fetch-site", "origin"))
        if site is not None and site not in _OWN_SITES:
            return False
        if origin is not None:
            return self._is_own_origin(origin, connection)
        return site is not None or connection.scope.get("method") in _SAFE_METHODS

    def _is_own_origin(self, origin: str, connection: HTTPConnection) -> bool:
        scheme, _, host = origin.partition("://")
        own_hosts = {connection.headers.get("host", ""), urlsplit(self.public_url or "").netloc}
        if host not in own_hosts - {""}:
            return False
        # Behind a proxy that ends TLS, a page with https is an own one too. But where the instance
        # is reached by TLS, a page with http may come from an attacker in the network.
        return scheme == "https" or (scheme == "http" and not self.is_secure(connection))


def _secure_prefix(connection: HTTPConnection) -> str:
    """Return the prefix of the name of a cookie that browsers take by TLS only.

    With `__Host-` a browser also refuses it from any other host, but demands the path `/`. Under a
    root path the cookie has that path, so that other applications on the host do not receive it.
    """
    return "__Secure-" if root_path(connection.scope) else "__Host-"
