"""Assembles what this process needs of its identity provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.auth.identity_provider import IdentityProvider, load_identity_provider
from hub.auth.provider_accounts import ProviderAccounts
from hub.auth.provider_discovery import ProviderDiscovery
from hub.auth.provider_tokens import JsonWebTokens
from hub.auth.signing_keys import PublishedKeys
from storage.database import Database
from storage.log import Clock


@dataclass(frozen=True, slots=True)
class ProviderParts:
    """The parts of this process for one identity provider."""

    provider: IdentityProvider
    discovery: ProviderDiscovery
    accounts: ProviderAccounts
    tokens: JsonWebTokens | None  # None: bearer tokens of the provider are not accepted


def load_provider_parts(
    path: Path,
    database: Callable[[], Database],
    clock: Clock,
    access_changed: Callable[[], None],
) -> ProviderParts:
    """Return the parts for the identity provider of a file.

    Raises:
        InvalidIdentityProvider: the file cannot be read or is invalid.
    """
    provider = load_identity_provider(path)
    discovery = ProviderDiscovery(provider, clock)
    accounts = ProviderAccounts(provider, database, clock, access_changed)
    tokens = None
    if provider.audience is not None:
        keys = PublishedKeys(
            provider.jwks or discovery.jwks_uri,
            clock,
            private=provider.private,
            authority=provider.authority,
        )
        tokens = JsonWebTokens(keys, provider, accounts, clock)
    return ProviderParts(provider, discovery, accounts, tokens)
