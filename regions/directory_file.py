"""Reads the endpoint directory from the operator's file, again whenever the file changes."""

from __future__ import annotations

import asyncio
import logging
import tomllib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from engine.log.region_identity import RegionIdentity
from engine.model import RegionKind
from regions.endpoint_directory import (
    CODE_CHARACTERS,
    REGIONS_MOST,
    Endpoint,
    EndpointDirectory,
    is_plain_url,
    to_websocket_url,
)
from regions.region_list import InvalidRegionList, check_region_list

FILE_BYTES = 1_048_576
POLL_SECONDS = 2.0  # between reads of the file

logger = logging.getLogger(__name__)


class InvalidEndpointDirectory(ValueError):
    """An invalid directory file; the message states what was expected and received."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


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
    identities = tuple(region.identity() for region in file.region)
    try:
        check_region_list(identities)
    except InvalidRegionList as invalid:
        raise InvalidEndpointDirectory(path, str(invalid)) from None
    return EndpointDirectory(endpoints, identities)


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


class _RegionTable(BaseModel):
    model_config: ClassVar = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=CODE_CHARACTERS)
    name: str = Field(min_length=1)
    kind: RegionKind
    parent: str | None = None

    def identity(self) -> RegionIdentity:
        return RegionIdentity(self.code, self.name, self.kind, self.parent)


class _DirectoryFile(BaseModel):
    model_config: ClassVar[Any] = ConfigDict(extra="forbid")

    endpoint: list[_EndpointTable] = Field(default=[], max_length=1000)
    region: list[_RegionTable] = Field(default=[], max_length=REGIONS_MOST)
