"""Signing in with an application: the page where a person agrees, the code that their browser carries, and their token."""

import base64
import binascii
import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from connectors.emulators.discord.requests import DiscordCall
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.limits import SystemTime
from connectors.emulators.shared.server import Response

CODE_LIFETIME = timedelta(minutes=1)
TOKEN_LIFETIME = timedelta(days=7)
SCOPES = {
    "identify": "Access your username, avatar, and banner",
    "connections": "Access your third-party connections",
}
_PAGE = """<!DOCTYPE html><html><body><h1>{app} wants to access your Discord account</h1>
<p>This will allow the developer of {app} to:</p><ul>{wishes}</ul>{fault}
<form action="/oauth2/authorize" method="post">{hidden}
<label for="username">Email or phone number</label><input id="username" name="username" value="">
<button name="permission" value="cancel">Cancel</button>
<button name="permission" value="authorize">Authorize</button></form></body></html>"""


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """What a browser carries back: good once, for a minute, for the address and the challenge of its beginning."""

    user_id: str
    scopes: tuple[str, ...]
    address: str
    challenge: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token lets its holder know of the account whose owner agreed."""

    user_id: str
    scopes: tuple[str, ...]
    refreshes: str
    until: datetime


class OAuthServer:
    """The application's own sign-in. `redirects` are the addresses that its settings allow, each exactly so."""

    def __init__(self, state: DiscordState, system_time: SystemTime, random: Random) -> None:
        self.client_id, self.client_secret = state.application_id, f"{random.getrandbits(160):032x}"
        self.redirects: list[str] = []
        self.codes: dict[str, AuthorizationCode] = {}
        self.tokens: dict[str, Grant] = {}
        self._app = state.users[state.bot_id].username
        self._system_time, self._random = system_time, random

    def page(self, call: DiscordCall) -> Response:
        """Answer GET /oauth2/authorize: the page with the buttons"""
        return self._check_request(call.query) or self._page(call.query)

    def agree(self, call: DiscordCall) -> Response:
        """Answer POST /oauth2/authorize: the person has pressed a button.

        Their browser goes back with a code, or without one
        """
        given = _fields(call)
        if (fault := self._check_request(given)) is not None:
            return fault
        if given.get("permission") != "authorize":
            denied = {"error": "access_denied", "error_description": "The resource owner or server denied the request"}
            return _redirect_back(given, denied)
        name = str(given.get("username", "")).strip()
        found = next((u for u in call.state.users.values() if u.username == name and not u.bot), None)
        if found is None:
            return self._page(given, "<p>Login or password is invalid.</p>")
        code = f"{self._random.getrandbits(120):030x}"
        until, challenge = self._system_time() + CODE_LIFETIME, str(given.get("code_challenge", ""))
        self.codes[code] = AuthorizationCode(found.id, _scopes(given), str(given["redirect_uri"]), challenge, until)
        return _redirect_back(given, {"code": code})

    def exchange(self, call: DiscordCall) -> Response:
        """Answer POST /oauth2/token: a code becomes a token"""
        given = _fields(call)
        if not self._is_application(call, given):
            return Response(401, {"error": "invalid_client"})
        if given.get("grant_type") != "authorization_code":
            return Response(400, {"error": "unsupported_grant_type"})
        code = self.codes.pop(str(given.get("code", "")), None)
        if (
            code is None
            or code.until <= self._system_time()
            or not _is_proven(code.challenge, given.get("code_verifier"))
        ):
            return _invalid_grant('Invalid "code" in request.')
        if given.get("redirect_uri") != code.address:
            return _invalid_grant('Invalid "redirect_uri" in request.')
        token, refreshes = (f"{self._random.getrandbits(150):030x}" for _ in range(2))
        self.tokens[token] = Grant(code.user_id, code.scopes, refreshes, self._system_time() + TOKEN_LIFETIME)
        shown = {"access_token": token, "token_type": "Bearer", "expires_in": int(TOKEN_LIFETIME.total_seconds())}
        return Response(200, shown | {"refresh_token": refreshes, "scope": " ".join(code.scopes)})

    def revoke(self, call: DiscordCall) -> Response:
        """Answer POST /oauth2/token/revoke: the token, and whatever was granted with it, opens nothing any more"""
        given = _fields(call)
        if not self._is_application(call, given):
            return Response(401, {"error": "invalid_client"})
        revoked = str(given.get("token", ""))
        for token, grant in list(self.tokens.items()):
            if revoked in (token, grant.refreshes):
                del self.tokens[token]
        return Response(200, {})

    def holder(self, header: str) -> Grant | None:
        """Return what the token in the header is good for."""
        kind, _, token = header.partition(" ")
        grant = self.tokens.get(token.strip())
        return grant if kind == "Bearer" and grant is not None and grant.until > self._system_time() else None

    def _is_application(self, call: DiscordCall, given: Mapping[str, Any]) -> bool:
        """Whether the application has shown its secret, in the form or as a name and password."""
        kind, _, packed = call.headers.get("Authorization", "").partition(" ")
        shown = (given.get("client_id"), given.get("client_secret"))
        if kind == "Basic":
            try:
                name, _, password = base64.b64decode(packed).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return False
            shown = (name, password)
        return shown == (self.client_id, self.client_secret)

    def _check_request(self, given: Mapping[str, Any]) -> Response | None:
        if given.get("client_id") != self.client_id:
            return _error_page("Unknown application")
        if given.get("redirect_uri") not in self.redirects:
            return _error_page("Invalid OAuth2 redirect_uri")
        if given.get("response_type") != "code" or not _scopes(given) or not set(_scopes(given)) <= set(SCOPES):
            return _error_page("The requested scope is invalid, unknown, or malformed.")
        return None

    def _page(self, given: Mapping[str, Any], fault: str = "") -> Response:
        kept = {n: v for n, v in given.items() if n not in ("username", "permission")}
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(n)}" value="{html.escape(str(v))}">' for n, v in kept.items()
        )
        wishes = "".join(f"<li>{SCOPES[scope]}</li>" for scope in _scopes(given))
        return _html(200, _PAGE.format(app=self._app, wishes=wishes, fault=fault, hidden=hidden))


def _fields(call: DiscordCall) -> dict[str, Any]:
    return call.body if isinstance(call.body, dict) else {}


def _scopes(given: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(given.get("scope", "")).split()))


def _redirect_back(given: Mapping[str, Any], said: Mapping[str, str]) -> Response:
    query = urlencode({**said, **({"state": given["state"]} if given.get("state") else {})})
    return Response(302, None, {"Location": f"{given['redirect_uri']}?{query}"}, raw=b"")


def _invalid_grant(why: str) -> Response:
    return Response(400, {"error": "invalid_grant", "error_description": why})


def _error_page(words: str) -> Response:
    return _html(400, f"<!DOCTYPE html><html><body><h1>{words}</h1></body></html>")


def _html(status: int, page: str) -> Response:
    return Response(status, None, content_type="text/html; charset=utf-8", raw=page.encode())


def _is_proven(challenge: str, verifier: Any) -> bool:
    if not challenge:
        return True
    digest = hashlib.sha256(str(verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
