"""Signing in with Discord, to show which account is one's own and, if its owner agrees, which accounts elsewhere are.

Only what Discord itself has checked and not withdrawn counts. The token is given back before anything is answered.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from guardian.ids import SpaceName
from guardian.logs import logger
from guardian.spaces.account_proof import ProofResult, ProvenAccount
from guardian.spaces.outcomes import Outcome, Rejected, Unavailable
from guardian.spaces.port import Account
from guardian.untrusted_json import read_json

_IDENTIFY: Final = "identify"
_CONNECTIONS: Final = "connections"
_MOST_CONNECTIONS: Final = 10
_NO_SIGN_IN: Final = Rejected("Discord does not take this sign-in any more")

_log = logger("discord")


@dataclass(frozen=True, slots=True)
class SignInConfig:
    """The application's own sign-in: its client id and secret, and where Discord's pages and API are.

    `connections`: which space a kind of connection stands for, such as `github`; other kinds are not looked at.
    """

    name: SpaceName
    client_id: str
    client_secret: str = field(repr=False)
    oauth_url: str = "https://discord.com"
    api_url: str = "https://discord.com/api/v10"
    connections: tuple[tuple[str, SpaceName], ...] = ()
    call_ceiling: timedelta = timedelta(seconds=20)


class DiscordSignIn:
    """The proof that an account on Discord, and what its owner has connected there, is somebody's."""

    label: Final = "Discord"
    answer_fields: Final = ("code",)

    def __init__(self, config: SignInConfig) -> None:
        self._config = config

    @property
    def space(self) -> SpaceName:
        """The space whose accounts are shown to be somebody's."""
        return self._config.name

    @property
    def knows_linked_accounts(self) -> bool:
        """Whether a kind of connection stands for one of our spaces."""
        return bool(self._config.connections)

    def start(self, return_url: str, state: str, verifier: str, *, include_linked: bool = False) -> str:
        """Return Discord's page with the button.

        It asks for what is public anyway, and for connections where those are wanted.
        """
        scope = f"{_IDENTIFY} {_CONNECTIONS}" if include_linked else _IDENTIFY
        page = f"{self._config.oauth_url}/oauth2/authorize"
        with self._session(return_url, scope) as session:
            address, _ = session.create_authorization_url(page, state=state, code_verifier=verifier)
        return str(address)

    async def finish(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        """Return the account whose owner pressed the button, and what they let us see of their connections."""
        try:
            async with asyncio.timeout(2 * self._config.call_ceiling.total_seconds()):
                return await asyncio.to_thread(self._exchange, return_url, code, verifier)
        except TimeoutError:
            return Unavailable("Discord was too slow")

    def _exchange(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        try:
            with self._session(return_url) as session:
                token = session.fetch_token(
                    f"{self._config.oauth_url}/api/oauth2/token",
                    code=code,
                    code_verifier=verifier,
                    timeout=self._timeout,
                )
                try:
                    return self._read_proof(session, str(token.get("scope", "")).split())
                finally:
                    self._revoke_token(session)
        except AuthlibBaseError:
            return _NO_SIGN_IN
        except requests.HTTPError as error:
            return _refusal_outcome(error.response.status_code if error.response is not None else 500)
        except (requests.RequestException, ValueError):
            return Unavailable("the connection to Discord was lost")

    def _read_proof(self, session: OAuth2Session, granted: list[str]) -> ProofResult | Outcome:
        me = self._get(session, "/users/@me")
        if not isinstance(me, dict) or not str(me.get("id", "")).isdecimal() or not me.get("username"):
            return Unavailable("Discord answered about something else")
        linked = (
            self._linked_accounts(self._get(session, "/users/@me/connections")) if _CONNECTIONS in granted else None
        )
        return ProofResult(Account(self.space, str(me["id"])), str(me["username"]), linked)

    def _linked_accounts(self, connections: Any) -> tuple[ProvenAccount, ...]:
        """The accounts elsewhere that Discord has checked and that nobody has withdrawn since."""
        found = [each for each in connections or () if isinstance(each, dict) and _is_verified(each)]
        return tuple(
            ProvenAccount(Account(space, str(each["id"])), str(each.get("name") or each["id"]))
            for each in found[:_MOST_CONNECTIONS]
            for kind, space in self._config.connections
            if each.get("type") == kind
        )

    def _get(self, session: OAuth2Session, path: str) -> Any:
        answer = session.get(f"{self._config.api_url}{path}", timeout=self._timeout, allow_redirects=False)
        answer.raise_for_status()
        return read_json(answer.content)

    def _revoke_token(self, session: OAuth2Session) -> None:
        """The token opens nothing any more; where Discord cannot be told so, it is forgotten here all the same."""
        address = f"{self._config.oauth_url}/api/oauth2/token/revoke"
        try:
            answer = session.revoke_token(address, token=session.token.get("access_token", ""), timeout=self._timeout)
            answer.raise_for_status()
        except (AuthlibBaseError, requests.RequestException, ValueError) as error:
            _log.warning("sign_in.not_given_back", kind=type(error).__name__)

    @property
    def _timeout(self) -> float:
        return self._config.call_ceiling.total_seconds() / 2

    def _session(self, return_url: str, scope: str | None = None) -> OAuth2Session:
        session = OAuth2Session(
            self._config.client_id,
            self._config.client_secret,
            token_endpoint_auth_method="client_secret_post",
            revocation_endpoint_auth_method="client_secret_post",
            redirect_uri=return_url,
            scope=scope,
            code_challenge_method="S256",
        )
        # Discord turns away callers that do not say what they are, and where they are at home, in this form.
        home = urlsplit(return_url)
        session.headers["User-Agent"] = f"DiscordBot ({home.scheme}://{home.netloc}, 1)"
        return session


def _is_verified(connection: Mapping[str, Any]) -> bool:
    said = connection.get("verified") is True and connection.get("revoked", False) is False
    return said and str(connection.get("id", "")).isdecimal()


def _refusal_outcome(status: int) -> Outcome:
    return Unavailable(f"Discord answered {status}") if status >= 500 or status == 429 else _NO_SIGN_IN
