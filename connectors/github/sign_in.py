"""Signing in with GitHub, to show which account is one's own: no permission is asked for, and the token is not kept."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from connectors.github.client import API_VERSION
from guardian.ids import SpaceName
from guardian.spaces.account_proof import ProofResult
from guardian.spaces.outcomes import Outcome, Rejected, Unavailable
from guardian.spaces.port import Account
from guardian.untrusted_json import read_json

_NO_SIGN_IN: Final = Rejected("GitHub does not take this sign-in any more")


@dataclass(frozen=True, slots=True)
class SignInConfig:
    """The App's own sign-in: its client id and secret, and where GitHub's pages and API are."""

    name: SpaceName
    client_id: str
    client_secret: str = field(repr=False)
    oauth_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    call_ceiling: timedelta = timedelta(seconds=30)


class GithubSignIn:
    """The proof that an account on GitHub is somebody's."""

    label: Final = "GitHub"
    answer_fields: Final = ("code",)
    knows_linked_accounts: Final = False

    def __init__(self, config: SignInConfig) -> None:
        self._config = config

    @property
    def space(self) -> SpaceName:
        """The space whose accounts are shown to be somebody's."""
        return self._config.name

    def start(self, return_url: str, state: str, verifier: str, *, include_linked: bool = False) -> str:
        """Return GitHub's page with the button; no scope is asked for, so it shows no more than what is public anyway.

        GitHub knows of nobody's accounts elsewhere, so there is nothing more to ask.
        """
        page = f"{self._config.oauth_url}/login/oauth/authorize"
        with self._session(return_url) as session:
            address, _ = session.create_authorization_url(page, state=state, code_verifier=verifier)
        return str(address)

    async def finish(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        """Return the account whose owner pressed the button: the id that stays, and today's login."""
        try:
            async with asyncio.timeout(2 * self._config.call_ceiling.total_seconds()):
                return await asyncio.to_thread(self._exchange, return_url, code, verifier)
        except TimeoutError:
            return Unavailable("GitHub was too slow")

    def _exchange(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        wait = self._config.call_ceiling.total_seconds()
        try:
            with self._session(return_url) as session:
                session.fetch_token(
                    f"{self._config.oauth_url}/login/oauth/access_token",
                    code=code,
                    code_verifier=verifier,
                    headers={"Accept": "application/json"},
                    timeout=wait,
                )
                answer = session.get(
                    f"{self._config.api_url}/user",
                    headers={"X-GitHub-Api-Version": API_VERSION},
                    timeout=wait,
                    allow_redirects=False,
                )
                return (
                    self._read_proof(read_json(answer.content))
                    if answer.status_code == 200
                    else _refusal_outcome(answer.status_code)
                )
        except AuthlibBaseError:
            return _NO_SIGN_IN
        except requests.HTTPError as error:
            return _refusal_outcome(error.response.status_code if error.response is not None else 500)
        except (requests.RequestException, ValueError):
            return Unavailable("the connection to GitHub was lost")

    def _read_proof(self, body: Any) -> ProofResult | Outcome:
        if not isinstance(body, dict) or not isinstance(body.get("id"), int) or not body.get("login"):
            return Unavailable("GitHub answered about something else")
        return ProofResult(Account(self.space, str(body["id"])), str(body["login"]))

    def _session(self, return_url: str) -> OAuth2Session:
        return OAuth2Session(
            self._config.client_id,
            self._config.client_secret,
            token_endpoint_auth_method="client_secret_post",
            redirect_uri=return_url,
            code_challenge_method="S256",
        )


def _refusal_outcome(status: int) -> Outcome:
    return Unavailable(f"GitHub answered {status}") if status >= 500 or status == 429 else _NO_SIGN_IN
