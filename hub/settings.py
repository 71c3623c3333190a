"""The settings, which are read from the environment and validated before startup."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from regions import directory

KEY_BYTES = 32


class Settings(BaseSettings):
    """All settings. The prefix is SIMPUL_; DATABASE_URL and REDIS_URL are also read without it."""

    model_config = SettingsConfigDict(
        env_prefix="SIMPUL_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(
        Path("data"), description="Folder of the embedded database and of the token key."
    )
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
    token_issuer: str = Field("simpul", min_length=1, description="`iss` that a token must have.")
    token_audience: str = Field("simpul", min_length=1, description="`aud` that it must have.")
    token_key_file: Path | None = Field(
        None,
        description="Secret with which this instance signs and checks its own tokens (HS256); "
        "by default `token.key` in the data folder, made at first use.",
    )
    jwks: str | None = Field(
        None,
        description="JWKS document of an identity provider, a path or https:// address: then "
        "its tokens are taken, and none of this instance's own.",
    )
    map_file: Path | None = Field(
        None,
        description="GeoJSON with a `code` property per feature; replaces the wall's schematic map.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins, besides the instance's own, whose pages may open a WebSocket; "
        "comma-separated.",
    )
    workers: int = Field(
        1, ge=1, le=64, description="Processes that `simpul serve` serves the port with."
    )
    sockets: int = Field(
        20_000, ge=1, description="WebSockets and streams open at once, at most, of each worker."
    )
    sockets_per_viewer: int = Field(
        2_000, ge=1, description="The same for one who has a token, by the token's `sub`."
    )
    operation_seconds: float = Field(
        10.0, gt=0, description="Seconds after which an operation of a client reads nothing more."
    )
    log_level: str = Field("info", description="debug, info, warning or error.")

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        return given

    @field_validator("log_level")
    @classmethod
    def _known(cls, given: str) -> str:
        levels = ("debug", "info", "warning", "error")
        if given.lower() not in levels:
            raise ValueError(f"expected one of {', '.join(levels)}, got {given!r}")
        return given.lower()

    @field_validator("database_url")
    @classmethod
    def _supported(cls, given: str | None) -> str | None:
        if given is not None:
            # The URL holds a password, which must not be logged, so the error shows only the scheme.
            scheme = given.partition("://")[0].partition("+")[0] if "://" in given else ""
            if scheme not in ("postgresql", "postgres", "sqlite"):
                raise ValueError(f"expected postgresql://…, got the scheme {scheme[:20]!r}")
        return given

    @field_validator("redis_url")
    @classmethod
    def _reaches_redis(cls, given: str | None) -> str | None:
        if given is not None:
            # As above; the text after an invalid port may be a part of the password.
            scheme = given.partition("://")[0] if "://" in given else ""
            if scheme not in ("redis", "rediss"):
                raise ValueError(
                    f"expected redis://… or rediss://…, got the scheme {scheme[:20]!r}"
                )
            try:
                address = urlsplit(given)
                host, _ = address.hostname, address.port
                database = address.path.strip("/") or "0"
            except ValueError:
                raise ValueError("expected a host and a port, got what is none") from None
            if not host or not (database.isascii() and database.isdigit()):
                raise ValueError("expected redis://host:port/number, got something else")
        return given

    @field_validator("follows")
    @classmethod
    def _follows(cls, given: Path | None) -> Path | None:
        if given is not None:
            directory.load_endpoint_directory(given)  # raises a ValueError if it is invalid
        return given

    @field_validator("map_file")
    @classmethod
    def _readable(cls, given: Path | None) -> Path | None:
        if given is not None and not given.is_file():
            raise ValueError(f"expected a file, got {str(given)!r}")
        return given

    @field_validator("token_key_file")
    @classmethod
    def _long_enough(cls, given: Path | None) -> Path | None:
        if cls._readable(given) is not None:
            assert given is not None
            length = len(given.read_text().strip().encode())
            if length < KEY_BYTES:
                raise ValueError(f"expected a secret of at least {KEY_BYTES} bytes, got {length}")
        return given

    @field_validator("jwks")
    @classmethod
    def _found(cls, given: str | None) -> str | None:
        if given is not None and not given.startswith("https://") and not Path(given).is_file():
            raise ValueError(f"expected a file or an address with https://, got {given!r}")
        return given

    @property
    def database(self) -> str:
        """The URL of the configured database, or of the embedded one in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'simpul.db'}"

    def prepare(self) -> None:
        """Create the data folder unless it exists; only its owner can read it."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)

    def token_key(self) -> bytes:
        """Return the secret for this instance's own tokens; it is created and stored at first use."""
        path = self.token_key_file or self.data_dir / "token.key"
        if self.token_key_file is None and not path.exists():
            self.prepare()
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(KEY_BYTES))
            try:
                path.hardlink_to(fresh)  # if two processes race, both read the first key
            except FileExistsError:
                pass
            fresh.unlink()
        return path.read_text().strip().encode()


def explain_settings_errors(error: ValidationError) -> Iterator[str]:
    """Yield a message per problem: the variable's name, what was expected, and what was given."""
    for each in error.errors():
        variable = str(each["loc"][0]).upper()
        common = variable.removeprefix("SIMPUL_")
        if common in ("DATABASE_URL", "REDIS_URL") and not os.environ.get(variable):
            variable = common  # the name without the prefix is the one in use
        elif not variable.startswith("SIMPUL_"):
            variable = f"SIMPUL_{variable}"
        if each["type"] == "value_error":  # raised by our validators, with a complete message
            yield f"{variable}: {each['ctx']['error']}"
        else:
            yield f"{variable}: {each['msg']}, got {each['input']!r}"
