"""The Inlet port: a webhook is verified, and then says only which accounts to look at. Nothing in it is believed."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from guardian.errors import Refused
from guardian.ids import SpaceName


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A signed event. `native_ids` are the accounts to look at; `digest` (of the signed body) and `delivery_id` tell a
    repetition (the id stands in an unsigned header, so the digest counts too); `event` is the platform's name for it.

    `things` are what the space's inbox is to fetch and read, by names of the inbox's own.
    """

    space: SpaceName
    native_ids: tuple[str, ...]
    digest: str
    delivery_id: str
    event: str
    items: tuple[str, ...] = ()


class WebhookVerifier(Protocol):
    """One space's door for webhooks."""

    @property
    def space(self) -> SpaceName: ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """The knock that the signed body stands for; Refused where the signature is missing or wrong."""
        ...


def digest_body(body: bytes) -> str:
    """The SHA-256 of a body, in hexadecimal."""
    return sha256(body).hexdigest()


def check_signature(secret: str, body: bytes, signature: str | None) -> None:
    """Returns where `given` is `sha256=` and the body's HMAC under the secret, compared in constant time; else Refused."""
    expected = "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()
    if signature is None or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused("signature", "The signature of this delivery is missing or wrong.")


def lowercase_keys(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers by their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}
