"""A self-signed certificate for the addresses of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.certificates import create_self_signed_certificate

NAMES = ("localhost", "simpul.example.go.id")


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate; `combined` holds the chain and the key, as HAProxy reads them."""

    chain: Path
    key: Path
    combined: Path


def write_certificate(folder: Path) -> Certificate:
    """Make a certificate that is its own authority and is valid for a day, and write its files."""
    chain_pem, key_pem = create_self_signed_certificate(NAMES)
    files = Certificate(folder / "fullchain.pem", folder / "privkey.pem", folder / "simpul.pem")
    for path, content in (
        (files.chain, chain_pem),
        (files.key, key_pem),
        (files.combined, chain_pem + key_pem),
    ):
        path.touch(mode=0o600)
        path.write_bytes(content)
    return files
