"""The directory of the endpoints that this instance replicates from: a TOML file of the operator.

    [[endpoint]]
    url = "wss://simpul.sumedangkab.go.id/graphql"
    regions = ["32.11"]
    token_file = "secrets/32.11.token"
    accept_handover = ["32.11"]

Each token is in a file of its own. `private = true` allows an address in a private network or on
this machine, and a token without TLS (`ws://`). `authority`, `client_certificate` and `client_key` are files for TLS. `https://` means
`wss://`, and `http://` means `ws://`. No other endpoint is ever contacted. The owner of a region in
`accept_handover` can hand that region over to this instance.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import tomllib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from regions.address import is_canonical_host

FILE_BYTES = 1_048_576
POLL_SECONDS = 2.0  # between reads of the file
REGIONS_MOST = 1_000  # the country has about 550
TOKEN_CHARACTERS = 16_384
CODE_CHARACTERS = 128  # of a region's code; the longest shipped code, of a ministry, has 89

_WEBSOCKET = {"http": "ws", "https": "wss"}
_HTTP = {"ws": "http", "wss": "https"}

logger = logging.getLogger(__name__)


class InvalidEndpointDirectory(ValueError):
    """An invalid directory file; the message states what was expected and received."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


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
    """All endpoints that this instance replicates from."""

    endpoints: tuple[Endpoint, ...] = ()

    def endpoint(self, region: str) -> Endpoint | None:
        """Return the endpoint of a region; None if the directory does not list the region."""
        return self._by_region.get(region)

    @cached_property
    def _by_region(self) -> Mapping[str, Endpoint]:
        return {region: endpoint for endpoint in self.endpoints for region in endpoint.regions}


def load_endpoint_directory(path: Path) -> EndpointDirectory:
    """Read and validate a directory file.

    Raises:
        InvalidEndpointDirectory: the file cannot be read or is no valid directory.
    """
    return _parse_directory(path, _read_content(path))


def _read_content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise InvalidEndpointDirectory(path, f"cannot be read: {error.strerror}") from None
    if len(content) > FILE_BYTES:
        raise InvalidEndpointDirectory(path, f"expected at most {FILE_BYTES} bytes, got more")
    return content


def _parse_directory(path: Path, content: bytes) -> EndpointDirectory:
    try:
        file = _DirectoryFile.model_validate(tomllib.loads(content.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidEndpointDirectory(path, f"expected TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        location = ".".join(map(str, first["loc"]))
        raise InvalidEndpointDirectory(path, f"{location}: {first['msg']}") from None
    except (ValueError, RecursionError):  # the parser fails on huge numbers and deep lists
        raise InvalidEndpointDirectory(
            path, "expected TOML, got a number that is too large or lists that are too deep"
        ) from None
    endpoints = tuple(endpoint.endpoint(path.parent) for endpoint in file.endpoint)
    regions = sum(len(endpoint.regions) for endpoint in endpoints)
    if regions > REGIONS_MOST:
        raise InvalidEndpointDirectory(
            path, f"expected at most {REGIONS_MOST} regions, got {regions}"
        )
    listed: set[str] = set()
    for region in (region for endpoint in endpoints for region in endpoint.regions):
        if region in listed:
            raise InvalidEndpointDirectory(path, f"expected each region once, got {region} twice")
        listed.add(region)
    return EndpointDirectory(endpoints)


async def watch_endpoint_directory(
    path: Path, seconds: float | None = None
) -> AsyncGenerator[EndpointDirectory, None]:
    """Yield the directory, and each later version of it, when the file changes.

    The file is read every `seconds`, by default POLL_SECONDS. While it is invalid, the last valid
    directory stays in use, and the error is logged once.
    """
    directory: EndpointDirectory | None = None
    parsed_content: bytes | None = None  # unchanged content is not parsed again, as parsing is slow
    logged_error = ""
    while True:
        try:
            content = await asyncio.to_thread(_read_content, path)
            if content != parsed_content:
                parsed = await asyncio.to_thread(_parse_directory, path, content)
                parsed_content, logged_error = content, ""
                if parsed != directory:
                    directory = parsed
                    yield parsed
        except InvalidEndpointDirectory as invalid:
            parsed_content = None
            if str(invalid) != logged_error:
                logged_error = str(invalid)
                logger.error("%s; who was followed before still is", logged_error)
        await asyncio.sleep(POLL_SECONDS if seconds is None else seconds)


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


class _EndpointTable(BaseModel):
    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)

    url: str = Field(max_length=2000)
    regions: list[str] = Field(min_length=1, max_length=1000)
    private: bool = False
    token_file: str | None = None
    authority: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    accept_handover: list[str] = Field(default=[], max_length=1000)

    @field_validator("url")
    @classmethod
    def _validate_url(cls, url: str) -> str:
        url = to_websocket_url(url)
        if not is_plain_url(url):
            raise ValueError("expected ws://host/path or wss://host/path, got something else")
        return url

    @field_validator("regions")
    @classmethod
    def _validate_regions(cls, codes: list[str]) -> list[str]:
        for code in codes:
            if not 1 <= len(code) <= CODE_CHARACTERS or not code.isprintable():
                # The value is not shown, because it may be a misplaced token.
                raise ValueError(f"expected a region's code, got {len(code)} characters")
        return codes

    @model_validator(mode="after")
    def _validate_tls_files(self) -> Self:
        if self.client_key is not None and self.client_certificate is None:
            raise ValueError("expected a client_certificate with the client_key, got none")
        files = self.authority or self.client_certificate
        if files is not None and self.url.startswith("ws:"):
            raise ValueError("expected wss:// with files for TLS, got ws://")
        return self

    @model_validator(mode="after")
    def _validate_accepted_handovers(self) -> Self:
        unlisted = [code for code in self.accept_handover if code not in self.regions]
        if unlisted:
            raise ValueError(
                f"expected in accept_handover the codes of regions, got {len(unlisted)} that "
                "`regions` does not have"
            )
        return self

    @model_validator(mode="after")
    def _validate_token_transport(self) -> Self:
        if self.token_file is not None and self.url.startswith("ws:") and not self.private:
            raise ValueError(
                "expected wss:// with a token_file, or private = true, because ws:// would send "
                "the token unencrypted over the Internet"
            )
        return self

    def endpoint(self, folder: Path) -> Endpoint:
        def resolve_path(name: str | None) -> Path | None:
            return None if name is None else folder / name

        return Endpoint(
            url=self.url,
            regions=tuple(self.regions),
            private=self.private,
            token_file=resolve_path(self.token_file),
            authority=resolve_path(self.authority),
            client_certificate=resolve_path(self.client_certificate),
            client_key=resolve_path(self.client_key),
            accept_handover=tuple(self.accept_handover),
        )


class _DirectoryFile(BaseModel):
    model_config: ClassVar[Any] = ConfigDict(extra="forbid")

    endpoint: list[_EndpointTable] = Field(default=[], max_length=1000)
