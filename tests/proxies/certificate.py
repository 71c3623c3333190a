"""A self-signed certificate for the addresses of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NAMES = ("localhost", "simpul.example.go.id")


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate; `combined` holds the chain and the key, as HAProxy reads them."""

    chain: Path
    key: Path
    combined: Path


def write_certificate(folder: Path) -> Certificate:
    """Make a certificate that is its own authority and is valid for a day, and write its files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
    addresses = [x509.IPAddress(ip_address("127.0.0.1")), *map(x509.DNSName, NAMES)]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain_pem = certificate.public_bytes(Encoding.PEM)
    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files = Certificate(folder / "fullchain.pem", folder / "privkey.pem", folder / "simpul.pem")
    for path, content in (
        (files.chain, chain_pem),
        (files.key, key_pem),
        (files.combined, chain_pem + key_pem),
    ):
        path.touch(mode=0o600)
        path.write_bytes(content)
    return files
