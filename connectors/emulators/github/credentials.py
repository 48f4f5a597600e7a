"""How an app shows who it is: a JSON web token signed with its key, and installation tokens that run out."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.emulators.shared.limits import SystemTime

TOKEN_LIFETIME = timedelta(hours=1)
WEB_TOKEN_LIMIT = timedelta(minutes=11)
SKEW = timedelta(seconds=60)
LEVELS = {"": 0, "read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Token:
    """An installation token: until when (wire time), and what it was narrowed to (None: everything granted)."""

    expires_at: datetime
    narrowed: dict[str, str] | None


class Credentials:
    """The app's key and its tokens, as GitHub checks them."""

    def __init__(
        self, app_id: int, system_time: SystemTime, random: Random, private_key_pem: str | None = None
    ) -> None:
        self.private_key_pem = private_key_pem or _new_key()
        self.tokens: dict[str, Token] = {}
        self._app_id, self._system_time, self._random = app_id, system_time, random
        # Checking its primes would take longer than all else here; it is an emulator's own key.
        pem = self.private_key_pem.encode()
        key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("the key of an app is an RSA key")
        self._public = key.public_key()

    def issue(self, narrowed: dict[str, str] | None) -> tuple[str, Token]:
        """A new installation token."""
        name = f"ghs_{self._random.getrandbits(180):036x}"
        self.tokens[name] = Token(self._system_time() + TOKEN_LIFETIME, narrowed)
        return name, self.tokens[name]

    def expire_tokens(self) -> None:
        """Let no token that was issued until now be good any more."""
        self.tokens.clear()

    def token(self, header: str) -> Token | None:
        """Return the installation token that an Authorization header shows, if it is good."""
        found = self.tokens.get(_secret(header))
        return found if found is not None and found.expires_at > self._system_time() else None

    def is_app(self, header: str) -> bool:
        """Return whether the header shows a web token of the app, signed with its key and in its time."""
        claims = self._claims(_secret(header))
        try:
            issued = float(claims.get("iat", "nan"))
            ends = float(claims.get("exp", "nan"))
        except (TypeError, ValueError):
            return False
        now = self._system_time().timestamp()
        in_time = issued <= now + SKEW.total_seconds() and now < ends <= issued + WEB_TOKEN_LIMIT.total_seconds()
        return in_time and str(claims.get("iss")) == str(self._app_id)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            head, body, signature = token.split(".")
            signed = f"{head}.{body}".encode()
            self._public.verify(_decoded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
            claims = json.loads(_decoded(body))
        except (ValueError, InvalidSignature, binascii.Error):
            return {}
        return claims if isinstance(claims, dict) else {}


def suffices(granted: dict[str, str], narrowed: dict[str, str] | None, name: str, level: str) -> bool:
    """Return whether that permission is granted, and left by what the token was narrowed to."""
    held = LEVELS[granted.get(name, "")]
    if narrowed is not None:
        held = min(held, LEVELS[narrowed.get(name, "")])
    return held >= LEVELS[level]


def _secret(header: str) -> str:
    kind, _, secret = header.partition(" ")
    return secret.strip() if kind.lower() in ("bearer", "token") else ""


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()
