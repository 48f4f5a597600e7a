"""GitHub's API: the few requests that we make, through PyGithub's requester.

Blocking; each method is one request. The library's objects keep an answer where another thread could take it, so each
thread has its own; only the token is shared. The library neither waits nor repeats. Errors are read in `translate`.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import quote

import requests
from github import Auth, GithubException, GithubIntegration
from github import Github as Library
from github.Requester import Requester

from guardian.clock import wire_seconds
from guardian.ids import SpaceName

# The library answers a redirect to another host with a bare RuntimeError.
FAULTS: tuple[type[Exception], ...] = (GithubException, requests.RequestException, RuntimeError)
PAGE = 100
TOKEN_KEPT_SECONDS = 50 * 60  # GitHub makes installation tokens for an hour
BLOCKS_READ, BLOCKS_WRITE = "Blocking users: read", "Blocking users: write"
MEMBERS_READ, MEMBERS_WRITE = "Members: read", "Members: write"
ISSUES, PULLS, DISCUSSIONS = "Issues: write", "Pull requests: write", "Discussions: write"
GRAPH = "graphql"
_STATUSES = {"NOT_FOUND": 404, "FORBIDDEN": 403, "INSUFFICIENT_SCOPES": 403, "RATE_LIMITED": 429}
INSTALLED = "the App installed in the organisation, with its own private key"


@dataclass(frozen=True, slots=True)
class GithubConfig:
    """Which organisation, and as which App we come. `rate_per_minute` counts points: 1 a look, 5 a change."""

    name: SpaceName
    organization: str
    app_id: int
    private_key_pem: str = field(repr=False)
    installation_id: int
    api_url: str = "https://api.github.com"
    call_ceiling: timedelta = timedelta(seconds=30)
    webhook_secret: str | None = field(default=None, repr=False)
    rate_per_minute: float = 600.0
    inbox_every: timedelta = timedelta(minutes=10)
    delete_mentions: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is no error, or one of the statuses that the caller asked to see."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def last_page(self) -> bool:
        """Whether a list surely ends here: it is short of a page, and no link leads on."""
        return len(self.body) < PAGE and 'rel="next"' not in self.headers.get("link", "")


class Refusal(GithubException):
    """An answer that is an error; `needs` names the permission that the request takes."""

    def __init__(self, status: int, data: Any, headers: Mapping[str, str], needs: str) -> None:
        super().__init__(status, data, dict(headers))
        self.needs = needs


class Tokens:
    """The installation's token, one for all threads, made anew before it runs out."""

    def __init__(self, make: Callable[[], str], seconds: Callable[[], float] = wire_seconds) -> None:
        self._make, self._seconds = make, seconds
        self._lock = threading.Lock()
        self._token: str | None = None
        self._made_at = 0.0

    def current(self) -> str:
        """A token that is good for some minutes more."""
        with self._lock:
            if self._token is None or self._seconds() - self._made_at >= TOKEN_KEPT_SECONDS:
                self._token, self._made_at = self._make(), self._seconds()
            return self._token

    def drop(self, token: str) -> None:
        """The token is not taken any more: the next one is new."""
        with self._lock:
            if token == self._token:
                self._token = None


class Github:
    """The requests that we make; safe to call from several threads, as each has an object of the library for itself."""

    def __init__(self, config: GithubConfig) -> None:
        self._config = config
        self._org = f"/orgs/{quote(config.organization, safe='')}"
        self._thread = threading.local()
        self._tokens = Tokens(self._new_token)

    def date(self) -> str | None:
        """The `Date` of the last answer in this thread."""
        return getattr(self._thread, "date", None)

    # -- people

    def account(self, native_id: str) -> Reply:
        """The account of that id: 200, or 404."""
        return self._ask("GET", f"/user/{native_id}", seen=(404,))

    def named(self, login: str) -> Reply:
        """Whoever has the login today: 200, or 404."""
        return self._ask("GET", f"/users/{quote(login, safe='')}", seen=(404,))

    # -- blocks

    def blocks(self, page: int) -> Reply:
        """One page of the blocked accounts. Its 200 is also what makes a 404 of the others a no."""
        return self._ask("GET", f"{self._org}/blocks", {"per_page": PAGE, "page": page}, needs=BLOCKS_READ)

    def blocked(self, login: str) -> Reply:
        """204 blocked, 404 not blocked or not permitted."""
        return self._ask("GET", f"{self._org}/blocks/{_login(login)}", seen=(404,), needs=BLOCKS_READ)

    def block(self, login: str) -> Reply:
        """204 blocked now; 422 the organisation cannot block this account as it stands."""
        return self._ask("PUT", f"{self._org}/blocks/{_login(login)}", seen=(422,), needs=BLOCKS_WRITE)

    def unblock(self, login: str) -> Reply:
        """204 not blocked any more; 404 or 422 was not blocked, or not permitted."""
        return self._ask("DELETE", f"{self._org}/blocks/{_login(login)}", seen=(404, 422), needs=BLOCKS_WRITE)

    # -- membership

    def members(self, page: int) -> Reply:
        """One page of the organisation's members."""
        return self._ask("GET", f"{self._org}/members", {"per_page": PAGE, "page": page}, needs=MEMBERS_READ)

    def membership(self, login: str) -> Reply:
        """What the account is to the organisation: 200 (active or pending), or 404."""
        return self._ask("GET", f"{self._org}/memberships/{_login(login)}", seen=(404,), needs=MEMBERS_READ)

    def remove(self, login: str) -> Reply:
        """204 no member and not invited any more; 404 was neither."""
        return self._ask("DELETE", f"{self._org}/memberships/{_login(login)}", seen=(404,), needs=MEMBERS_WRITE)

    def invite(self, native_id: int, team_ids: list[int]) -> Reply:
        """201 invited; 422 is a member, is invited already, or may not be invited."""
        body = {"invitee_id": native_id, "role": "direct_member", "team_ids": team_ids}
        return self._ask("POST", f"{self._org}/invitations", body=body, seen=(422,), needs=MEMBERS_WRITE)

    def teams(self, page: int) -> Reply:
        """One page of the organisation's teams."""
        return self._ask("GET", f"{self._org}/teams", {"per_page": PAGE, "page": page}, needs=MEMBERS_READ)

    def team_membership(self, slug: str, login: str) -> Reply:
        """What the account is to the team: 200, or 404."""
        path = f"{self._org}/teams/{quote(slug, safe='')}/memberships/{_login(login)}"
        return self._ask("GET", path, seen=(404,), needs=MEMBERS_READ)

    def join_team(self, slug: str, login: str) -> Reply:
        """The account is an ordinary member of the team."""
        path = f"{self._org}/teams/{quote(slug, safe='')}/memberships/{_login(login)}"
        return self._ask("PUT", path, body={"role": "member"}, needs=MEMBERS_WRITE)

    # -- the organisation and the App

    def organization(self) -> Reply:
        """The organisation's own page."""
        return self._ask("GET", self._org)

    def audit(self, phrase: str) -> Reply:
        """Newest entries of the audit log: 200, or 404 and 403 where the plan or the permission has none."""
        query = {"phrase": phrase, "per_page": PAGE, "order": "desc"}
        return self._ask("GET", f"{self._org}/audit-log", query, seen=(403, 404))

    def app(self) -> Reply:
        """The App itself."""
        return self._ask_as_app("/app")

    def installation(self) -> Reply:
        """The App's installation, with its permissions."""
        return self._ask_as_app(f"/app/installations/{self._config.installation_id}")

    def hook(self) -> Reply:
        """Where the App's webhook goes."""
        return self._ask_as_app("/app/hook/config")

    # -- what people write

    def repositories(self, page: int) -> Reply:
        """One page of the repositories that the App is installed in, with how many there are."""
        return self._ask("GET", "/installation/repositories", {"per_page": PAGE, "page": page})

    def written(self, repository: str, list_: str, since: datetime, page: int) -> Reply:
        """One page of what was changed since then in a list (issues, issues/comments, pulls/comments), oldest change
        first; 404 and 410 where there is no such list for us."""
        order = {"sort": "updated", "direction": "asc", "state": "all", "since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        path = f"/repos/{repository}/{list_}"
        return self._ask("GET", path, {**order, "per_page": PAGE, "page": page}, seen=(404, 410), needs=_needs(list_))

    def one(self, repository: str, list_: str, number: int) -> Reply:
        """One thing of such a list: 200, or 404 and 410 where it is not there, or not for us."""
        return self._ask("GET", f"/repos/{repository}/{list_}/{number}", seen=(404, 410), needs=_needs(list_))

    def delete(self, repository: str, list_: str, number: int) -> Reply:
        """204 the comment is gone; 404 it was gone before, or is not for us to delete."""
        return self._ask("DELETE", f"/repos/{repository}/{list_}/{number}", seen=(404,), needs=_needs(list_))

    def graph(self, text: str, variables: Mapping[str, Any], needs: str) -> Mapping[str, Any]:
        """The data that the other API answers; Refusal where it answers an error, which comes with status 200."""
        reply = self._ask("POST", GRAPH, body={"query": text, "variables": dict(variables)}, needs=needs)
        errors = reply.body.get("errors") if isinstance(reply.body, dict) else None
        data = reply.body.get("data") if isinstance(reply.body, dict) else None
        if errors or not isinstance(data, dict):
            raise Refusal(_status_of(errors), {"message": _said(errors)}, reply.headers, needs)
        return data

    # -- the wire

    def _ask(
        self,
        verb: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        seen: tuple[int, ...] = (),
        needs: str = INSTALLED,
    ) -> Reply:
        """One request. A 401 says that the token is not taken any more, and that nothing was done: once with a new one."""
        token = self._tokens.current()
        reply = self._sent(self._installed(token), verb, path, query, body)
        if reply.status == 401:
            self._tokens.drop(token)
            reply = self._sent(self._installed(self._tokens.current()), verb, path, query, body)
        return _checked(reply, seen, needs)

    def _ask_as_app(self, path: str) -> Reply:
        return _checked(self._sent(self._integration().requester, "GET", path, None, None), (), INSTALLED)

    def _sent(self, requester: Requester, verb: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Reply:
        self._thread.date = None
        path = requester.graphql_url if path == GRAPH else path
        status, headers, text = requester.requestJson(verb, path, parameters=dict(query or {}), input=body)
        self._thread.date = headers.get("date")
        return Reply(status, _parsed(text), headers)

    def _installed(self, token: str) -> Requester:
        """This thread's own requester, with that token."""
        if getattr(self._thread, "token", None) != token:
            as_installation = Library(auth=Auth.Token(token), **self._manner())
            self._thread.token, self._thread.requester = token, as_installation.requester
        requester: Requester = self._thread.requester
        return requester

    def _integration(self) -> GithubIntegration:
        app = Auth.AppAuth(self._config.app_id, self._config.private_key_pem)
        return GithubIntegration(auth=app, **self._manner())

    def _new_token(self) -> str:
        return self._integration().get_access_token(self._config.installation_id).token

    def _manner(self) -> dict[str, Any]:
        """How the library behaves: it waits and repeats nowhere, and asks this address."""
        return {
            "base_url": self._config.api_url.rstrip("/"),
            "timeout": ceil(self._config.call_ceiling.total_seconds()),
            "retry": None,
            "seconds_between_requests": None,
            "seconds_between_writes": None,
        }


def _needs(list_: str) -> str:
    return PULLS if list_.startswith("pulls") else ISSUES


def _status_of(errors: Any) -> int:
    """The status that the first error of the other API would have had in this one."""
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return _STATUSES.get(str(first.get("type")), 422 if first else 502)


def _said(errors: Any) -> str:
    return "; ".join(str(e.get("message")) for e in errors if isinstance(e, dict)) if isinstance(errors, list) else ""


def _login(login: str) -> str:
    return quote(login, safe="")


def _checked(reply: Reply, seen: tuple[int, ...], needs: str) -> Reply:
    """The reply, where it is a success in GitHub's own words or was asked for; Refusal otherwise."""
    proper = reply.status == 204 or reply.body is not None
    if proper and (200 <= reply.status < 300 or (reply.status in seen and not limited(reply))):
        return reply
    raise Refusal(reply.status, reply.body, reply.headers, needs)


def limited(reply: Reply) -> bool:
    """Whether the answer is one of GitHub's limits: a 429, or a 403 that says so by its headers or its sentence."""
    if reply.status == 429:
        return True
    message = str(reply.body.get("message", "")) if isinstance(reply.body, dict) else ""
    said = "rate limit" in message.lower() or "abuse" in message.lower()
    spent = reply.headers.get("x-ratelimit-remaining") == "0"
    return reply.status == 403 and (said or spent or "retry-after" in reply.headers)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return None
