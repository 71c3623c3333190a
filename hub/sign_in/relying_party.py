"""The relying party of passkeys: the host name to which browsers bind them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from hub.sign_in.refusal import Refusal


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """What a passkey and its signatures must be for."""

    id: str  # a host name
    origin: str  # of the page


def relying_party(request: Request) -> RelyingParty:
    """Return the relying party of a request, whose origin was checked to be the instance's own.

    Raises:
        Refusal: the host is an IP address, for which browsers make no passkeys.
    """
    origin = request.headers.get("origin")
    if origin is None:
        origin = f"{request.url.scheme}://{request.url.netloc}"
    host = urlsplit(origin).hostname
    if host is None or not is_host_name(host):
        raise Refusal(
            HTTPStatus.CONFLICT,
            "HOST_NAME_NEEDED",
            f"expected a host name, since browsers make no passkeys for IP addresses, got {host!r}",
        )
    return RelyingParty(host, origin)


def is_host_name(host: str | None) -> bool:
    """Whether browsers take passkeys for a host: for names only, not for IP addresses."""
    if not host:
        return False
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False


def user_handle(identity: str, account: str) -> bytes:
    """Return the id by which an authenticator knows an account.

    A new passkey replaces one with the same handle and host. A hub and nodes share a host, so the
    handle depends on the identity of the instance.
    """
    return hashlib.sha256(f"{identity}\n{account}".encode()).digest()
