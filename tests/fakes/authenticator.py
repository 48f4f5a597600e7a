"""A security key in software: makes passkeys and signs with them, as WebAuthn level 3 lays down (section 6)."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT: Final = 0x01
_NEW_CREDENTIAL: Final = 0x40


@dataclass(slots=True)
class Authenticator:
    """One key on one device, for one site. `origin` is where the browser is that asks it."""

    origin: str = "https://guardian.example"
    uses: int = 0
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential: bytes = b"a credential of sixteen and more bytes"

    def make(self, options: str) -> str:
        """Return the answer to a request for a new passkey, as JSON."""
        asked = json.loads(options)
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self._public_key()
        data = self._authenticator_data(asked["rp"]["id"], _PRESENT | _NEW_CREDENTIAL) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": client_data, "attestationObject": attestation})

    def show(self, options: str) -> str:
        """Return the answer to a request to show the passkey, as JSON."""
        asked = json.loads(options)
        self.uses += 1
        data = self._authenticator_data(asked["rpId"], _PRESENT)
        client_data = self._client_data("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ECDSA(SHA256()))
        return self._answer({"clientDataJSON": client_data, "authenticatorData": data, "signature": signature})

    def _answer(self, parts: dict[str, bytes]) -> str:
        own = _encode(self.credential)
        response = {name: _encode(part) for name, part in parts.items()}
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})

    def _authenticator_data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def challenge_of(options: str) -> bytes:
    """Return what a request asks to be signed."""
    challenge = json.loads(options)["challenge"]
    return urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
