"""The WebhookVerifier port: a verified event says only which accounts to reconcile. Nothing in it is believed.

Read `WebhookVerifier` first.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.secrets import are_equal
from guardian.untrusted_json import MalformedJson, read_object


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A signed event. `native_ids` are the accounts to reconcile; `event` is the platform's name for it.

    `digest` (of the signed body) and `delivery_id` show a repetition (the id stands in an unsigned header, so the
    digest counts too). `items` are what the space's inbox is to fetch and read, by names of the inbox's own.
    """

    space: SpaceName
    native_ids: tuple[str, ...]
    digest: str
    delivery_id: str
    event: str
    items: tuple[str, ...] = ()


class WebhookVerifier(Protocol):
    """Verifies one space's webhook events."""

    @property
    def space(self) -> SpaceName:
        """Return the space's name."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """Return the event that the signed body stands for; Refused where it has no right signature or form."""
        ...


def digest_body(body: bytes) -> str:
    """Return the SHA-256 of a body, in hexadecimal."""
    return sha256(body).hexdigest()


def check_signature(secret: str, body: bytes, signature: str | None) -> None:
    """Refuse a signature that is not `sha256=` and the body's HMAC under the secret.

    Compared in constant time; Refused also where there is none.
    """
    expected = "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()
    if signature is None or not are_equal(expected, signature):
        raise Refused("signature", "The signature of this delivery is missing or wrong.")


def parse_signed_body(body: bytes) -> Mapping[str, Any]:
    """Return the object that a signed body is; Refused where it is none, or cannot be read within bounds."""
    try:
        return read_object(body)
    except MalformedJson:
        raise Refused("malformed", "This delivery is not in the form that was agreed.") from None


def lowercase_keys(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers by their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}
