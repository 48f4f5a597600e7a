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

from connectors.emulation.limits import WireTime
from connectors.emulation.server import Answer
from connectors.github.emulator import answers
from connectors.github.emulator.answers import Wording
from connectors.github.emulator.organization import GithubCall, fields

CODE_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(hours=8)
_PAGE = """<!DOCTYPE html><html><body><h1>Authorize {app}</h1>
<p>{app} would like to know which account is yours.</p>{fault}
<form action="/login/oauth/authorize" method="post">{hidden}
<label for="login">Username or email address</label><input id="login" name="login" value="">
<button name="authorize" value="1">Authorize {app}</button></form></body></html>"""


@dataclass(frozen=True, slots=True)
class Code:
    """What a browser carries back: good once, for some minutes, for the address and the challenge of its beginning."""

    account_id: int
    address: str
    challenge: str
    until: datetime


class SigningIn:
    """The app's own sign-in. `callbacks` are the addresses that its settings allow, each with everything below it."""

    def __init__(self, app_id: int, slug: str, word: Wording, wire: WireTime, random: Random) -> None:
        self.client_id, self.client_secret = f"Iv1.{app_id}", f"{random.getrandbits(160):040x}"
        self.callbacks: list[str] = []
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, tuple[int, datetime]] = {}
        self._slug, self._word, self._wire, self._random = slug, word, wire, random

    def page(self, call: GithubCall) -> Answer:
        """GET /login/oauth/authorize: the page with the button"""
        fault = self._fault(call.query)
        return fault or self._page(call.query)

    def agree(self, call: GithubCall) -> Answer:
        """POST /login/oauth/authorize: the person has pressed the button; their browser goes back with a code"""
        given = fields(call)
        if (fault := self._fault(given)) is not None:
            return fault
        account = call.state.named(str(given.get("login", "")).strip())
        if account is None or account.type != "User":
            return self._page(given, "<p>Incorrect username or password.</p>")
        code = f"{self._random.getrandbits(80):020x}"
        until = self._wire() + CODE_LASTS
        self.codes[code] = Code(account.id, given["redirect_uri"], str(given.get("code_challenge", "")), until)
        query = urlencode({"code": code, **({"state": given["state"]} if given.get("state") else {})})
        return Answer(302, None, {"Location": f"{given['redirect_uri']}?{query}"}, raw=b"")

    def exchange(self, call: GithubCall) -> Answer:
        """POST /login/oauth/access_token: a code becomes a token; refusals come with status 200"""
        given = fields(call)
        if (given.get("client_id"), given.get("client_secret")) != (self.client_id, self.client_secret):
            return self._said(call, {"error": "incorrect_client_credentials", "error_description": "They are wrong."})
        code = self.codes.pop(str(given.get("code", "")), None)
        if code is None or code.until <= self._wire() or not _proven(code.challenge, given.get("code_verifier")):
            fault = {"error": "bad_verification_code", "error_description": "The code is incorrect or expired."}
            return self._said(call, fault)
        if given.get("redirect_uri") not in (None, code.address):
            return self._said(call, {"error": "redirect_uri_mismatch", "error_description": "It is another one."})
        token = f"ghu_{self._random.getrandbits(180):036x}"
        self.tokens[token] = (code.account_id, self._wire() + TOKEN_LASTS)
        return self._said(call, {"access_token": token, "scope": "", "token_type": "bearer"})

    def user(self, call: GithubCall) -> Answer:
        """GET /user: whose token it is"""
        known = self.holder(call.headers.get("Authorization", ""))
        if known is None:
            # An app's own token belongs to nobody.
            return answers.not_accessible()
        return answers.ok(self._word.profile(call.state.accounts[known]))

    def holder(self, header: str) -> int | None:
        """The account whose token the header shows, if it is good."""
        kind, _, secret = header.partition(" ")
        account_id, until = self.tokens.get(secret.strip(), (0, self._wire()))
        return account_id if kind.lower() in ("bearer", "token") and until > self._wire() else None

    def _fault(self, given: Mapping[str, Any]) -> Answer | None:
        if given.get("client_id") != self.client_id:
            return Answer(404, None, content_type="text/html", raw=b"<h1>404</h1>")
        address = str(given.get("redirect_uri", ""))
        if not any(address == known or address.startswith(f"{known.rstrip('/')}/") for known in self.callbacks):
            text = b"<h1>The redirect_uri is not associated with this application.</h1>"
            return Answer(200, None, content_type="text/html", raw=text)
        return None

    def _page(self, given: Mapping[str, Any], fault: str = "") -> Answer:
        kept = {n: v for n, v in given.items() if n not in ("login", "authorize")}
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(n)}" value="{html.escape(str(v))}">' for n, v in kept.items()
        )
        page = _PAGE.format(app=self._slug, fault=fault, hidden=hidden)
        return Answer(200, None, content_type="text/html; charset=utf-8", raw=page.encode())

    def _said(self, call: GithubCall, body: Mapping[str, str]) -> Answer:
        """As JSON where that was asked for, else as a form."""
        if "application/json" in call.headers.get("Accept", ""):
            return answers.ok(dict(body))
        return Answer(200, None, content_type="application/x-www-form-urlencoded", raw=urlencode(body).encode())


def _proven(challenge: str, verifier: Any) -> bool:
    if not challenge:
        return True
    digest = hashlib.sha256(str(verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
