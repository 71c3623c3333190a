"""The mail server that sends invitations, as a setting names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes mail by SMTP.

    Attributes:
        uses_tls: whether the connection begins with TLS; otherwise STARTTLS secures it. A server on
            this machine may do without.
    """

    host: str
    port: int
    uses_tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_mail_server(url: str) -> MailServer:
    """Return the server of an address like smtps://user:password@host:port.

    Raises:
        ValueError: it is no such address; the message repeats nothing that may be a password.
    """
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"expected smtp://… or smtps://…, got the scheme {scheme[:20]!r}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("expected a host and a port, got something else") from None
    if not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"expected {scheme}://user:password@host:port, got something else")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("expected a user and a password or neither, got one of them")
    return MailServer(
        host=host,
        port=DEFAULT_PORTS[scheme] if port is None else port,
        uses_tls=scheme == "smtps",
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def check_mail_address(text: str) -> str:
    """Return the address of one mailbox.

    Raises:
        ValueError: the text is something else.
    """
    try:
        address = Address(addr_spec=text)
    except (ValueError, MessageError, IndexError):
        address = Address()
    if not address.username or not address.domain or not text.isascii():
        raise ValueError(f"expected an e-mail address, got {text[:80]!r}")
    return text
