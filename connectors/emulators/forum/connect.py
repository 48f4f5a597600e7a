"""DiscourseConnect with the forum as the provider: it sends a browser back with who is signed in, signed with a secret.

As `SessionController#sso_provider` does: the setting must be on, the secret is the one for the host of the return
address, and of the payload `nonce` and `return_sso_url` are needed. Whoever is not signed in gets the forum's own page of
signing in first. Read `ConnectProvider` first.
"""

import base64
import binascii
import hashlib
import hmac
import html
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectors.emulators.forum.admin import ForumCall
from connectors.emulators.forum.state import ForumUser
from connectors.emulators.shared.server import Response

_PAGE = """<!DOCTYPE html><html><body><h1>Log in</h1>{fault}
<form action="/session/sso_login" method="post">
<input type="hidden" name="sso" value="{sso}"><input type="hidden" name="sig" value="{sig}">
<label for="login">Email or username</label><input id="login" name="login" value="">
<button>Log in</button></form></body></html>"""


class ConnectProvider:
    """The forum as an identity provider; `secrets` has one for each host, as the setting has. Off until there is one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.secrets: dict[str, str] = {}
        self._now = now

    def share_secret(self, host: str) -> str:
        """Return the secret for addresses of that host, which an administrator has just entered."""
        self.secrets.setdefault(host, hashlib.sha256(f"connect {host}".encode()).hexdigest())
        return self.secrets[host]

    def page(self, call: ForumCall) -> Response:
        """Answer GET /session/sso_provider, by somebody who is not signed in"""
        return self._checked(call.query) or self._page(call.query)

    def log_in(self, call: ForumCall) -> Response:
        """Answer the page of signing in: the browser goes back with who it is"""
        given = _fields(call)
        if (fault := self._checked(given)) is not None:
            return fault
        user = call.state.find_user(given.get("login", "").strip())
        if user is None or not user.active or user.is_suspended(self._now()):
            return self._page(given, "<p>Incorrect username, email or password</p>")
        asked = _read(given["sso"])
        payload = base64.b64encode(urlencode(_said(asked, user)).encode()).decode()
        back = asked["return_sso_url"]
        query = urlencode({"sso": payload, "sig": _sign(self._secret_for(back), payload)})
        return Response(302, None, {"Location": f"{back}{'&' if '?' in back else '?'}{query}"}, raw=b"")

    def _checked(self, given: Mapping[str, str]) -> Response | None:
        """What is answered where the request is none."""
        if not self.secrets:
            return _text(404, "The requested URL or resource could not be found.")
        payload = given.get("sso", "")
        asked = _read(payload) if payload else {}
        back = asked.get("return_sso_url", "")
        if not payload or not back or not asked.get("nonce"):
            return _text(400, "return_sso_url is blank, it must be provided")
        secret = self._secret_for(back)
        if not secret:
            return _text(400, "Unable to find a secret for this address")
        if not hmac.compare_digest(_sign(secret, payload), given.get("sig", "")):
            return _text(422, "Login Error")
        return None

    def _secret_for(self, address: str) -> str:
        return self.secrets.get(urlsplit(address).hostname or "", "")

    def _page(self, given: Mapping[str, str], fault: str = "") -> Response:
        page = _PAGE.format(fault=fault, sso=html.escape(given["sso"]), sig=html.escape(given["sig"]))
        return Response(200, None, content_type="text/html; charset=utf-8", raw=page.encode())


def _said(asked: Mapping[str, str], user: ForumUser) -> dict[str, str]:
    return {
        "admin": str(user.admin).lower(),
        "avatar_url": "",
        "email": user.email,
        "external_id": str(user.id),
        "groups": "",
        "moderator": str(user.moderator).lower(),
        "name": user.username,
        "nonce": asked["nonce"],
        "return_sso_url": asked["return_sso_url"],
        "username": user.username,
    }


def _read(payload: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(base64.b64decode(payload).decode()))
    except (binascii.Error, ValueError):
        return {}


def _sign(secret: str, payload: str) -> str:
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def _fields(call: ForumCall) -> dict[str, str]:
    given: Mapping[str, Any] = call.body if isinstance(call.body, dict) else {}
    return {str(name): str(value) for name, value in given.items()}


def _text(status: int, words: str) -> Response:
    return Response(status, None, content_type="text/plain; charset=utf-8", raw=words.encode())
