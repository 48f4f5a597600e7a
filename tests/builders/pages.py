"""The pages as a browser sees them: forms are read from the answer and sent back with their hidden fields."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2
from starlette.applications import Starlette

from guardian.ids import MemberId
from guardian.people.sign_ins import SignInWay
from guardian.services.platform_events.webhooks import receive
from guardian.services.sign_in.sessions import open_session
from guardian.spaces.account_proof import AccountProof
from guardian.spaces.webhooks import WebhookEvent, WebhookVerifier
from guardian.web.app import create_app
from guardian.web.health import Health
from guardian.web.rate_limit import DEFAULT_LIMITS, Limits
from guardian.web.webhooks import Webhooks
from tests.builders.community import Community, everybody


@dataclass(slots=True)
class SeenForm:
    """One form of a page, with what its fields hold."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    """What a tick sends, by its field and the words beside it."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[SeenForm] = []
        self.words: list[str] = []
        self._area: str | None = None
        self._ticks: dict[str, tuple[str, str]] = {}
        self._label: str | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(SeenForm(given.get("action", "")))
        elif tag == "textarea":
            self._area = given.get("name")
            if self._area:
                self.forms[-1].fields[self._area] = ""
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            fields = self.forms[-1].fields
            if "selected" in given or self._select not in fields:
                fields[self._select] = given.get("value", "")
        elif tag == "label":
            self._label = given.get("for")
        elif tag == "input" and given.get("name") and given.get("type") != "file":
            self._ticks[given.get("id", "")] = given["name"], given.get("value", "")
            ticked = given.get("type") not in ("radio", "checkbox") or "checked" in given
            if ticked:
                self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "label":
            self._label = None
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._label in self._ticks and self.forms:
            name, value = self._ticks[self._label]
            self.forms[-1].labels[f"{name} {data}"] = value
        if self._area:
            self.forms[-1].fields[self._area] += data.removeprefix("\n")


def forms_of(answer: httpx2.Response) -> list[SeenForm]:
    """The forms of a page."""
    parser = _Forms()
    parser.feed(answer.text)
    return parser.forms


def text_of(answer: httpx2.Response) -> str:
    """What stands on a page, in one line."""
    parser = _Forms()
    parser.feed(answer.text)
    return " ".join(" ".join(parser.words).split())


def receipt_of(answer: httpx2.Response) -> str:
    """The receipt that a page shows."""
    before, _, after = answer.text.partition('aria-label="Your receipt">')
    assert after, before[-200:]
    return after.partition("<")[0]


def _tick_members(form: SeenForm, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed, with what stands in the form beside the names of those members who are ticked."""
    names = {str(member.id): member.name for member in everybody()}
    ticked = {
        field: form.labels.get(f"{field} {names[typed[field]]}", typed[field])
        for field in ("names_members", "hears_first")
        if typed.get(field) in names
    }
    return {**typed, **ticked}


@dataclass(slots=True)
class Pages:
    """One browser with its cookies, before the pages of one service. `health` is what the service says of itself."""

    app: Starlette
    client: httpx2.AsyncClient
    health: dict[str, Health]
    webhook_results: list[bool]

    async def get(self, path: str) -> httpx2.Response:
        """What stands at the address."""
        return await self.client.get(path)

    async def post(
        self, path: str, fields: Mapping[str, Any] | None = None, files: Any = None, headers: Any = None
    ) -> httpx2.Response:
        """What is answered to a form, its redirections followed."""
        return await self.client.post(
            path, data=dict(fields or {}), files=files, headers=headers, follow_redirects=True
        )

    async def fill(self, page: str, action: str, files: Any = None, **typed: Any) -> httpx2.Response:
        """The form of a page is filled in and sent."""
        form = next(each for each in forms_of(await self.get(page)) if each.action == action)
        return await self.post(action, {**form.fields, **_tick_members(form, typed)}, files)

    async def sign_in(self, community: Community, member: MemberId, *, is_proven: bool = True) -> None:
        """The browser is signed in to the console as that member, and as nobody else."""
        session = await open_session(community.app, member, SignInWay.LINK, is_proven=is_proven)
        self.client.cookies.clear()
        self.client.cookies.set("__Host-guardian-session", session.secret, domain="guardian.example", path="/")

    async def report(self, **typed: Any) -> str:
        """A report has been sent; its receipt."""
        answer = await self.fill("/report", "/report", **{"what_happened": "Insults in the help channel.", **typed})
        assert answer.status_code == 201, text_of(answer)
        return receipt_of(answer)

    async def follow_up(self, receipt: str) -> httpx2.Response:
        """The follow-up page has been opened with the receipt."""
        return await self.fill("/follow-up", "/follow-up", receipt=receipt)


@asynccontextmanager
async def open_pages(
    community: Community,
    webhook_verifiers: Mapping[str, WebhookVerifier] | None = None,
    proofs: Sequence[AccountProof] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> AsyncIterator[Pages]:
    """The pages of the community, before a new browser."""
    health = {"now": Health()}
    webhook_results: list[bool] = []

    async def healthy() -> Health:
        return health["now"]

    async def on_knock(webhook_event: WebhookEvent) -> None:
        webhook_results.append(await receive(community.app, webhook_event))

    app = create_app(
        community.app,
        health=healthy,
        webhooks=Webhooks(webhook_verifiers or {}, on_knock),
        secure_cookies=True,
        proofs=proofs,
        limits=limits,
    )
    transport = httpx2.ASGITransport(app=app, client=("8.8.8.7", 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="https://guardian.example") as client:
        yield Pages(app, client, health, webhook_results)
