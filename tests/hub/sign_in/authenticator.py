"""An authenticator in software, which can also do what a real one never does."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40
Options = dict[str, Any]


@dataclass
class SoftAuthenticator:
    """Holds one passkey. Its members can be changed to make wrong answers."""

    origin: str
    flags: int = USER_PRESENT | USER_VERIFIED
    sign_count: int = 0
    user_handle: str = ""
    credential_id: bytes = field(default_factory=lambda: token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: Options) -> Options:
        """Make the passkey; return the credential as `navigator.credentials.create` does."""
        self.user_handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public_key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        size = len(self.credential_id).to_bytes(2, "big")
        data = self._data(options["rp"]["id"], self.flags | HAS_CREDENTIAL)
        data += bytes(16) + size + self.credential_id + public_key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options)
        return self._credential(
            {"attestationObject": encode(attestation), "clientDataJSON": encode(client_data)}
        )

    def sign(self, options: Options) -> Options:
        """Sign a challenge; return the credential as `navigator.credentials.get` does."""
        self.sign_count += 1
        data = self._data(options["rpId"], self.flags)
        client_data = self._client_data("webauthn.get", options)
        signed = data + hashlib.sha256(client_data).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "authenticatorData": encode(data),
                "clientDataJSON": encode(client_data),
                "signature": encode(signature),
                "userHandle": self.user_handle,
            }
        )

    def _data(self, party: str, flags: int) -> bytes:
        digest = hashlib.sha256(party.encode()).digest()
        return digest + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _client_data(self, type: str, options: Options) -> bytes:
        members = {"type": type, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(members).encode()

    def _credential(self, response: dict[str, str]) -> Options:
        id = encode(self.credential_id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response}


def encode(data: bytes) -> str:
    """Return bytes as WebAuthn encodes them in JSON."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
