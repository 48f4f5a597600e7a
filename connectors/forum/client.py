"""The forum's API: pydiscourse's own methods, the calls that it lacks, and none of its own waiting and repeating.

Blocking; each call is one request, made in the calling thread. What an error means is read in `translate`. Read
`ForumClient._request` first: everything goes out there, the library's own methods included.
"""

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import requests
from pydiscourse import DiscourseClient
from pydiscourse.exceptions import (
    DiscourseClientError,
    DiscourseError,
    DiscourseRateLimitedError,
    DiscourseServerError,
)

from guardian.clock import monotonic_seconds
from guardian.ids import SpaceName
from guardian.untrusted_json import MANY_VALUES, read_json

FAULTS: tuple[type[Exception], ...] = (DiscourseError, requests.RequestException)
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 4
_CHUNK: Final = 64 * 1024
_TOPIC_ADDRESS: Final = re.compile(r"/t/(?:[^/]*/)?(\d+)(?:\.json)?/?(?:$|\?)")


class StoredElsewhere(DiscourseError):  # type: ignore[misc]  # the library has no types
    """What is asked for is not kept on the forum itself: it is not fetched from anywhere else."""


class FileTooLarge(DiscourseError):  # type: ignore[misc]  # the library has no types
    """A file is larger than what is kept; nothing of it was kept."""


class UnexpectedAnswer(DiscourseError):  # type: ignore[misc]  # the library has no types
    """An answer of success that is none of the forum's own: something in front of it may have given it."""


@dataclass(frozen=True, slots=True)
class ForumConfig:
    """Where the forum is and as whom we come. `providers` says which of our spaces a login provider stands for.

    `native_end`: sites that run unattended let the forum end a suspension itself. `rate_per_minute` is our part of the
    60 calls a minute that all API keys of a forum share. `group`: whose messages are read beside our account's own.
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
    group: str | None = None
    inbox_every: timedelta = timedelta(minutes=1)
    largest_file: int = 10_000_000


class ForumClient(DiscourseClient):  # type: ignore[misc]  # the library has no types
    """The library with what it lacks; safe to call from several threads, each with a session of its own.

    Of the library itself we call `user_by_id`, `unsuspend`, `post_by_id`, `post_by_number` and `update_topic_status`.
    """

    def __init__(self, config: ForumConfig) -> None:
        super().__init__(
            config.base_url.rstrip("/"),
            api_username=config.api_username,
            api_key=config.api_key,
            timeout=config.call_ceiling.total_seconds(),
        )
        self._thread = threading.local()

    def response_date(self) -> str | None:
        """Return the `Date` of the last answer in this thread."""
        return getattr(self._thread, "date", None)

    def is_read_only(self) -> bool:
        """Return whether the last answer in this thread said that the forum takes no changes just now."""
        return bool(getattr(self._thread, "read_only", False))

    # -- the library's methods, with our arguments

    def listed(self, flag: str, page: int) -> Any:
        """Return a page of an administration list (`is_suspended`, `silenced`), counted from 1, oldest account first."""
        return self.list_users(flag, page=page, order="created", asc="true")

    def inbox(self, page: int) -> Any:
        """Return a page of our account's conversations that are not archived, counted from 0, the latest first."""
        return self.private_messages(quote(self.api_username, safe=""), page=page)

    def some_posts(self, topic: int, posts: Iterable[int]) -> Any:
        """Return these posts of a topic (twenty at most), as they were written."""
        return self.posts(topic, list(posts), include_raw="true")

    def write_to(self, username: str, title: str, raw: str, external_id: str) -> Any:
        """Begin a private conversation with the account; the forum refuses a second one with the same `external_id`."""
        post = self.create_post(
            raw, title=title, archetype="private_message", target_recipients=username, external_id=external_id
        )
        return _require("id", post)

    def answer(self, topic: int, raw: str) -> Any:
        """Answer in the conversation. Said twice, it stands there twice."""
        return _require("id", self.create_post(raw, topic_id=topic))

    # -- what the library lacks, or asks otherwise

    def profile(self, username: str) -> Any:
        """Return the public profile of that username."""
        return _require("user", self._get(f"/u/{quote(username, safe='')}.json"))["user"]

    def suspend_account(self, native_id: str, until: str, reason: str) -> Any:
        """Suspend the account until the ISO instant; no mail goes out, as no `message` is given."""
        return self._put(f"/admin/users/{native_id}/suspend.json", suspend_until=until, reason=reason)

    def silence_account(self, native_id: str, until: str, reason: str) -> Any:
        """Silence the account until the ISO instant, unless the answer names another one; the forum writes to its owner."""
        return self._put(f"/admin/users/{native_id}/silence.json", silenced_till=until, reason=reason)

    def unsilence_account(self, native_id: str) -> Any:
        """End the silence of the account."""
        return self._put(f"/admin/users/{native_id}/unsilence.json")

    def staff_log(self, username: str) -> Any:
        """Return what staff did to the account lately, newest first."""
        answer = self._get("/admin/logs/staff_action_logs.json", target_user=username)
        return _require("staff_action_logs", answer)["staff_action_logs"]

    def wrote(self, external_id: str) -> bool:
        """Return whether a conversation with that `external_id` is there: the forum redirects to it."""
        return self.find_topic(external_id) is not None

    def find_topic(self, external_id: str) -> int | None:
        """Return the conversation with that `external_id`; None where there is none."""
        try:
            page = self._get(f"/t/external_id/{quote(external_id, safe='')}.json")
        except DiscourseError as error:
            status = error.response.status_code
            if status in (301, 302):
                return int(_TOPIC_ADDRESS.findall(error.response.headers.get("Location", ""))[0])
            if status == 404:
                return None
            raise
        return int(_require("id", page)["id"])

    def group_inbox(self, group: str, page: int) -> Any:
        """Return the same of a group that our account is in."""
        name, of = quote(group, safe=""), quote(self.api_username, safe="")
        return self._get(f"/topics/private-messages-group/{of}/{name}.json", page=page)

    def conversation(self, topic: int) -> Any:
        """Return a topic with its first posts as they were written, and the ids of all."""
        return self._get(f"/t/{topic}.json", include_raw="true")

    def archive(self, topic: int) -> Any:
        """Take the conversation out of our inboxes, until somebody writes in it."""
        return self._put(f"/t/{topic}/archive-message.json")

    def queue(self, offset: int) -> Any:
        """Return ten flagged posts that nobody has seen to yet, the latest first."""
        return self._get(
            "/review.json",
            type="ReviewableFlaggedPost",
            status="pending",
            priority="low",
            sort_order="created_at",
            offset=offset,
        )

    def review(self, item: int) -> Any:
        """Return one entry of the review queue, whatever became of it."""
        return self._get(f"/review/{item}.json")

    def category(self, category: int) -> Any:
        """Return a category; with who may do what in it, where our account may change that."""
        return _require("category", self._get(f"/c/{category}/show.json"))["category"]

    def set_category_permissions(self, category: int, name: str, permissions: Mapping[str, int]) -> Any:
        """Set what each group may do in the category, all of it at once; the forum asks for its name as well."""
        body = {"name": name, "permissions": dict(permissions)}
        return _require("success", self._request("PUT", f"/categories/{category}.json", json=body))

    def members_of(self, group: str) -> Any:
        """Return the first accounts of a group."""
        return self._get(f"/groups/{quote(group, safe='')}/members.json")

    def hooks(self) -> Any:
        """Return the webhooks of the site; administrators' keys only."""
        return _require("web_hooks", self._get("/admin/api/web_hooks.json"))["web_hooks"]

    def file(self, path: str, largest: int) -> bytes:
        """Return the file at this path of the forum; Elsewhere where it leads away from it, TooLarge where it is."""
        address, until = self.host + path, monotonic_seconds() + self.timeout
        for _ in range(_MAX_REDIRECTS):
            if urlsplit(address)[:2] != urlsplit(self.host)[:2]:
                raise StoredElsewhere("The forum keeps this file elsewhere")
            with self._session().get(address, stream=True, allow_redirects=False, timeout=self.timeout) as response:
                if response.status_code in _MOVED:
                    address = urljoin(address, response.headers.get("Location", ""))
                    continue
                if response.status_code >= 300:
                    raise _to_error(response)
                return _read_capped(response, largest, until)
        raise StoredElsewhere("The forum sends us round in circles")

    def settings(self) -> Any:
        """Return the settings that every browser is given."""
        return self._get("/site/settings.json")

    # -- the wire

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
        """Make one request and decode its answer; the library's own version sleeps and repeats where nobody sees it.

        Half of the library's methods leave the format out of the path. With it, a refusal is JSON as well.
        """
        response = self._session().request(
            verb,
            self.host + (path if path.endswith(".json") else f"{path}.json"),
            params=params,
            files=files,
            data=data,
            json=json,
            timeout=self.timeout,
            allow_redirects=False,
            **(override_request_kwargs or {}),
        )
        self._thread.date = response.headers.get("Date")
        self._thread.read_only = response.headers.get("Discourse-Readonly") == "true"
        if response.status_code >= 300:
            raise _to_error(response)
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


def _read_capped(response: requests.Response, max_size: int, until: float) -> bytes:
    """The body, given up as soon as it is too large, or comes too slowly."""
    buffer = bytearray()
    for chunk in response.iter_content(_CHUNK):
        buffer += chunk
        if len(buffer) > max_size:
            raise FileTooLarge("The file is larger than what is kept")
        if monotonic_seconds() > until:
            raise requests.Timeout
    return bytes(buffer)


def body_of(response: requests.Response) -> Any:
    """Return the answer's JSON, or None where it is none (an error page of a proxy, an empty body)."""
    if "application/json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        return read_json(response.content, MANY_VALUES)
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


def _to_error(response: requests.Response) -> DiscourseError:
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


def _require(name: str, answer: Any) -> Any:
    """Return the answer, which has a value of that name; UnexpectedAnswer otherwise."""
    if not isinstance(answer, dict) or name not in answer:
        raise UnexpectedAnswer("the forum did not answer with its own words")
    return answer
