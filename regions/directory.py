"""Who is followed: the endpoints that an operator lists, in a TOML file, and nobody else.

    [[endpoint]]
    url = "wss://simpul.sumedangkab.go.id/graphql"
    regions = ["32.11"]
    token_file = "secrets/32.11.token"

A token stands in a file of its own. `private = true` allows an address in a private network or on
this machine; `authority`, `client_certificate` and `client_key` are files for TLS. `https://` is
taken for `wss://`, and `http://` for `ws://`.
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

from regions.address import canonical_host

FILE_BYTES = 1_048_576
LOOK_SECONDS = 2.0
REGIONS_MOST = 1_000  # all regions of the country are some 550
TOKEN_CHARACTERS = 16_384
CODE_CHARACTERS = 128  # of a region; the longest that ships is a ministry's, of 89

_WEBSOCKET = {"http": "ws", "https": "wss"}

logger = logging.getLogger(__name__)


class InvalidEndpointDirectory(ValueError):
    """The file does not say who is followed: what was expected, and what came."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An instance that is followed, and for which regions."""

    url: str  # ws:// or wss://
    regions: tuple[str, ...]
    private: bool = False
    token_file: Path | None = None
    authority: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "wss" else 80)

    def token(self) -> str | None:
        """Read the token, so that a renewed one is taken at the next connection.

        Raises:
            OSError: the file cannot be read.
            ValueError: it holds no token; what it holds is not told.
        """
        if self.token_file is None:
            return None
        with self.token_file.open(encoding="ascii", errors="replace") as file:
            token = file.read(TOKEN_CHARACTERS + 1).strip()
        if not 0 < len(token) <= TOKEN_CHARACTERS or not (token.isascii() and token.isprintable()):
            raise ValueError("expected a token in the file, got none")
        return token

    def tls(self) -> ssl.SSLContext | None:
        """Return how the other side is trusted and what we show it; None without TLS.

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
    """All endpoints that this instance follows."""

    endpoints: tuple[Endpoint, ...] = ()

    def endpoint(self, region: str) -> Endpoint | None:
        """Return the endpoint at which a region is followed."""
        return self._by_region.get(region)

    @cached_property
    def _by_region(self) -> Mapping[str, Endpoint]:
        return {region: each for each in self.endpoints for region in each.regions}


def load_endpoint_directory(path: Path) -> EndpointDirectory:
    """Return the directory that a file holds.

    Raises:
        InvalidDirectory: it holds none.
    """
    return _parsed(path, _content(path))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise InvalidEndpointDirectory(path, f"cannot be read: {error.strerror}") from None
    if len(content) > FILE_BYTES:
        raise InvalidEndpointDirectory(path, f"expected at most {FILE_BYTES} bytes, got more")
    return content


def _parsed(path: Path, content: bytes) -> EndpointDirectory:
    try:
        listed = _File.model_validate(tomllib.loads(content.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidEndpointDirectory(path, f"expected TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidEndpointDirectory(path, f"{place}: {first['msg']}") from None
    except (ValueError, RecursionError):  # TOML that the parser gives up: a huge number, deep lists
        raise InvalidEndpointDirectory(
            path, "expected TOML, got numbers or lists beyond measure"
        ) from None
    endpoints = tuple(each.endpoint(path.parent) for each in listed.endpoint)
    regions = sum(len(each.regions) for each in endpoints)
    if regions > REGIONS_MOST:
        raise InvalidEndpointDirectory(
            path, f"expected at most {REGIONS_MOST} regions, got {regions}"
        )
    seen: set[str] = set()
    for region in (region for each in endpoints for region in each.regions):
        if region in seen:
            raise InvalidEndpointDirectory(path, f"expected each region once, got {region} twice")
        seen.add(region)
    return EndpointDirectory(endpoints)


async def watch_endpoint_directory(
    path: Path, seconds: float | None = None
) -> AsyncGenerator[EndpointDirectory, None]:
    """Yield the directory, and again whenever the file says something else.

    It is looked at every `seconds`, or LOOK_SECONDS. While it holds none, the last one stays; that
    is logged.
    """
    directory: EndpointDirectory | None = None
    before: bytes | None = None  # to parse hundreds of regions takes longer than all else
    complaint = ""
    while True:
        try:
            content = await asyncio.to_thread(_content, path)
            if content != before:
                found = await asyncio.to_thread(_parsed, path, content)
                before, complaint = content, ""
                if found != directory:
                    directory = found
                    yield found
        except InvalidEndpointDirectory as invalid:
            before = None
            if str(invalid) != complaint:
                complaint = str(invalid)
                logger.error("%s; who was followed before still is", complaint)
        await asyncio.sleep(LOOK_SECONDS if seconds is None else seconds)


def to_websocket_url(url: str) -> str:
    """Return the address of a WebSocket for one that may be of HTTP."""
    scheme, separator, rest = url.partition("://")
    return _WEBSOCKET.get(scheme, scheme) + separator + rest


def plain_url(given: str) -> bool:
    """Whether it is the address of a WebSocket on a plain host, with no credentials in it."""
    # What is no visible ASCII is left out or changed by some parsers, and not by others.
    if not (given.isascii() and given.isprintable()) or " " in given:
        return False
    try:
        parts = urlsplit(given)
        plain = parts.hostname is not None and canonical_host(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    # A question would be the place of a token, and who is followed is told to everybody.
    extra = parts.username is not None or parts.password is not None or "?" in given
    return parts.scheme in ("ws", "wss") and plain and not extra and "#" not in given


class _Entry(BaseModel):
    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)

    url: str = Field(max_length=2000)
    regions: list[str] = Field(min_length=1, max_length=1000)
    private: bool = False
    token_file: str | None = None
    authority: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None

    @field_validator("url")
    @classmethod
    def _plain(cls, given: str) -> str:
        given = to_websocket_url(given)
        if not plain_url(given):
            raise ValueError("expected ws://host/path or wss://host/path, got something else")
        return given

    @field_validator("regions")
    @classmethod
    def _codes(cls, given: list[str]) -> list[str]:
        for code in given:
            if not 1 <= len(code) <= CODE_CHARACTERS or not code.isprintable():
                # Not shown: whoever mistakes the line may have put a token there.
                raise ValueError(f"expected a region's code, got {len(code)} characters")
        return given

    @model_validator(mode="after")
    def _secured(self) -> Self:
        if self.client_key is not None and self.client_certificate is None:
            raise ValueError("expected a client_certificate with the client_key, got none")
        files = self.authority or self.client_certificate
        if files is not None and self.url.startswith("ws:"):
            raise ValueError("expected wss:// with files for TLS, got ws://")
        return self

    def endpoint(self, folder: Path) -> Endpoint:
        def file(given: str | None) -> Path | None:
            return None if given is None else folder / given

        return Endpoint(
            url=self.url,
            regions=tuple(self.regions),
            private=self.private,
            token_file=file(self.token_file),
            authority=file(self.authority),
            client_certificate=file(self.client_certificate),
            client_key=file(self.client_key),
        )


class _File(BaseModel):
    model_config: ClassVar[Any] = ConfigDict(extra="forbid")

    endpoint: list[_Entry] = Field(default=[], max_length=1000)
