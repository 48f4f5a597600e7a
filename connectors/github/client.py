"""GitHub's API: the few requests that we make, by PyGithub's own methods where it has them.

Blocking; each method is one request. The library's objects keep an answer where another thread could take it, so each
thread has its own; only the token is shared. The library neither waits nor repeats. No object of it leaves this module:
what is missing in one would be asked for unseen, wherever it is read. Errors are read in `translate`.
"""

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
from github.GithubApp import GithubApp
from github.Issue import Issue
from github.IssueComment import IssueComment
from github.NamedUser import NamedUser
from github.Organization import Organization
from github.PullRequestComment import PullRequestComment
from github.Team import Team

from connectors.github.graphql_errors import error_text, status_of
from connectors.github.requester import RecordingRequester
from guardian.clock import monotonic_seconds
from guardian.ids import SpaceName
from guardian.secrets import are_equal
from guardian.untrusted_json import MANY_VALUES, read_json

# The library answers a redirect to another host with a bare RuntimeError.
FAULTS: tuple[type[Exception], ...] = (GithubException, requests.RequestException, RuntimeError)
PAGE = 100
API_VERSION = "2022-11-28"
"""The version of GitHub's API that we speak, in every request: 2026-03-10 answers otherwise."""
TOKEN_KEPT_SECONDS = 50 * 60  # GitHub makes installation tokens for an hour
BLOCKS_READ, BLOCKS_WRITE = "Blocking users: read", "Blocking users: write"
MEMBERS_READ, MEMBERS_WRITE = "Members: read", "Members: write"
INTERACTIONS = "Administration (of the organisation): write"
REPOSITORY_LIMITS = "Administration (of repositories): write"
ISSUES, PULLS, DISCUSSIONS = "Issues: write", "Pull requests: write", "Discussions: write"
INSTALLED = "the App installed in the organisation, with its own private key"
_COMMENTS: Mapping[str, type[IssueComment | PullRequestComment]] = {
    "issues/comments": IssueComment,
    "pulls/comments": PullRequestComment,
}
_LISTED: Mapping[str, type[Issue | IssueComment | PullRequestComment]] = {"issues": Issue, **_COMMENTS}

_Ask = Callable[[RecordingRequester], object]
"""Makes one request; the library's objects are lazy here, so that none makes a second one."""


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
class Response:
    """An answer that is no error, or one of the statuses that the caller asked to see."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def last_page(self) -> bool:
        """Whether a list surely ends here: it is short of a page, and no link leads on."""
        return len(self.body) < PAGE and 'rel="next"' not in self.headers.get("link", "")


class ErrorResponse(GithubException):
    """An answer that is an error; `needs` names the permission that the request takes."""

    def __init__(self, status: int, data: Any, headers: Mapping[str, str], needs: str) -> None:
        super().__init__(status, data, dict(headers))
        self.needs = needs


class InstallationTokens:
    """The installation's token, one for all threads, made anew before it runs out."""

    def __init__(self, make: Callable[[], str], seconds: Callable[[], float] = monotonic_seconds) -> None:
        self._make, self._seconds = make, seconds
        self._lock = threading.Lock()
        self._token: str | None = None
        self._made_at = 0.0

    def current(self) -> str:
        """Return a token that is good for some minutes more."""
        with self._lock:
            if self._token is None or self._seconds() - self._made_at >= TOKEN_KEPT_SECONDS:
                self._token, self._made_at = self._make(), self._seconds()
            return self._token

    def drop(self, token: str) -> None:
        """The token is not taken any more: the next one is new."""
        with self._lock:
            if self._token is not None and are_equal(token, self._token):
                self._token = None


class GithubClient:
    """The requests that we make; safe to call from several threads, as each has an object of the library for itself."""

    def __init__(self, config: GithubConfig) -> None:
        self._config = config
        self._path = f"/orgs/{_quoted(config.organization)}"
        self._thread = threading.local()
        self._tokens = InstallationTokens(self._new_token)

    def response_date(self) -> str | None:
        """Return the `Date` of the last answer in this thread."""
        return getattr(self._thread, "date", None)

    # -- people

    def account(self, native_id: str) -> Response:
        """Return the account of that id: 200, or 404."""
        return self._request(lambda r: NamedUser(r, url=f"/user/{native_id}").complete(), expected=(404,))

    def account_by_login(self, login: str) -> Response:
        """Return whoever has the login today: 200, or 404."""
        return self._request(lambda r: NamedUser(r, url=f"/users/{_quoted(login)}").complete(), expected=(404,))

    # -- blocks

    def blocks(self, page: int) -> Response:
        """Return one page of the blocked accounts. Its 200 is also what makes a 404 of the others a no."""
        return self._request(_page(f"{self._path}/blocks", page), needs=BLOCKS_READ)

    def blocked(self, login: str) -> Response:
        """Return whether it is blocked: 204 blocked, 404 not blocked or not permitted."""
        return self._request(
            _request("GET", f"{self._path}/blocks/{_quoted(login)}"), expected=(404,), needs=BLOCKS_READ
        )

    def block(self, login: str) -> Response:
        """Block the account: 204 blocked now; 422 the organisation cannot block this account as it stands."""
        return self._request(
            _request("PUT", f"{self._path}/blocks/{_quoted(login)}"), expected=(422,), needs=BLOCKS_WRITE
        )

    def unblock(self, login: str) -> Response:
        """Unblock the account: 204 not blocked any more; 404 or 422 was not blocked, or not permitted."""
        return self._request(
            _request("DELETE", f"{self._path}/blocks/{_quoted(login)}"), expected=(404, 422), needs=BLOCKS_WRITE
        )

    # -- limits of who takes part

    def read_limit(self, path: str, needs: str) -> Response:
        """Return the limit at that path: of the organisation, or of one repository."""
        return self._request(_request("GET", path), needs=needs)

    def set_limit(self, verb: str, path: str, body: Mapping[str, object] | None, needs: str) -> Response:
        """Set or take back the limit at that path; 409: one of the whole organisation stands, 405: not to be had there."""
        return self._request(_request(verb, path, body=body), expected=(405, 409), needs=needs)

    # -- membership

    def members(self, page: int) -> Response:
        """Return one page of the organisation's members."""
        return self._request(_page(f"{self._path}/members", page), needs=MEMBERS_READ)

    def membership(self, login: str) -> Response:
        """Return what the account is to the organisation: 200 (active or pending), or 404."""
        organization = self._config.organization
        response = self._request(
            lambda r: _user(r, login).get_organization_membership(organization), expected=(404,), needs=MEMBERS_READ
        )
        return _require("state", response)

    def remove(self, login: str) -> Response:
        """Remove the account: 204 no member and not invited any more; 404 was neither."""
        return self._request(
            lambda r: self._org(r).remove_from_membership(_user(r, login)), expected=(404,), needs=MEMBERS_WRITE
        )

    def invite(self, native_id: int, team_ids: list[int]) -> Response:
        """Invite the account: 201 invited; 422 is a member, is invited already, or may not be invited."""
        body = {"invitee_id": native_id, "role": "direct_member", "team_ids": team_ids}
        return self._request(
            _request("POST", f"{self._path}/invitations", body=body), expected=(422,), needs=MEMBERS_WRITE
        )

    def teams(self, page: int) -> Response:
        """Return one page of the organisation's teams."""
        return self._request(_page(f"{self._path}/teams", page), needs=MEMBERS_READ)

    def team_membership(self, slug: str, login: str) -> Response:
        """Return what the account is to the team: 200, or 404."""
        response = self._request(
            lambda r: self._team(r, slug).get_team_membership(login), expected=(404,), needs=MEMBERS_READ
        )
        return _require("state", response)

    def add_to_team(self, slug: str, login: str) -> Response:
        """Make the account an ordinary member of the team."""
        return self._request(
            lambda r: self._team(r, slug).add_membership(_user(r, login), "member"), needs=MEMBERS_WRITE
        )

    # -- the organisation and the App

    def organization(self) -> Response:
        """Return the organisation's own page."""
        return self._request(lambda r: self._org(r).complete())

    def audit(self, phrase: str) -> Response:
        """Return the newest entries of the audit log: 200, or 404 and 403 where plan or permission has none."""
        query = {"phrase": phrase, "per_page": PAGE, "order": "desc"}
        return self._request(_request("GET", f"{self._path}/audit-log", query), expected=(403, 404))

    def app(self) -> Response:
        """Return the App itself."""
        return _require("slug", self._request_as_app(lambda r: GithubApp(r, url="/app").complete()))

    def installation(self) -> Response:
        """Return the App's installation, with its permissions."""
        return self._request_as_app(_request("GET", f"/app/installations/{self._config.installation_id}"))

    def webhook_config(self) -> Response:
        """Return where the App's webhook goes."""
        return self._request_as_app(_request("GET", "/app/hook/config"))

    # -- what people write

    def repositories(self, page: int) -> Response:
        """Return one page of the repositories that the App is installed in, with how many there are."""
        return self._request(_page("/installation/repositories", page))

    def list_changed(self, repository: str, list_: str, since: datetime, page: int) -> Response:
        """Return one page of what changed since then in a list (issues, issues/comments, pulls/comments), oldest change
        first; 404 and 410 where there is no such list for us."""
        order = {"sort": "updated", "direction": "asc", "state": "all", "since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        asked = _page(f"/repos/{repository}/{list_}", page, order)
        return self._request(asked, expected=(404, 410), needs=_needs(list_))

    def read_comment(self, repository: str, list_: str, number: int) -> Response:
        """Return one thing of such a list: 200, or 404 and 410 where it is not there, or not for us."""
        kind, path = _LISTED[list_], f"/repos/{repository}/{list_}/{number}"
        return self._request(lambda r: kind(r, url=path).complete(), expected=(404, 410), needs=_needs(list_))

    def delete(self, repository: str, list_: str, number: int) -> Response:
        """Delete the comment: 204 it is gone; 404 it was gone before, or is not for us to delete."""
        kind, path = _COMMENTS[list_], f"/repos/{repository}/{list_}/{number}"
        return self._request(lambda r: kind(r, url=path).delete(), expected=(404,), needs=_needs(list_))

    def query(self, text: str, variables: Mapping[str, Any], needs: str) -> Mapping[str, Any]:
        """Return the data that the other API answers; Refusal where it answers an error, which comes with status 200."""
        response = self._request(lambda r: r.graphql_query(text, dict(variables)), needs=needs)
        errors = response.body.get("errors") if isinstance(response.body, dict) else None
        data = response.body.get("data") if isinstance(response.body, dict) else None
        if errors or not isinstance(data, dict):
            raise ErrorResponse(status_of(errors), {"message": error_text(errors)}, response.headers, needs)
        return data

    # -- the library's objects, nothing asked yet

    def _org(self, requester: RecordingRequester) -> Organization:
        return Organization(requester, url=self._path)

    def _team(self, requester: RecordingRequester, slug: str) -> Team:
        return self._org(requester).get_team_by_slug(slug)

    # -- the wire

    def _request(self, ask: _Ask, *, expected: tuple[int, ...] = (), needs: str = INSTALLED) -> Response:
        """Make one request. A 401 says that the token is not taken any more, and that nothing was done: once with a new one."""
        token = self._tokens.current()
        response = self._reply_to(ask, self._installation_requester(token))
        if response.status == 401:
            self._tokens.drop(token)
            response = self._reply_to(ask, self._installation_requester(self._tokens.current()))
        return _check_response(response, expected, needs)

    def _request_as_app(self, ask: _Ask) -> Response:
        return _check_response(self._reply_to(ask, self._requester(self._app())), (), INSTALLED)

    def _reply_to(self, ask: _Ask, requester: RecordingRequester) -> Response:
        self._thread.date = None
        status, headers, text = requester.answer_to(ask)
        self._thread.date = headers.get("date")
        return Response(status, _parse_json(text), headers)

    def _installation_requester(self, token: str) -> RecordingRequester:
        """Return this thread's own requester, with that token."""
        if not are_equal(getattr(self._thread, "token", ""), token):
            self._thread.token, self._thread.requester = token, self._requester(Auth.Token(token))
        requester: RecordingRequester = self._thread.requester
        return requester

    def _requester(self, auth: Auth.Auth) -> RecordingRequester:
        return RecordingRequester(**Library(auth=auth, lazy=True, **self._library_options()).requester.kwargs)

    def _app(self) -> Auth.AppAuth:
        return Auth.AppAuth(self._config.app_id, self._config.private_key_pem)

    def _new_token(self) -> str:
        as_app = GithubIntegration(auth=self._app(), **self._library_options())
        token: str | None = as_app.get_access_token(self._config.installation_id).token
        if not token:
            raise ErrorResponse(200, {}, {}, INSTALLED)
        return token

    def _library_options(self) -> dict[str, Any]:
        """How the library behaves: it waits and repeats nowhere, and asks this address."""
        return {
            "base_url": self._config.api_url.rstrip("/"),
            "timeout": ceil(self._config.call_ceiling.total_seconds()),
            "retry": None,
            "api_version": API_VERSION,
            "seconds_between_requests": None,
            "seconds_between_writes": None,
        }


def _needs(list_: str) -> str:
    return PULLS if list_.startswith("pulls") else ISSUES


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _user(requester: RecordingRequester, login: str) -> NamedUser:
    """Return the account as the library's methods take it: they put the login into the path as it stands."""
    return NamedUser(requester, attributes={"login": _quoted(login)}, completed=True)


def _request(verb: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None) -> _Ask:
    """Return a request for which the library has no method that behaves: `docs/architecture.md` says why for each."""
    return lambda r: r.requestJson(verb, path, parameters=dict(query or {}), input=body)


def _page(path: str, page: int, order: Mapping[str, str] | None = None) -> _Ask:
    return _request("GET", path, {**(order or {}), "per_page": PAGE, "page": page})


def _check_response(response: Response, expected: tuple[int, ...], needs: str) -> Response:
    """The reply, where it is a success in GitHub's own words or was asked for; Refusal otherwise."""
    proper = response.status == 204 or response.body is not None
    if proper and (200 <= response.status < 300 or (response.status in expected and not is_rate_limited(response))):
        return response
    raise ErrorResponse(response.status, response.body, response.headers, needs)


def _require(name: str, response: Response) -> Response:
    """The reply, which has a value of that name where it is a success; Refusal where something else answered in its place."""
    if response.status == 200 and not (isinstance(response.body, dict) and name in response.body):
        raise ErrorResponse(response.status, {}, response.headers, INSTALLED)
    return response


def is_rate_limited(response: Response) -> bool:
    """Return whether the answer is one of GitHub's limits.

    A 429, or a 403 that says so by its headers or its sentence.
    """
    if response.status == 429:
        return True
    message = str(response.body.get("message", "")) if isinstance(response.body, dict) else ""
    said = "rate limit" in message.lower() or "abuse" in message.lower()
    spent = response.headers.get("x-ratelimit-remaining") == "0"
    return response.status == 403 and (said or spent or "retry-after" in response.headers)


def _parse_json(text: str) -> Any:
    try:
        return read_json(text, MANY_VALUES) if text.strip() else None
    except ValueError:
        return None
