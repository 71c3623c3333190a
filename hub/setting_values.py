"""The types of the settings whose values are checked before startup.

A check raises a ValueError whose message says what was expected and what came. The value of a
setting with a password is never part of it.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from hub.auth.identity_provider import load_identity_provider
from hub.mail_server import check_mail_address, parse_mail_server
from regions.directory_file import load_endpoint_directory
from storage.database_address import check_database_url

LOG_LEVELS = ("debug", "info", "warning", "error")
ORIGIN_PATTERN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
ADDRESS_PATTERN = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\]):(?P<port>[0-9]{1,5})")
ROOT_PATH_PATTERN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,8}")
# The first parts of the instance's own paths. As a root path they would have two meanings.
OWN_FIRST_PARTS = frozenset(
    {
        *("akun", "assets", "berkas", "daerah", "favicon.svg", "graphql", "healthz", "keluar"),
        *("map.geojson", "masuk", "metrics", "peta", "readyz", "sesi", "undangan", "unduh"),
    }
)


def _split_list(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if ORIGIN_PATTERN.fullmatch(origin) is None:
            raise ValueError(
                "expected origins such as https://portal.example or http://10.0.0.1:8080, "
                f"without a path and in lower case, got {origin!r}"
            )
    return origins


def _check_networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise ValueError(
                f"expected addresses or networks such as 10.0.0.5 or 172.16.0.0/12, got {network!r}"
            ) from None
    return networks


def _check_root_path(value: str) -> str:
    if value == "":
        return value  # the instance has its host for itself
    if ROOT_PATH_PATTERN.fullmatch(value) is None:
        raise ValueError(
            "expected a path such as /simpul, of letters, digits and `.`, `_`, `~`, `-`, without "
            f"`/` at its end, got {value!r}"
        )
    first = value.split("/")[1]
    if first in OWN_FIRST_PARTS:
        raise ValueError(
            f"expected a path that is none of the instance's own, which begin with /{first}, "
            f"got {value!r}"
        )
    return value


def _check_host_and_port(value: str) -> str:
    match = ADDRESS_PATTERN.fullmatch(value)
    if match is None or not 0 < int(match["port"]) <= 65_535:
        raise ValueError(
            f"expected an address and a port such as 127.0.0.1:9464 or [::1]:9464, got {value!r}"
        )
    return value


def _check_log_level(value: str) -> str:
    if value.lower() not in LOG_LEVELS:
        raise ValueError(f"expected one of {', '.join(LOG_LEVELS)}, got {value!r}")
    return value.lower()


def _check_database_scheme(value: str) -> str:
    scheme = value.partition("://")[0].partition("+")[0] if "://" in value else ""
    if scheme not in ("postgresql", "postgres", "sqlite"):
        raise ValueError(f"expected postgresql://…, got the scheme {scheme[:20]!r}")
    check_database_url(value)
    return value


def _check_redis_url(value: str) -> str:
    scheme = value.partition("://")[0] if "://" in value else ""
    if scheme not in ("redis", "rediss"):
        raise ValueError(f"expected redis://… or rediss://…, got the scheme {scheme[:20]!r}")
    try:
        address = urlsplit(value)
        host, _ = address.hostname, address.port
        database = address.path.strip("/") or "0"
    except ValueError:  # whose text may have a part of the password
        raise ValueError("expected a host and a port, got something else") from None
    if not host or not (database.isascii() and database.isdigit()):
        raise ValueError("expected redis://host:port/number, got something else")
    return value


def _check_mail_server(value: str) -> str:
    parse_mail_server(value)
    return value


def _check_directory_file(path: Path) -> Path:
    load_endpoint_directory(path)
    return path


def _check_provider_file(path: Path) -> Path:
    load_identity_provider(path)
    return path


def _check_existing_file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"expected a file, got {str(path)!r}")
    return path


Origins = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_split_list), AfterValidator(_check_origins)
]
Networks = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_split_list), AfterValidator(_check_networks)
]
HostAndPort = Annotated[str, AfterValidator(_check_host_and_port)]
RootPathText = Annotated[str, AfterValidator(_check_root_path)]
LogLevel = Annotated[str, AfterValidator(_check_log_level)]
DatabaseUrl = Annotated[str, AfterValidator(_check_database_scheme)]
RedisUrl = Annotated[str, AfterValidator(_check_redis_url)]
MailServerUrl = Annotated[str, AfterValidator(_check_mail_server)]
MailAddress = Annotated[str, AfterValidator(check_mail_address)]
DirectoryFile = Annotated[Path, AfterValidator(_check_directory_file)]
ProviderFile = Annotated[Path, AfterValidator(_check_provider_file)]
ExistingFile = Annotated[Path, AfterValidator(_check_existing_file)]
