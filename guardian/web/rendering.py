"""What every page is made with: the context, the templates, and the cookies. A page is a template and its facts.

Read `Site` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from guardian.errors import GuardianError, NotFound, Refused
from guardian.logs import logger
from guardian.notices.names import party_names
from guardian.notices.renderer import NoticeRenderer
from guardian.notices.replies import spoken_facts
from guardian.notices.translations import (
    LANGUAGE_NAMES,
    format_datetime,
    format_names,
    kept_language,
    translate_text,
    translate_text_or_default,
)
from guardian.services.context import AppContext
from guardian.web.forms import Form, Malformed, read_form
from guardian.web.languages import LANGUAGE_COOKIE, reader_language, remember_language
from guardian.web.party_text import PartyText, link_addresses
from guardian.web.security_headers import is_same_origin
from guardian.web.sessions import SESSION_LENGTH

WEB_FOLDER: Final = Path(__file__).parent
log = logger("web")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a form, and at which of its fields. `rule`: the id of the rule of policy that says so."""

    field: str
    sentence: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of one service."""

    app: AppContext
    templates: Environment
    renderer: NoticeRenderer
    secure_cookies: bool

    def language_of(self, request: Request) -> str:
        """Return the language of whoever reads: chosen just now, or before, or their browser's, or the configured one."""
        chosen: str | None = getattr(request.state, "language", None)
        return chosen or reader_language(request, self.cookie_name(LANGUAGE_COOKIE), self.app.language)

    def text_of(self, request: Request) -> PartyText:
        """Return what says the texts of the catalogue to whoever reads."""
        language = self.language_of(request)
        return PartyText(language, party_names(self.app.policy.names, self.app.community, language))

    def word_refusal(self, request: Request, error: GuardianError, default: str = "page.not_done") -> str:
        """Return why something was not done, in the reader's language; the default's text where that has no words."""
        code, facts = (error.code, error.facts) if isinstance(error, Refused) else ("stale", {})
        locale = self.language_of(request)
        otherwise = translate_text(locale, default)
        return translate_text_or_default(locale, f"refused.{code}", otherwise, **spoken_facts(facts, locale))

    def switch_language(self, request: Request, form: Form) -> str:
        """Take the language that the form chooses for the answer to this request, and return it."""
        request.state.language = kept_language(form.one("language")) or self.language_of(request)
        return str(request.state.language)

    def carry_language(self, response: Response, language: str) -> Response:
        """Have the browser carry the language on."""
        remember_language(response, self.cookie_name(LANGUAGE_COOKIE), language, secure=self.secure_cookies)
        return response

    def get(self, path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
        """Return the route of a page; a fault of ours is said in words."""

        async def show(request: Request) -> Response:
            try:
                _refuse_nul(request)
                return await handler(request)
            except (GuardianError, HTTPException):
                raise
            except Exception as error:
                return self.render_server_error(request, None, error)

        return Route(path, show, methods=["GET"])

    def post(self, path: str, handler: Callable[[Request, Form], Awaitable[Response]]) -> Route:
        """Return the route that a form of ours is sent to; whatever goes wrong, nobody loses what they wrote."""

        async def take(request: Request) -> Response:
            _refuse_nul(request)
            if not is_same_origin(request):
                return self.render_party_message(request, "page.elsewhere_title", "page.elsewhere", status=403)
            form = await read_form(request, self.app.largest_file)
            try:
                return await handler(request, form)
            except (GuardianError, HTTPException, Malformed):
                raise
            except Exception as error:
                return self.render_server_error(request, form, error)

        return Route(path, take, methods=["POST"])

    def render_page(self, template: str, /, *, status: int = 200, **facts: Any) -> Response:
        """Render the page that the template makes of the facts."""
        known = {"community": self.app.community, "fault": None, **facts}
        return HTMLResponse(self.templates.get_template(template).render(known), status)

    def render_party_page(self, request: Request, template: str, /, *, status: int = 200, **facts: Any) -> Response:
        """Render a page for people outside the groups, in their language."""
        text = self.text_of(request)
        known = {"path": request.url.path, "switches_language": request.method == "GET", **facts}
        languages = {
            "say": text,
            "language": text.language,
            "languages": LANGUAGE_NAMES,
            "language_action": "/language",
        }
        return self.render_page(template, status=status, **{**languages, **known})

    def render_party_message(self, request: Request, title: str, *keys: str, status: int) -> Response:
        """Render a page that says one thing to people outside the groups, by the keys of its texts."""
        text = self.text_of(request)
        sentences = [text(key) for key in keys]
        return self.render_party_page(
            request, "party_message.html", status=status, title=text(title), sentences=sentences
        )

    def render_message(self, title: str, *sentences: str, status: int) -> Response:
        """Render a page that says one thing to a member."""
        return self.render_page("message.html", status=status, title=title, sentences=sentences)

    def render_server_error(self, request: Request, form: Form | None, error: Exception) -> Response:
        """Render a page for when the fault is ours: what the person wrote stands on it, ready to be sent again."""
        log.error("page.failed", kind=type(error).__name__)
        typed = [(name, text) for name, texts in form.fields.items() for text in texts] if form else []
        files = bool(form and form.files)
        return self.render_party_page(
            request,
            "sorry.html",
            status=500,
            action=request.url.path,
            typed=typed,
            files=files,
            switches_language=False,
        )

    def cookie_name(self, name: str) -> str:
        """Return the name of a kind of page's cookie; over TLS no other host of ours can set one of that name."""
        return f"__Host-guardian-{name}" if self.secure_cookies else f"guardian-{name}"

    def sign_in(self, name: str, secret: str, path: str) -> Response:
        """Send the browser on to the path, with the secret for half an hour."""
        response = RedirectResponse(path, 303)
        response.set_cookie(
            self.cookie_name(name),
            secret,
            max_age=int(SESSION_LENGTH.total_seconds()),
            path="/",
            secure=self.secure_cookies,
            httponly=True,
            samesite="strict",
        )
        return response

    def sign_out(self, name: str, title: str, *sentences: str) -> Response:
        """Render a last page for a member, after which the browser carries nothing any more."""
        return self.forget(self.render_message(title, *sentences, status=200), name)

    def forget(self, response: Response, name: str) -> Response:
        """Have the browser forget the cookie of a kind of page."""
        response.delete_cookie(
            self.cookie_name(name), path="/", secure=self.secure_cookies, httponly=True, samesite="strict"
        )
        return response


def _refuse_nul(request: Request) -> None:
    """Raise NotFound for an address with a NUL, which no database takes and which stands in none of ours."""
    if "\0" in request.url.path or "\0" in "".join(request.query_params.values()):
        raise NotFound


def create_templates(filters: Mapping[str, Any]) -> Environment:
    """Return the templates of the pages; everything put into them is escaped, and a missing fact is an error."""
    environment = Environment(
        loader=FileSystemLoader(WEB_FOLDER / "templates"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own = {"spoken": format_datetime, "machine_time": _machine_time, "listed": format_names}
    environment.filters.update({**own, "with_links": link_addresses, "as_code": _as_code, **filters})
    return environment


def _as_code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


def _machine_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")
