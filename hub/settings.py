"""The settings, which are read from the environment and validated before startup."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.setting_values import (
    DatabaseUrl,
    DirectoryFile,
    ExistingFile,
    HostAndPort,
    LogLevel,
    MailAddress,
    MailServerUrl,
    Networks,
    Origins,
    ProviderFile,
    RedisUrl,
    RootPathText,
)
from storage.database_address import sqlite_url

_PROVIDER_FILE = "the file in SIMPUL_IDENTITY_PROVIDER replaces it"
REMOVED_VARIABLES = {
    "SIMPUL_JWKS": f"{_PROVIDER_FILE} (`issuer` or `jwks`)",
    "SIMPUL_TOKEN_ISSUER": f"{_PROVIDER_FILE} (`issuer`)",
    "SIMPUL_TOKEN_AUDIENCE": f"{_PROVIDER_FILE} (`audience`)",
    "SIMPUL_TOKEN_KEY_FILE": "tokens are in the database now, and `simpul token` makes them",
}


class Settings(BaseSettings):
    """All settings. The prefix is SIMPUL_; DATABASE_URL and REDIS_URL are also read without it."""

    model_config = SettingsConfigDict(
        env_prefix="SIMPUL_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(Path("data"), description="Folder of the embedded database.")
    database_url: DatabaseUrl | None = Field(
        None,
        validation_alias=AliasChoices("SIMPUL_DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL (postgresql://…) instead of the embedded SQLite.",
    )
    redis_url: RedisUrl | None = Field(
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
    root_path: RootPathText = Field(
        "",
        description="Path on its host under which a proxy serves this instance (/simpul); empty "
        "if the host has nothing else.",
    )
    follows: DirectoryFile | None = Field(
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
    identity_provider: ProviderFile | None = Field(
        None,
        description="TOML file of an identity provider (OpenID Connect) by which people sign in, "
        "and whose tokens are taken.",
    )
    map_file: ExistingFile | None = Field(
        None,
        description="GeoJSON with a `code` property per feature; replaces the wall's schematic map.",
    )
    allowed_origins: Origins = Field(
        (),
        description="Origins, besides the instance's own, whose pages may use the API and read the "
        "downloads, without the cookie of a session; comma-separated.",
    )
    frame_ancestors: Origins = Field(
        (),
        description="Origins whose pages may show the public pages in a frame; comma-separated.",
    )
    trusted_proxies: Networks = Field(
        ("127.0.0.1", "::1"),
        description="Addresses or networks of the proxies whose X-Forwarded-Proto and "
        "SIMPUL_CLIENT_ADDRESS_HEADER count; comma-separated.",
    )
    metrics_address: HostAndPort | None = Field(
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
    smtp_url: MailServerUrl | None = Field(
        None,
        description="Server that sends invitations (smtp://… with STARTTLS, or "
        "smtps://user:password@host:port); "
        "without it, invitations are links to pass on.",
    )
    smtp_from: MailAddress | None = Field(None, description="Address that sends invitations.")
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
    log_level: LogLevel = Field("info", description="debug, info, warning or error.")
    lang: Literal["en", "id"] = Field(
        "en",
        description="Language of the command line: `en` (English) or `id` (Indonesian).",
    )

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
