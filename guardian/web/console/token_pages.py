"""A member's personal tokens: issuing one, which is shown this once, and ending it. Read `TokenPages` first."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import ApiTokenId
from guardian.people.api_tokens import TokenScope
from guardian.services.sign_in.api_tokens import end_token, issue_token, list_tokens
from guardian.web.api.access import SCOPES
from guardian.web.api.app import PATH
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import days_of
from guardian.web.forms import Form

TOKENS: Final = "/console/tokens"
_FIELDS: Final = {"name": "name", "scopes": "scopes", "days": "days"}


class TokenPages:
    """Show a member's tokens, issue them and end them; only in a session in which a passkey was shown."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [get(TOKENS, self._show), post(TOKENS, self._issue), post(TOKENS + "/{own_token}/end", self._end)]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        return self._console.render(
            visit,
            "tokens.html",
            entry=entry,
            tokens=await list_tokens(self._app, visit.by),
            scopes=[(str(scope), words) for scope, words in SCOPES.items()],
            words=SCOPES,
            longest=self._app.policy.tokens.longest.days,
            address=f"{self._app.base_url}{PATH}",
        )

    async def _issue(self, request: Request, visit: Visit, form: Form) -> Response:
        async def issue() -> str:
            lasts = days_of(form, "days") or self._app.policy.tokens.longest
            made = await issue_token(self._app, visit.by, form.one("name"), _scopes(form), lasts)
            return f"Your new token, shown this once: {made.secret}"

        return await self._console.attempt(
            visit,
            form,
            issue,
            to=TOKENS,
            again=lambda entry: self._show(request, visit, entry),
            at=_FIELDS,
        )

    async def _end(self, request: Request, visit: Visit, form: Form) -> Response:
        token = ApiTokenId(request.path_params["own_token"])
        return await self._console.attempt(
            visit,
            form,
            lambda: end_token(self._app, visit.by, token),
            to=TOKENS,
            again=lambda entry: self._show(request, visit, entry),
            said="That token opens nothing any more.",
        )


def _scopes(form: Form) -> frozenset[TokenScope]:
    try:
        return frozenset(TokenScope(each) for each in form.all("scopes"))
    except ValueError:
        raise Refused("scopes", "Please tick what it may do among these.") from None
