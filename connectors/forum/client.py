"""The forum's API: pydiscourse with the calls it lacks, and without its own waiting and repeating.

Blocking; each call is one request, made in the calling thread. What an error means is read in `translate`.
"""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests
from pydiscourse import DiscourseClient
from pydiscourse.exceptions import (
    DiscourseClientError,
    DiscourseError,
    DiscourseRateLimitedError,
    DiscourseServerError,
)

from guardian.ids import SpaceName

FAULTS: tuple[type[Exception], ...] = (DiscourseError, requests.RequestException)


@dataclass(frozen=True, slots=True)
class ForumConfig:
    """Where the forum is and as whom we come. `providers` says which of our spaces a login provider stands for.

    `native_end`: sites that run unattended let the forum end a suspension itself. `rate_per_minute` is our part of the
    60 calls a minute that all API keys of a forum share.
    """

    name: SpaceName
    base_url: str
    api_key: str = field(repr=False)
    api_username: str
    call_ceiling: timedelta = timedelta(seconds=30)
    native_end: bool = False
    webhook_secret: str | None = field(default=None, repr=False)
    rate_per_minute: float = 45.0
    providers: tuple[tuple[str, SpaceName], ...] = ()


class Forum(DiscourseClient):  # type: ignore[misc]  # the library has no types
    """The few calls that we use; safe to call from several threads, each with a session of its own."""

    def __init__(self, config: ForumConfig) -> None:
        super().__init__(
            config.base_url.rstrip("/"),
            api_username=config.api_username,
            api_key=config.api_key,
            timeout=config.call_ceiling.total_seconds(),
        )
        self._thread = threading.local()

    def date(self) -> str | None:
        """The `Date` of the last answer in this thread."""
        return getattr(self._thread, "date", None)

    def account(self, native_id: str) -> Any:
        """The account as staff see it."""
        return self._get(f"/admin/users/{native_id}.json")

    def profile(self, username: str) -> Any:
        """The public profile of that username."""
        return self._get(f"/u/{quote(username, safe='')}.json")["user"]

    def listed(self, flag: str, page: int) -> Any:
        """One page of an administration list (`suspended`, `silenced`), pages counted from 1, oldest account first."""
        return self._get(f"/admin/users/list/{flag}.json", page=page, order="created", asc="true")

    def suspend_account(self, native_id: str, until: str, reason: str) -> Any:
        """The account is suspended until the ISO instant; no mail goes out, as no `message` is given."""
        return self._put(f"/admin/users/{native_id}/suspend.json", suspend_until=until, reason=reason)

    def unsuspend_account(self, native_id: str) -> Any:
        """The account is not suspended."""
        return self._put(f"/admin/users/{native_id}/unsuspend.json")

    def silence_account(self, native_id: str, until: str, reason: str) -> Any:
        """The account is silenced until the ISO instant, unless the answer says otherwise."""
        return self._put(f"/admin/users/{native_id}/silence.json", silenced_till=until, reason=reason)

    def unsilence_account(self, native_id: str) -> Any:
        """The account is not silenced."""
        return self._put(f"/admin/users/{native_id}/unsilence.json")

    def staff_log(self, username: str) -> Any:
        """What staff did to the account lately, newest first."""
        return self._get("/admin/logs/staff_action_logs.json", target_user=username)["staff_action_logs"]

    def write_to(self, username: str, title: str, raw: str, external_id: str) -> Any:
        """A private conversation with the account is there; a second one with the same `external_id` is refused."""
        return self._post(
            "/posts.json",
            title=title,
            raw=raw,
            archetype="private_message",
            target_recipients=username,
            external_id=external_id,
        )

    def wrote(self, external_id: str) -> bool:
        """Whether a conversation with that `external_id` is there: the forum redirects to it."""
        try:
            self._get(f"/t/external_id/{quote(external_id, safe='')}.json")
        except DiscourseError as error:
            status = error.response.status_code
            if status in (301, 302):
                return True
            if status == 404:
                return False
            raise
        return True

    def settings(self) -> Any:
        """The site's settings; administrators' keys only."""
        return self._get("/admin/site_settings.json")["site_settings"]

    def _request(
        self,
        verb: str,
        path: str,
        params: Any = None,
        files: Any = None,
        data: Any = None,
        json: Any = None,
        override_request_kwargs: Any = None,
    ) -> Any:
        """One request and its decoded answer. The library's own version sleeps and repeats where nobody sees it."""
        response = self._session().request(
            verb,
            self.host + path,
            params=params,
            files=files,
            data=data,
            json=json,
            timeout=self.timeout,
            allow_redirects=False,
            **(override_request_kwargs or {}),
        )
        self._thread.date = response.headers.get("Date")
        if response.status_code >= 300:
            raise _refusal(response)
        return _decoded(response)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._thread, "session", None)
        if session is None:
            session = requests.Session()
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            session.headers.update({"Accept": "application/json", "Api-Key": self.api_key})
            session.headers["Api-Username"] = self.api_username
            self._thread.session = session
        return session


def body_of(response: requests.Response) -> Any:
    """The answer's JSON, or None where it is none (an error page of a proxy, an empty body)."""
    if "application/json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        return response.json()
    except ValueError:
        return None


def _decoded(response: requests.Response) -> Any:
    if not response.content.strip():
        return None
    body = body_of(response)
    if body is None:
        raise DiscourseError("The answer is no JSON", response=response)
    if isinstance(body, dict) and (body.get("errors") or body.get("failed")):
        raise DiscourseClientError(_sentence(body), response=response)
    return body


def _refusal(response: requests.Response) -> DiscourseError:
    """The library's error for a refused request; a 409's own sentence, which stands in `message`, is kept."""
    sentence = _sentence(body_of(response)) or response.reason or str(response.status_code)
    if response.status_code < 400:
        return DiscourseError("The forum sends us elsewhere", response=response)
    if response.status_code == 429:
        return DiscourseRateLimitedError(sentence, response=response)
    kind = DiscourseClientError if response.status_code < 500 else DiscourseServerError
    return kind(sentence, response=response)


def _sentence(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    if isinstance(errors, list) and errors:
        return "; ".join(str(error) for error in errors)
    return str(body.get("message") or "")
