"""Requests to an identity provider over TLS: to a checked address, under the name of the provider."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.auth.checked_transport import CheckedTransport


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return the file of a certificate for `localhost` and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    issued = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = tmp_path / "provider.pem"
    file.write_bytes(issued.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.fixture
async def seen() -> list[object]:
    """Return what the server sees: the names that clients connect to, and their Host headers."""
    return []


@pytest.fixture
async def port(certificate: Path, seen: list[object]) -> AsyncIterator[int]:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.extend(line for line in head.split(b"\r\n") if line.lower().startswith(b"host:"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: seen.append(name)
    async with await asyncio.start_server(respond, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def test_the_address_is_checked_and_the_name_is_verified(
    certificate: Path, seen: list[object], port: int
) -> None:
    transport = CheckedTransport(private=True, authority=certificate)
    async with httpx2.AsyncClient(transport=transport) as client:
        response = await client.get(f"https://localhost:{port}/")
    assert (response.status_code, response.text) == (200, "ok")
    assert seen == ["localhost", f"Host: localhost:{port}".encode()]


@pytest.mark.parametrize(
    ("host", "is_trusted"),
    [("127.0.0.1", True), ("localhost", False)],
    ids=["another name", "an unknown authority"],
)
async def test_a_certificate_that_proves_nothing_is_refused(
    certificate: Path, seen: list[object], port: int, host: str, is_trusted: bool
) -> None:
    transport = CheckedTransport(private=True, authority=certificate if is_trusted else None)
    async with httpx2.AsyncClient(transport=transport) as client:
        with pytest.raises(httpx2.ConnectError, match="certificate verify failed"):
            await client.get(f"https://{host}:{port}/")
    assert [entry for entry in seen if isinstance(entry, bytes)] == []


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost:{port}/",
        "https://127.0.0.1:{port}/",
        "https://[::1]:{port}/",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
        "http://sso.example/",
    ],
)
async def test_no_private_address_is_reached_by_default(
    certificate: Path, seen: list[object], port: int, address: str
) -> None:
    transport = CheckedTransport(authority=certificate)
    async with httpx2.AsyncClient(transport=transport) as client:
        with pytest.raises((httpx2.ConnectError, httpx2.UnsupportedProtocol)):
            await client.get(address.format(port=port))
    assert seen == []
