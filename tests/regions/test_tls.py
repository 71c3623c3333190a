"""Endpoints with TLS prove their identity, and so do clients if a certificate is configured."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.log.entry import Entry
from engine.log.snapshot import SnapshotRow
from regions.conformance import CONNECTS, check_conformance
from regions.endpoint_directory import Endpoint
from tests.regions.toy_owner import ToyOwner

OwnerData = tuple[list[Entry], list[SnapshotRow]]
REGION = "32.11"


@dataclass(frozen=True)
class Authority:
    """A certificate authority for one test."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, folder: Path) -> Authority:
        folder.mkdir()
        key, name = ec.generate_private_key(ec.SECP256R1()), common_name("authority")
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        certificate = certificate_builder(name, name, key).add_extension(constraints, critical=True)
        authority = cls(folder, key, certificate.sign(key, hashes.SHA256()))
        authority.file.write_bytes(pem(authority.certificate))
        return authority

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def issue(self, name: str) -> tuple[Path, Path]:
        """Issue a certificate for this machine; return the files of the certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        issued = certificate_builder(
            common_name(name), self.certificate.subject, key
        ).add_extension(names, critical=False)
        certificate, secret = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(pem(issued.sign(self.key, hashes.SHA256())))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return certificate, secret


def common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate_builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
    )


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "authority")


async def test_a_certificate_of_each_side_is_verified(
    sumedang: OwnerData, authority: Authority, tmp_path: Path
) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_cert_chain(*authority.issue("node"))
    certificate, key = authority.issue("hub")
    secret = tmp_path / "token"
    secret.write_text("secret")
    async with ToyOwner(REGION, *sumedang).running(server) as toy:
        endpoint = Endpoint(
            toy.url,
            (REGION,),
            private=True,
            token_file=secret,
            authority=authority.file,
            client_certificate=certificate,
            client_key=key,
        )
        assert all(verdict.passed for verdict in await check_conformance(endpoint, REGION))
        other_authority = Authority.create(tmp_path / "stranger")
        other_certificate, other_key = other_authority.issue("hub")
        for wrong in (
            replace(endpoint, client_certificate=None, client_key=None),
            replace(endpoint, client_certificate=other_certificate, client_key=other_key),
            replace(endpoint, authority=other_authority.file),
            replace(endpoint, authority=None),
        ):
            toy.queries.clear()
            connection_verdict = (await check_conformance(wrong, REGION))[0]
            assert (connection_verdict.promise, connection_verdict.passed) == (CONNECTS, False)
            assert toy.queries == []
