"""The settings, which are read from the environment and validated before startup."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hub.auth.identity_provider import load_identity_provider
from hub.mail_server import check_mail_address, parse_mail_server
from hub.root_path import check_root_path
from regions import endpoint_directory
from storage.database_address import check_database_url, sqlite_url

_PROVIDER_FILE = "the file in SIMPUL_IDENTITY_PROVIDER replaces it"
REMOVED_VARIABLES = {
    "SIMPUL_JWKS": f"{_PROVIDER_FILE} (`issuer` or `jwks`)",
    "SIMPUL_TOKEN_ISSUER": f"{_PROVIDER_FILE} (`issuer`)",
    "SIMPUL_TOKEN_AUDIENCE": f"{_PROVIDER_FILE} (`audience`)",
    "SIMPUL_TOKEN_KEY_FILE": "tokens are in the database now, and `simpul token` makes them",
}

ORIGIN_PATTERN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")

ADDRESS_PATTERN = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\]):(?P<port>[0-9]{1,5})")


class Settings(BaseSettings):
    """All settings. The prefix is SIMPUL_; DATABASE_URL and REDIS_URL are also read without it."""

    model_config = SettingsConfigDict(
        env_prefix="SIMPUL_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(Path("data"), description="Folder of the embedded database.")
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("SIMPUL_DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL (postgresql://…) instead of the embedded SQLite.",
    )
    redis_url: str | None = Field(
        None,
        validation_alias=AliasChoices("SIMPUL_REDIS_URL", "REDIS_URL"),
        description="Redis (redis://… or rediss://…) by which processes over one "
        "database announce changes to each other at once.",
    )
    url: str | None = Field(
        None,
        max_length=2000,
        description="Address of this instance's API as others reach it (https://…/graphql): its "
        "name when a region is handed over.",
    )
    root_path: str = Field(
        "",
        description="Path on its host under which a proxy serves this instance (/simpul); empty "
        "if the host has nothing else.",
    )
    follows: Path | None = Field(
        None,
        description="TOML file of the instances that are followed, and for which regions; it is "
        "read again when it changes.",
    )
    name: str = Field("Simpul", min_length=1, description="What the instance calls itself.")
    province: str = Field(
        "32",
        pattern=r"^[0-9]{2}$",
        description="Kemendagri code of the province whose wall it shows.",
    )
    identity_provider: Path | None = Field(
        None,
        description="TOML file of an identity provider (OpenID Connect) by which people sign in, "
        "and whose tokens are taken.",
    )
    map_file: Path | None = Field(
        None,
        description="GeoJSON with a `code` property per feature; replaces the wall's schematic map.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins, besides the instance's own, whose pages may use the API and read the "
        "downloads, without the cookie of a session; comma-separated.",
    )
    frame_ancestors: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins whose pages may show the public pages in a frame; comma-separated.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses or networks of the proxies whose X-Forwarded-Proto and "
        "SIMPUL_CLIENT_ADDRESS_HEADER count; comma-separated.",
    )
    metrics_address: str | None = Field(
        None,
        description="Address and port (127.0.0.1:9464) at which /metrics answers instead of the "
        "public one; /healthz and /readyz answer at both.",
    )
    session_idle_minutes: float = Field(
        60, gt=0, le=1440, description="Minutes without activity after which a session ends."
    )
    session_hours: float = Field(
        12, gt=0, le=168, description="Hours after which a session ends in any case."
    )
    smtp_url: str | None = Field(
        None,
        description="Server that sends invitations (smtp://… with STARTTLS, or "
        "smtps://user:password@host:port); "
        "without it, invitations are links to pass on.",
    )
    smtp_from: str | None = Field(None, description="Address that sends invitations.")
    workers: int = Field(
        1, ge=1, le=64, description="Processes that `simpul serve` serves the port with."
    )
    sockets: int = Field(
        20_000, ge=1, description="WebSockets and streams open at once, at most, of each worker."
    )
    sockets_per_viewer: int = Field(
        2_000, ge=1, description="The same for one who is signed in or has a token, by account."
    )
    keep_alive_seconds: int = Field(
        75,
        ge=1,
        le=3600,
        description="Seconds for which a connection without a request stays open; longer than a "
        "load balancer keeps it.",
    )
    client_cpu_rate: float = Field(
        0.25,
        ge=0,
        description="CPU seconds per second that the operations of one client may use on average, "
        "in each worker; 0 sets no limit. A client is an account, or else an address.",
    )
    client_cpu_burst: float = Field(
        10.0, gt=0, description="CPU seconds that one client may use at once, after a time of rest."
    )
    client_address_header: str = Field(
        "x-forwarded-for",
        pattern=r"^[A-Za-z0-9-]{1,60}$",
        description="Header in which the trusted proxies state the address of the client.",
    )
    persisted_queries: bool = Field(
        True,
        description="Whether clients may send the hash of a document instead of the document "
        "(automatic persisted queries).",
    )
    operation_seconds: float = Field(
        10.0, gt=0, description="Seconds after which an operation of a client reads nothing more."
    )
    log_level: str = Field("info", description="debug, info, warning or error.")
    lang: Literal["en", "id"] = Field(
        "en",
        description="Language of the command line: `en` (English) or `id` (Indonesian).",
    )

    @field_validator("allowed_origins", "frame_ancestors", "trusted_proxies", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("allowed_origins", "frame_ancestors")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if ORIGIN_PATTERN.fullmatch(origin) is None:
                raise ValueError(
                    "expected origins such as https://portal.example or http://10.0.0.1:8080, "
                    f"without a path and in lower case, got {origin!r}"
                )
        return value

    @field_validator("metrics_address")
    @classmethod
    def _check_metrics_address(cls, value: str | None) -> str | None:
        if value is not None:
            match = ADDRESS_PATTERN.fullmatch(value)
            if match is None or not 0 < int(match["port"]) <= 65_535:
                raise ValueError(
                    "expected an address and a port such as 127.0.0.1:9464 or [::1]:9464, "
                    f"got {value!r}"
                )
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(
                    "expected addresses or networks such as 10.0.0.5 or 172.16.0.0/12, "
                    f"got {network!r}"
                ) from None
        return value

    @field_validator("root_path")
    @classmethod
    def _check_root_path(cls, value: str) -> str:
        return check_root_path(value)

    @field_validator("log_level")
    @classmethod
    def _check_log_level(cls, value: str) -> str:
        levels = ("debug", "info", "warning", "error")
        if value.lower() not in levels:
            raise ValueError(f"expected one of {', '.join(levels)}, got {value!r}")
        return value.lower()

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str | None) -> str | None:
        if value is not None:
            # The URL holds a password, which must not be logged. The error shows only the scheme.
            scheme = value.partition("://")[0].partition("+")[0] if "://" in value else ""
            if scheme not in ("postgresql", "postgres", "sqlite"):
                raise ValueError(f"expected postgresql://…, got the scheme {scheme[:20]!r}")
            check_database_url(value)  # raises a ValueError without the password
        return value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str | None) -> str | None:
        if value is not None:
            # As above. The text after an invalid port may be a part of the password.
            scheme = value.partition("://")[0] if "://" in value else ""
            if scheme not in ("redis", "rediss"):
                raise ValueError(
                    f"expected redis://… or rediss://…, got the scheme {scheme[:20]!r}"
                )
            try:
                address = urlsplit(value)
                host, _ = address.hostname, address.port
                database = address.path.strip("/") or "0"
            except ValueError:
                raise ValueError("expected a host and a port, got something else") from None
            if not host or not (database.isascii() and database.isdigit()):
                raise ValueError("expected redis://host:port/number, got something else")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: str | None) -> str | None:
        if value is not None:
            parse_mail_server(value)  # raises a ValueError if it is invalid
        return value

    @field_validator("smtp_from")
    @classmethod
    def _check_smtp_from(cls, value: str | None) -> str | None:
        return None if value is None else check_mail_address(value)

    @field_validator("follows")
    @classmethod
    def _check_directory_file(cls, value: Path | None) -> Path | None:
        if value is not None:
            endpoint_directory.load_endpoint_directory(
                value
            )  # raises a ValueError if it is invalid
        return value

    @field_validator("map_file")
    @classmethod
    def _check_readable_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"expected a file, got {str(value)!r}")
        return value

    @field_validator("identity_provider")
    @classmethod
    def _check_identity_provider(cls, value: Path | None) -> Path | None:
        if value is not None:
            load_identity_provider(value)  # raises a ValueError if it is invalid
        return value

    @model_validator(mode="before")
    @classmethod
    def _refuse_removed_variables(cls, values: object) -> object:
        problems = [
            f"{variable}: no longer a setting; {instead}"
            for variable, instead in REMOVED_VARIABLES.items()
            if os.environ.get(variable)
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return values

    @model_validator(mode="after")
    def _check_mail_is_complete(self) -> Settings:
        for given, missing in (("smtp_url", "smtp_from"), ("smtp_from", "smtp_url")):
            if getattr(self, given) is not None and getattr(self, missing) is None:
                raise ValueError(
                    f"SIMPUL_{missing.upper()}: expected a value, since SIMPUL_{given.upper()} "
                    "is set, got none"
                )
        if self.smtp_url is not None and "://" not in (self.url or ""):
            raise ValueError(
                "SIMPUL_URL: expected the address of this instance, since SIMPUL_SMTP_URL is set "
                f"and a mailed link needs one, got {self.url or 'none'}"
            )
        return self

    @model_validator(mode="after")
    def _check_url_has_root_path(self) -> Settings:
        expected = f"{self.root_path}/graphql"
        if self.root_path and self.url is not None and urlsplit(self.url).path != expected:
            raise ValueError(
                f"SIMPUL_URL: expected an address with the path {expected}, since SIMPUL_ROOT_PATH "
                f"is {self.root_path}, got {self.url}"
            )
        return self

    @model_validator(mode="after")
    def _check_metrics_port(self) -> Settings:
        if self.metrics_address is not None and self.metrics_host_and_port[1] == self.port:
            raise ValueError(
                "SIMPUL_METRICS_ADDRESS: expected another port than SIMPUL_PORT, got "
                f"{self.port} for both"
            )
        return self

    @property
    def metrics_host_and_port(self) -> tuple[str, int]:
        """The two parts of `metrics_address`, which is set."""
        host, _, port = (self.metrics_address or "").rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def database(self) -> str:
        """The URL of the configured database, or of the embedded one in the data folder."""
        return self.database_url or sqlite_url(str(self.data_dir.resolve() / "simpul.db"))

    def prepare(self) -> None:
        """Create the data folder unless it exists; only its owner can read it."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def explain_settings_errors(error: ValidationError) -> Iterator[str]:
    """Yield a message per problem: the variable's name, what was expected, and what was given."""
    for problem in error.errors():
        if not problem["loc"]:  # the variables that are gone, or that need each other
            yield from str(problem["ctx"]["error"]).splitlines()
            continue
        variable = str(problem["loc"][0]).upper()
        unprefixed = variable.removeprefix("SIMPUL_")
        if unprefixed in ("DATABASE_URL", "REDIS_URL") and not os.environ.get(variable):
            variable = unprefixed  # the name without the prefix is the one in use
        elif not variable.startswith("SIMPUL_"):
            variable = f"SIMPUL_{variable}"
        if problem["type"] == "value_error":  # raised by our validators, with a complete message
            yield f"{variable}: {problem['ctx']['error']}"
        else:
            yield f"{variable}: {problem['msg']}, got {problem['input']!r}"
