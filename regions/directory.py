"""Who is followed: the endpoints that an operator lists, in a TOML file, and nobody else.

    [[endpoint]]
    url = "wss://simpul.sumedangkab.go.id/graphql"
    regions = ["32.11"]
    token_file = "secrets/32.11.token"

A token stands in a file of its own. `private = true` allows an address in a private network or on
this machine; `authority`, `client_certificate` and `client_key` are files for TLS.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import tomllib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from regions.address import canonical_host

FILE_BYTES = 1_048_576
LOOK_SECONDS = 2.0
TOKEN_BYTES = 16_384

logger = logging.getLogger(__name__)


class InvalidDirectory(ValueError):
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
        """
        if self.token_file is None:
            return None
        with self.token_file.open() as file:
            return file.read(TOKEN_BYTES).strip()

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


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody who is followed."""

    endpoints: tuple[Endpoint, ...] = ()

    def endpoint(self, region: str) -> Endpoint | None:
        """Return whom a region is followed at."""
        return next((each for each in self.endpoints if region in each.regions), None)


def read(path: Path) -> Directory:
    """Return the directory that a file holds.

    Raises:
        InvalidDirectory: it holds none.
    """
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
        if len(content) > FILE_BYTES:
            raise InvalidDirectory(path, f"expected at most {FILE_BYTES} bytes, got more")
        listed = _File.model_validate(tomllib.loads(content.decode()))
    except OSError as error:
        raise InvalidDirectory(path, f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidDirectory(path, f"expected TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidDirectory(path, f"{place}: {first['msg']}") from None
    endpoints = tuple(each.endpoint(path.parent) for each in listed.endpoint)
    seen: set[str] = set()
    for region in (region for each in endpoints for region in each.regions):
        if region in seen:
            raise InvalidDirectory(path, f"expected each region once, got {region} twice")
        seen.add(region)
    return Directory(endpoints)


async def watched(path: Path) -> AsyncGenerator[Directory, None]:
    """Yield the directory, and again whenever the file says something else.

    While it holds none, the last one stays; that is logged.
    """
    before: Directory | None = None
    complaint = ""
    while True:
        try:
            found = await asyncio.to_thread(read, path)
            complaint = ""
            if found != before:
                before = found
                yield found
        except InvalidDirectory as invalid:
            if str(invalid) != complaint:
                complaint = str(invalid)
                logger.error("%s; who was followed before still is", complaint)
        await asyncio.sleep(LOOK_SECONDS)


def plain_url(given: str) -> bool:
    """Whether it is the address of a WebSocket on a plain host, with no credentials in it."""
    parts = urlsplit(given)
    try:
        plain = parts.hostname is not None and canonical_host(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    extra = parts.username is not None or parts.password is not None or parts.fragment
    return parts.scheme in ("ws", "wss") and plain and not extra


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
        if not plain_url(given):
            raise ValueError("expected ws://host/path or wss://host/path, got something else")
        return given

    @field_validator("regions")
    @classmethod
    def _codes(cls, given: list[str]) -> list[str]:
        for code in given:
            if not 1 <= len(code) <= 64 or not code.isprintable():
                raise ValueError(f"expected a region's code, got {code[:80]!r}")
        return given

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
