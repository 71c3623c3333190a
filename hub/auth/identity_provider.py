"""The identity provider of this instance (OpenID Connect): a TOML file of the operator.

    [provider]
    name = "SSO Jabar"
    issuer = "https://sso.example.go.id/realms/jabar"
    client_id = "simpul"
    client_secret_file = "client.secret"

    [claims]
    role = "realm_access.roles"

    [roles]
    koordinator-spbe = "REGION"

Further keys and tables are described in docs/sign-in.md. Files are relative to the TOML file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from engine.model import Role
from facts.tables import region_names
from hub.auth.file_problem import explain_problem
from regions.address import is_canonical_host

FILE_BYTES = 1_048_576
PROBLEMS_SHOWN = 10
SECRET_CHARACTERS = 4_096
TABLE_ENTRIES = 10_000
ISSUER_CHARACTERS = 255  # the column of accounts holds as many

Text = Annotated[str, Field(min_length=1, max_length=2_000)]


class InvalidIdentityProvider(ValueError):
    """An invalid file; the message names the table and the key, and states what was expected."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """The names of the claims; a dotted path leads into the objects of a claim."""

    subject: str = "sub"
    name: str = "name"
    role: str = "role"
    regions: str = "regions"
    opds: str = "opds"


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An identity provider, and how its claims are understood."""

    name: str
    issuer: str
    client_id: str
    audience: str | None = None  # of bearer tokens; None: they are not accepted
    scopes: tuple[str, ...] = ("openid", "profile")
    client_secret_file: Path | None = None
    private: bool = False
    authority: Path | None = None
    jwks: str | Path | None = None  # None: by discovery
    claims: ClaimNames = field(default_factory=ClaimNames)
    roles: Mapping[str, Role] = field(default_factory=dict)  # empty: the value is the role
    regions: Mapping[str, str] = field(default_factory=dict)
    opds: Mapping[str, str] = field(default_factory=dict)

    def client_secret(self) -> str | None:
        """Read the secret from its file, so that the next sign-in uses a renewed one.

        Raises:
            OSError: the file cannot be read.
            ValueError: the file holds no secret; the message does not contain its content.
        """
        if self.client_secret_file is None:
            return None
        with self.client_secret_file.open(encoding="ascii", errors="replace") as file:
            secret = file.read(SECRET_CHARACTERS + 1).strip()
        is_plain = secret.isascii() and secret.isprintable()
        if not 0 < len(secret) <= SECRET_CHARACTERS or not is_plain:
            raise ValueError("expected a secret in the file, got none")
        return secret


def load_identity_provider(path: Path) -> IdentityProvider:
    """Read and validate the file of an identity provider.

    Raises:
        InvalidIdentityProvider: the file cannot be read or is invalid.
    """
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise InvalidIdentityProvider(path, f"cannot be read: {error.strerror}") from None
    if len(content) > FILE_BYTES:
        raise InvalidIdentityProvider(path, f"expected at most {FILE_BYTES} bytes, got more")
    try:
        file_content = _ProviderFile.model_validate(tomllib.loads(content.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidIdentityProvider(path, f"expected TOML: {error}") from None
    except ValidationError as error:
        problems = map(explain_problem, error.errors()[:PROBLEMS_SHOWN])
        raise InvalidIdentityProvider(path, "; ".join(problems)) from None
    except (ValueError, RecursionError):  # the parser fails on huge numbers and deep lists
        raise InvalidIdentityProvider(
            path, "expected TOML, got a number that is too large or lists that are too deep"
        ) from None
    provider = file_content.identity_provider(path.parent)
    for key, named in (
        ("client_secret_file", provider.client_secret_file),
        ("authority", provider.authority),
        ("jwks", provider.jwks),
    ):
        if isinstance(named, Path) and not named.is_file():
            raise InvalidIdentityProvider(path, f"provider.{key}: expected a file, got {named}")
    return provider


def is_provider_url(url: str, *, private: bool) -> bool:
    """Return whether an address of the provider may be used: https with a plain host.

    Args:
        private: whether http is allowed, too.
    """
    if not (url.isascii() and url.isprintable()) or " " in url:
        return False
    try:
        parts = urlsplit(url)
        has_host = (
            parts.hostname is not None and is_canonical_host(parts.hostname) and parts.port != 0
        )
    except ValueError:
        return False
    schemes = ("https", "http") if private else ("https",)
    return parts.scheme in schemes and has_host and parts.username is None and not parts.fragment


class _Table(BaseModel):
    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)


class _ProviderTable(_Table):
    name: Text
    issuer: Annotated[Text, Field(max_length=ISSUER_CHARACTERS)]
    client_id: Text
    client_secret_file: Text | None = None
    scopes: list[Text] = Field(default=["openid", "profile"], max_length=100)
    audience: Text | None = None
    private: bool = False
    authority: Text | None = None
    jwks: Text | None = None

    @field_validator("scopes")
    @classmethod
    def _validate_scopes(cls, scopes: list[str]) -> list[str]:
        if "openid" not in scopes:
            raise ValueError("expected `openid` among the scopes, got none")
        if any(not scope.isprintable() or " " in scope for scope in scopes):
            raise ValueError("expected scopes without spaces, got another text")
        return scopes

    @model_validator(mode="after")
    def _validate_audience_and_addresses(self) -> Self:
        if self.audience == self.client_id:
            # The audience of id tokens is the client. They are not meant to be sent as bearer tokens.
            raise ValueError(
                f"expected an audience of bearer tokens that is not the client_id, got {self.audience!r}"
            )
        expected = "http(s)://host/path" if self.private else "https://host/path"
        hint = "" if self.private else ", or private = true for http"
        addresses = {"issuer": self.issuer}
        if self.jwks is not None and "://" in self.jwks:
            addresses["jwks"] = self.jwks
        for key, address in addresses.items():
            if not is_provider_url(address, private=self.private):
                hint = hint if address.startswith("http://") else ""
                raise ValueError(f"expected {expected} as {key}{hint}, got {address!r}")
        return self


class _ClaimsTable(_Table):
    subject: Text = "sub"
    name: Text = "name"
    role: Text = "role"
    regions: Text = "regions"
    opds: Text = "opds"


class _ProviderFile(_Table):
    provider: _ProviderTable
    claims: _ClaimsTable = Field(default_factory=_ClaimsTable)
    roles: dict[Text, str] = Field(default={}, max_length=TABLE_ENTRIES)
    regions: dict[Text, Text] = Field(default={}, max_length=TABLE_ENTRIES)
    opds: dict[Text, Text] = Field(default={}, max_length=TABLE_ENTRIES)

    @field_validator("roles")
    @classmethod
    def _validate_roles(cls, roles: dict[str, str]) -> dict[str, str]:
        names = [role.value for role in Role if role is not Role.PUBLIC]
        for value, role in roles.items():
            if role not in names:
                raise ValueError(f"expected one of {', '.join(names)} for {value!r}, got {role!r}")
        return roles

    @field_validator("regions")
    @classmethod
    def _validate_regions(cls, regions: dict[str, str]) -> dict[str, str]:
        for value, code in regions.items():
            if not _is_region_code(code):
                raise ValueError(f"expected the code of a region for {value!r}, got {code!r}")
        return regions

    @field_validator("opds")
    @classmethod
    def _validate_opds(cls, opds: dict[str, str]) -> dict[str, str]:
        for value, id in opds.items():
            code, _, rest = id.partition(":")
            if not rest or not _is_region_code(code):
                raise ValueError(
                    f"expected the id of an OPD such as 32.05:opd-dinkes for {value!r}, got {id!r}"
                )
        return opds

    def identity_provider(self, folder: Path) -> IdentityProvider:
        def path(name: str | None) -> Path | None:
            return None if name is None else folder / name

        table = self.provider
        jwks = table.jwks
        return IdentityProvider(
            name=table.name,
            issuer=table.issuer,
            client_id=table.client_id,
            audience=table.audience,
            scopes=tuple(table.scopes),
            client_secret_file=path(table.client_secret_file),
            private=table.private,
            authority=path(table.authority),
            jwks=jwks if jwks is None or "://" in jwks else folder / jwks,
            claims=ClaimNames(**self.claims.model_dump()),
            roles={value: Role(role) for value, role in self.roles.items()},
            regions=self.regions,
            opds=self.opds,
        )


def _is_region_code(text: str) -> bool:
    return region_names().match(text).code == text
