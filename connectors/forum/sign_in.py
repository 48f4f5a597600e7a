"""Signing in with the forum, to show which account is one's own: DiscourseConnect with the forum as the provider.

The forum sends the browser back with what it says, signed by a secret that we share with it. Nothing is asked of the
forum's API, and of what it says only the lasting number and the name are read. Source: Discourse's "Use Discourse as an
identity provider (DiscourseConnect)". Read `ForumSignIn` first.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode

from guardian.ids import SpaceName
from guardian.secrets import are_equal
from guardian.spaces.account_proof import ProofResult
from guardian.spaces.outcomes import Outcome, Rejected
from guardian.spaces.port import Account

_NO_SIGN_IN: Final = Rejected("the forum's answer is not one to this sign-in")
_LONGEST: Final = 8_000


@dataclass(frozen=True, slots=True)
class SignInConfig:
    """Where the forum's pages are, and the secret that it has for our address (`discourse_connect_provider_secrets`)."""

    name: SpaceName
    base_url: str
    secret: str = field(repr=False)


class ForumSignIn:
    """The proof that an account in the forum is somebody's."""

    label: Final = "the forum"
    knows_linked_accounts: Final = False
    answer_fields: Final = ("sso", "sig")

    def __init__(self, config: SignInConfig) -> None:
        self._config = config

    @property
    def space(self) -> SpaceName:
        """The space whose accounts are shown to be somebody's."""
        return self._config.name

    def start(self, return_url: str, state: str, verifier: str, *, include_linked: bool = False) -> str:
        """Return the forum's page that sends whoever is signed in there back to us; others are asked to sign in first.

        The nonce is a digest of the verifier, so that an answer is good for the browser that began. The forum knows of
        nobody's accounts elsewhere in this way, so there is nothing more to ask.
        """
        back = f"{return_url}?{urlencode({'state': state})}"
        payload = base64.b64encode(urlencode({"nonce": _nonce(verifier), "return_sso_url": back}).encode()).decode()
        query = urlencode({"sso": payload, "sig": self._sign(payload)})
        return f"{self._config.base_url}/session/sso_provider?{query}"

    async def finish(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        """Return the account that the forum names: the number that stays, and today's name."""
        payload, _, signature = code.partition(".")
        if len(payload) > _LONGEST or not are_equal(self._sign(payload), signature.lower()):
            return _NO_SIGN_IN
        said = _read_payload(payload)
        number, name = said.get("external_id", ""), said.get("username", "")
        is_ours = are_equal(said.get("nonce", ""), _nonce(verifier))
        if not is_ours or said.get("failed") == "true" or not (number.isascii() and number.isdecimal()) or not name:
            return _NO_SIGN_IN
        return ProofResult(Account(self.space, number), name)

    def _sign(self, payload: str) -> str:
        return hmac.new(self._config.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def _nonce(verifier: str) -> str:
    return hashlib.sha256(verifier.encode()).hexdigest()


def _read_payload(payload: str) -> Mapping[str, str]:
    try:
        text = base64.b64decode(payload, validate=True).decode()
    except (binascii.Error, ValueError):
        return {}
    pairs = parse_qsl(text, max_num_fields=100)
    # A field that stands there twice says nothing: which of the two is meant cannot be known.
    return {name: value for name, value in pairs if [each for each, _ in pairs].count(name) == 1}
