"""Signing in with GitHub: the page where a person agrees, the code that their browser carries, and the user's token."""

import base64
import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from connectors.emulators.github import responses
from connectors.emulators.github.organization import GithubCall, parse_fields
from connectors.emulators.github.renderer import JsonRenderer
from connectors.emulators.shared.limits import SystemTime
from connectors.emulators.shared.server import Response

CODE_LIFETIME = timedelta(minutes=10)
TOKEN_LIFETIME = timedelta(hours=8)
_PAGE = """<!DOCTYPE html><html><body><h1>Authorize {app}</h1>
<p>{app} would like to know which account is yours.</p>{fault}
<form action="/login/oauth/authorize" method="post">{hidden}
<label for="login">Username or email address</label><input id="login" name="login" value="">
<button name="authorize" value="1">Authorize {app}</button></form></body></html>"""


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """What a browser carries back: good once, for some minutes, for the address and the challenge of its beginning."""

    account_id: int
    address: str
    challenge: str
    until: datetime


class OAuthServer:
    """The app's own sign-in. `callbacks` are the addresses that its settings allow, each with everything below it."""

    def __init__(self, app_id: int, slug: str, renderer: JsonRenderer, system_time: SystemTime, random: Random) -> None:
        self.client_id, self.client_secret = f"Iv1.{app_id}", f"{random.getrandbits(160):040x}"
        self.callbacks: list[str] = []
        self.codes: dict[str, AuthorizationCode] = {}
        self.tokens: dict[str, tuple[int, datetime]] = {}
        self._slug, self._renderer, self._system_time, self._random = slug, renderer, system_time, random

    def page(self, call: GithubCall) -> Response:
        """Answer GET /login/oauth/authorize: the page with the button"""
        fault = self._check_request(call.query)
        return fault or self._page(call.query)

    def agree(self, call: GithubCall) -> Response:
        """Answer POST /login/oauth/authorize: the person has pressed the button; their browser goes back with a code"""
        given = parse_fields(call)
        if (fault := self._check_request(given)) is not None:
            return fault
        account = call.state.find_account(str(given.get("login", "")).strip())
        if account is None or account.type != "User":
            return self._page(given, "<p>Incorrect username or password.</p>")
        code = f"{self._random.getrandbits(80):020x}"
        until = self._system_time() + CODE_LIFETIME
        self.codes[code] = AuthorizationCode(
            account.id, given["redirect_uri"], str(given.get("code_challenge", "")), until
        )
        query = urlencode({"code": code, **({"state": given["state"]} if given.get("state") else {})})
        return Response(302, None, {"Location": f"{given['redirect_uri']}?{query}"}, raw=b"")

    def exchange(self, call: GithubCall) -> Response:
        """Answer POST /login/oauth/access_token: a code becomes a token; refusals come with status 200"""
        given = parse_fields(call)
        if (given.get("client_id"), given.get("client_secret")) != (self.client_id, self.client_secret):
            return self._respond(
                call, {"error": "incorrect_client_credentials", "error_description": "They are wrong."}
            )
        code = self.codes.pop(str(given.get("code", "")), None)
        if (
            code is None
            or code.until <= self._system_time()
            or not _is_proven(code.challenge, given.get("code_verifier"))
        ):
            fault = {"error": "bad_verification_code", "error_description": "The code is incorrect or expired."}
            return self._respond(call, fault)
        if given.get("redirect_uri") not in (None, code.address):
            return self._respond(call, {"error": "redirect_uri_mismatch", "error_description": "It is another one."})
        token = f"ghu_{self._random.getrandbits(180):036x}"
        self.tokens[token] = (code.account_id, self._system_time() + TOKEN_LIFETIME)
        return self._respond(call, {"access_token": token, "scope": "", "token_type": "bearer"})

    def user(self, call: GithubCall) -> Response:
        """Answer GET /user: whose token it is"""
        known = self.holder(call.headers.get("Authorization", ""))
        if known is None:
            # An app's own token belongs to nobody.
            return responses.forbidden_response()
        return responses.ok_response(self._renderer.profile(call.state.accounts[known]))

    def holder(self, header: str) -> int | None:
        """Return the account whose token the header shows, if it is good."""
        kind, _, secret = header.partition(" ")
        account_id, until = self.tokens.get(secret.strip(), (0, self._system_time()))
        return account_id if kind.lower() in ("bearer", "token") and until > self._system_time() else None

    def _check_request(self, given: Mapping[str, Any]) -> Response | None:
        if given.get("client_id") != self.client_id:
            return Response(404, None, content_type="text/html", raw=b"<h1>404</h1>")
        address = str(given.get("redirect_uri", ""))
        if not any(address == known or address.startswith(f"{known.rstrip('/')}/") for known in self.callbacks):
            text = b"<h1>The redirect_uri is not associated with this application.</h1>"
            return Response(200, None, content_type="text/html", raw=text)
        return None

    def _page(self, given: Mapping[str, Any], fault: str = "") -> Response:
        kept = {n: v for n, v in given.items() if n not in ("login", "authorize")}
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(n)}" value="{html.escape(str(v))}">' for n, v in kept.items()
        )
        page = _PAGE.format(app=self._slug, fault=fault, hidden=hidden)
        return Response(200, None, content_type="text/html; charset=utf-8", raw=page.encode())

    def _respond(self, call: GithubCall, body: Mapping[str, str]) -> Response:
        """As JSON where that was asked for, else as a form."""
        if "application/json" in call.headers.get("Accept", ""):
            return responses.ok_response(dict(body))
        return Response(200, None, content_type="application/x-www-form-urlencoded", raw=urlencode(body).encode())


def _is_proven(challenge: str, verifier: Any) -> bool:
    if not challenge:
        return True
    digest = hashlib.sha256(str(verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
