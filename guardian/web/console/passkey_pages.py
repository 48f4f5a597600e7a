"""Passkeys: adding and removing them, showing one in a session, and asking for help where they are lost.

What a browser has to sign is kept in memory for five minutes. Read `PasskeyPages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import PasskeyId, SessionId
from guardian.services.sign_in.passkey_recovery import agree_to_recovery, ask_for_recovery, list_recoveries
from guardian.services.sign_in.passkeys import (
    add_passkey,
    ask_for_new_passkey,
    ask_for_passkey,
    list_passkeys,
    prove_session,
    remove_passkey,
)
from guardian.web.console.console import HOME, NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.forms import Form

PASSKEYS: Final = "/console/passkeys"
_CHALLENGE_LASTS: Final = timedelta(minutes=5)
_MAX_CHALLENGES: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Challenges:
    """What the browser of one session is to sign, for a new passkey and for one that is there."""

    new: bytes
    known: bytes
    until: datetime


class PasskeyPages:
    """Show a member's passkeys, take new ones, and have a session proven by one."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._challenges: dict[SessionId, _Challenges] = {}

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages; none of them needs a proven session, since here it becomes one."""
        get, post = self._console.get, self._console.post
        return [
            get(PASSKEYS, self._show, needs_proof=False),
            post(PASSKEYS + "/add", self._add, needs_proof=False),
            post(PASSKEYS + "/show", self._prove, needs_proof=False),
            post(PASSKEYS + "/{passkey}/remove", self._remove, needs_proof=False),
            post(PASSKEYS + "/lost", self._ask_for_recovery, needs_proof=False),
            post(PASSKEYS + "/lost/{recovery}/agree", self._agree_to_recovery),
        ]

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        new = await ask_for_new_passkey(self._app, visit.by)
        known = await ask_for_passkey(self._app, visit.by)
        while len(self._challenges) >= _MAX_CHALLENGES:
            self._challenges.pop(next(iter(self._challenges)))
        until = self._app.system_time() + _CHALLENGE_LASTS
        self._challenges[visit.session] = _Challenges(new.challenge, known.challenge, until)
        return self._console.render(
            visit,
            "passkeys.html",
            entry=entry,
            passkeys=await list_passkeys(self._app, visit.by),
            recoveries=await list_recoveries(self._app, visit.by) if visit.is_proven else (),
            to_make=new.options,
            to_show=known.options,
            to=_inner_path(entry.value("to") or request.query_params.get("to", "")),
        )

    async def _add(self, request: Request, visit: Visit, form: Form) -> Response:
        async def add() -> str:
            challenges = self._pop_challenges(visit)
            return await add_passkey(
                self._app, visit.by, visit.session, challenges.new, form.one("made"), form.one("name")
            )

        return await self._attempt(request, visit, form, add, "name")

    async def _prove(self, request: Request, visit: Visit, form: Form) -> Response:
        async def prove() -> str:
            challenges = self._pop_challenges(visit)
            await prove_session(self._app, visit.by, visit.session, challenges.known, form.one("shown"))
            return "Your passkey was shown."

        return await self._attempt(request, visit, form, prove, "shown", _inner_path(form.one("to")))

    async def _remove(self, request: Request, visit: Visit, form: Form) -> Response:
        passkey = PasskeyId(request.path_params["passkey"])
        return await self._attempt(
            request, visit, form, lambda: remove_passkey(self._app, visit.by, visit.session, passkey)
        )

    async def _ask_for_recovery(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._attempt(request, visit, form, lambda: ask_for_recovery(self._app, visit.by))

    async def _agree_to_recovery(self, request: Request, visit: Visit, form: Form) -> Response:
        recovery = str(request.path_params["recovery"])
        return await self._attempt(request, visit, form, lambda: agree_to_recovery(self._app, visit.by, recovery))

    async def _attempt(
        self,
        request: Request,
        visit: Visit,
        form: Form,
        act: Callable[[], Awaitable[str]],
        field: str = "",
        to: str = PASSKEYS,
    ) -> Response:
        return await self._console.attempt(
            visit, form, act, to=to, again=lambda entry: self._show(request, visit, entry), at=field
        )

    def _pop_challenges(self, visit: Visit) -> _Challenges:
        """What this session's browser was asked, which is asked once only."""
        found = self._challenges.pop(visit.session, None)
        if found is None or self._app.system_time() >= found.until:
            raise Refused("challenge_over", "That took too long. Please try once more.", "P-9.8")
        return found


def _inner_path(path: str) -> str:
    """A page of the console to go on to: never an address elsewhere."""
    return path if path.startswith(f"{HOME}/") and "//" not in path and "\\" not in path else HOME
