"""The directory of the endpoints that this instance replicates from: a TOML file of the operator.

    [[endpoint]]
    url = "wss://simpul.sumedangkab.go.id/graphql"
    regions = ["32.11"]
    token_file = "secrets/32.11.token"
    accept_handover = ["32.11"]

    [[region]]
    code = "99.01"
    name = "Kabupaten Contoh"
    kind = "REGENCY"
    parent = "99"

A `[[region]]` is one that the list of regions of this version does not have. Each token is in a file
of its own. `private = true` allows an address in a private network or on this machine, and a token
without TLS (`ws://`). `authority`, `client_certificate` and `client_key` are files for TLS.
`https://` means `wss://`, and `http://` means `ws://`. No other endpoint is ever contacted.
The owner of a region in `accept_handover` can hand that region over to this instance.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from engine.log.region_identity import RegionIdentity
from facts.region import listed_region
from regions.address import is_canonical_host

REGIONS_MOST = 1_000  # the country has about 550
TOKEN_CHARACTERS = 16_384
CODE_CHARACTERS = 128  # of a region's code; the longest shipped code, of a ministry, has 89

_WEBSOCKET = {"http": "ws", "https": "wss"}
_HTTP = {"ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The API of another instance, and the regions that are replicated from it."""

    url: str  # ws:// or wss://
    regions: tuple[str, ...]
    private: bool = False
    token_file: Path | None = None
    authority: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    accept_handover: tuple[str, ...] = ()  # the regions that it can hand over to this instance

    @property
    def host(self) -> str:
        """The host of the URL: a name or an address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port of the URL, or the default port of its scheme."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "wss" else 80)

    def token(self) -> str | None:
        """Read the token from its file, so that the next connection uses a renewed one.

        Raises:
            OSError: the file cannot be read.
            ValueError: the file holds no token; the message does not contain its content.
        """
        if self.token_file is None:
            return None
        with self.token_file.open(encoding="ascii", errors="replace") as file:
            token = file.read(TOKEN_CHARACTERS + 1).strip()
        if not 0 < len(token) <= TOKEN_CHARACTERS or not (token.isascii() and token.isprintable()):
            raise ValueError("expected a token in the file, got none")
        return token

    def tls(self) -> ssl.SSLContext | None:
        """Return the TLS context with the trusted authority and our certificate; None without TLS.

        Raises:
            OSError: a file cannot be read, or is no certificate or key.
        """
        if not self.url.startswith("wss:"):
            return None
        context = ssl.create_default_context(cafile=self.authority)
        if self.client_certificate is not None:
            context.load_cert_chain(self.client_certificate, self.client_key)
        return context


@dataclass(frozen=True)
class EndpointDirectory:
    """All endpoints that this instance replicates from, and the regions that it adds to the list."""

    endpoints: tuple[Endpoint, ...] = ()
    regions: tuple[RegionIdentity, ...] = ()

    def endpoint(self, region: str) -> Endpoint | None:
        """Return the endpoint of a region; None if the directory does not list the region."""
        return self._by_region.get(region)

    def identity(self, region: str) -> RegionIdentity | None:
        """Return the identity of a region on the shipped list or the operator's; else None."""
        return listed_region(region) or self._identities.get(region)

    @cached_property
    def _identities(self) -> Mapping[str, RegionIdentity]:
        return {identity.code: identity for identity in self.regions}

    @cached_property
    def _by_region(self) -> Mapping[str, Endpoint]:
        return {region: endpoint for endpoint in self.endpoints for region in endpoint.regions}


def to_websocket_url(url: str) -> str:
    """Return the WebSocket URL for a URL of HTTP or WebSocket."""
    scheme, separator, remainder = url.partition("://")
    return _WEBSOCKET.get(scheme, scheme) + separator + remainder


def to_http_url(url: str) -> str:
    """Return the HTTP URL for a URL of HTTP or WebSocket; both have the same endpoint."""
    scheme, separator, remainder = url.partition("://")
    return _HTTP.get(scheme, scheme) + separator + remainder


def is_plain_url(url: str) -> bool:
    """Return whether a string is a WebSocket URL with a plain host and without credentials."""
    # Parsers drop or change characters other than visible ASCII in different ways.
    if not (url.isascii() and url.isprintable()) or " " in url:
        return False
    try:
        parts = urlsplit(url)
        has_host = (
            parts.hostname is not None and is_canonical_host(parts.hostname) and parts.port != 0
        )
    except ValueError:
        return False
    # A query string could hold a token, and the API publishes these URLs.
    has_secret = parts.username is not None or parts.password is not None or "?" in url
    return parts.scheme in ("ws", "wss") and has_host and not has_secret and "#" not in url
