"""Signing in at a space, to show that an account there is one's own. Whose it is stays in memory for half an hour.

A sign-in begins and ends in one browser: a cookie of its own carries what the space sends back, so that nobody can be
led into somebody else's account. The space's token is never seen here. Read `SignIn` first.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.errors import NotFound
from guardian.ids import ReportId, SpaceName
from guardian.logs import logger
from guardian.secrets import are_equal
from guardian.spaces.account_proof import AccountProof, ProofResult
from guardian.web.forms import Form
from guardian.web.rendering import Site

SIGNED_IN: Final = "signed-in"
CONSOLE: Final = "console"
"""Where a sign-in leads that members begin; every other leads back to the pages for reporters."""
_SIGNING_IN: Final = "signing-in"
_SESSION_LENGTH: Final = timedelta(minutes=30)
_SIGN_IN_LENGTH: Final = timedelta(minutes=10)
_MAX_SESSIONS: Final = 5_000

log = logger("web")


@dataclass(slots=True)
class SignedIn:
    """Somebody who has shown which account is theirs; `receipts` are those that they were given since.

    `shows` is the report whose receipt the next page shows.
    """

    result: ProofResult
    label: str
    until: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    receipts: dict[ReportId, str] = field(default_factory=dict)
    shows: ReportId | None = None

    def pop_receipt(self) -> str:
        """Return the receipt that was asked for and is shown this once; empty where none was."""
        report, self.shows = self.shows, None
        return self.receipts.get(report, "") if report else ""

    def owns_token(self, token: str) -> bool:
        """Return whether a form with this token was made for this sign-in."""
        return are_equal(self.token, token)


@dataclass(frozen=True, slots=True)
class Offer:
    """A space at which one can sign in; `handle` is the account that has been shown there, empty where none has.

    `knows_linked_accounts`: it can also name the accounts elsewhere that are the same person's.
    """

    space: SpaceName
    label: str
    handle: str = ""
    knows_linked_accounts: bool = False


class SignIn:
    """Lead to a space's own page and back, and remember who has come back."""

    def __init__(self, site: Site, proofs: Sequence[AccountProof]) -> None:
        self._site = site
        self._proofs = {str(proof.space): proof for proof in proofs}
        self._signed_in: dict[str, SignedIn] = {}
        self._finished: dict[str, datetime] = {}

    def routes(self) -> Sequence[Route]:
        """Return the addresses of signing in."""
        return [
            self._site.get("/sign-in/{space}", self._start),
            self._site.get("/sign-in/{space}/elsewhere", self._start_elsewhere),
            self._site.get("/sign-in/{space}/back", self._finish),
            self._site.post("/sign-in/leave", self._leave),
        ]

    def current(self, request: Request) -> SignedIn | None:
        """Return whoever this browser's person has shown to be."""
        found = self._signed_in.get(request.cookies.get(self._site.cookie_name(SIGNED_IN), ""))
        return found if found is not None and self._site.app.system_time() < found.until else None

    def offers(self, request: Request) -> tuple[Offer, ...]:
        """Return where one can sign in, each with the account that this browser's person has shown there."""
        signed_in = self.current(request)
        return tuple(
            Offer(p.space, p.label, _shown_handle(signed_in, p.space), p.knows_linked_accounts)
            for p in self._proofs.values()
        )

    async def _start(self, request: Request) -> Response:
        return self._redirect_to_space(self._proof(request), elsewhere=False, to=request.query_params.get("to", ""))

    async def _start_elsewhere(self, request: Request) -> Response:
        proof = self._proof(request)
        if not proof.knows_linked_accounts:
            raise NotFound
        return self._redirect_to_space(proof, elsewhere=True)

    def _redirect_to_space(self, proof: AccountProof, *, elsewhere: bool, to: str = "") -> Response:
        state, verifier = self._new_state(), secrets.token_urlsafe(48)
        address = proof.start(self._address(proof), state, verifier, include_linked=elsewhere)
        response = RedirectResponse(address, 303)
        # Not `strict`: the browser comes back from another site, and must bring it along.
        response.set_cookie(
            self._site.cookie_name(_SIGNING_IN),
            f"{state}.{verifier}.{to if to == CONSOLE else ''}",
            max_age=int(_SIGN_IN_LENGTH.total_seconds()),
            path="/",
            secure=self._site.secure_cookies,
            httponly=True,
            samesite="lax",
        )
        return response

    async def _finish(self, request: Request) -> Response:
        proof = self._proof(request)
        state, verifier, to = _parse_state(request.cookies.get(self._site.cookie_name(_SIGNING_IN), ""))
        given, code = request.query_params.get("state", ""), _answer_of(request, proof)
        if not state or not are_equal(state, given) or not self._uses_up(state):
            return self._show_failure(request, proof, "sign_in.not_begun")
        if not code:
            return self._show_failure(request, proof, "sign_in.not_agreed")
        found = await proof.finish(self._address(proof), code, verifier)
        if not isinstance(found, ProofResult):
            log.warning("sign_in.not_finished", space=proof.space, kind=type(found).__name__)
            return self._show_failure(request, proof, "sign_in.not_said")
        return self._show_signed_in(request, proof, found, to)

    def _new_state(self) -> str:
        """A word for a sign-in that begins now, and until when it can be finished: only we can have made it."""
        until = int((self._site.app.system_time() + _SIGN_IN_LENGTH).timestamp())
        word = f"{secrets.token_urlsafe(24)}~{until}"
        return f"{word}~{self._mark_of(word)}"

    def _uses_up(self, state: str) -> bool:
        """Whether it is a word of ours whose time has not passed, and that nobody has come back with before."""
        now = self._site.app.system_time()
        self._finished = {each: until for each, until in self._finished.items() if now < until}
        word, _, mark = state.rpartition("~")
        if not are_equal(self._mark_of(word), mark) or state in self._finished:
            return False
        until = datetime.fromtimestamp(int(word.rpartition("~")[2]), UTC)
        if now < until:
            self._finished[state] = until
        return now < until

    def _mark_of(self, word: str) -> str:
        return hmac.new(self._site.app.page_key, b"sign-in " + word.encode(), hashlib.sha256).hexdigest()

    def _show_signed_in(self, request: Request, proof: AccountProof, found: ProofResult, to: str) -> Response:
        until = self._site.app.system_time() + _SESSION_LENGTH
        key = self._remember(SignedIn(result=found, label=proof.label, until=until))
        # Not a redirection: a strict cookie is not sent along while the way still leads here from another site.
        response = self._render_signed_in(request, proof, found, to)
        response.set_cookie(
            self._site.cookie_name(SIGNED_IN),
            key,
            max_age=int(_SESSION_LENGTH.total_seconds()),
            path="/",
            secure=self._site.secure_cookies,
            httponly=True,
            samesite="strict",
        )
        self._clear_state_cookie(response)
        return response

    def _render_signed_in(self, request: Request, proof: AccountProof, found: ProofResult, to: str) -> Response:
        facts: dict[str, Any] = {"label": proof.label, "handle": found.handle}
        facts["elsewhere"] = found.linked_accounts is not None
        if to == CONSOLE:
            return self._site.render_page("console/account_shown.html", **facts)
        return self._site.render_party_page(request, "signed_in.html", switches_language=False, **facts)

    async def _leave(self, request: Request, _: Form) -> Response:
        self.forget(request)
        return self._site.forget(RedirectResponse("/signed-out", 303), SIGNED_IN)

    def forget(self, request: Request) -> None:
        """Forget whoever this browser's person has shown to be."""
        self._signed_in.pop(request.cookies.get(self._site.cookie_name(SIGNED_IN), ""), None)

    def _show_failure(self, request: Request, proof: AccountProof, why: str) -> Response:
        response = self._site.render_party_page(
            request,
            "sign_in_again.html",
            status=403,
            switches_language=False,
            offer=Offer(proof.space, proof.label),
            why=why,
        )
        self._clear_state_cookie(response)
        return response

    def _clear_state_cookie(self, response: Response) -> None:
        response.delete_cookie(
            self._site.cookie_name(_SIGNING_IN),
            path="/",
            secure=self._site.secure_cookies,
            httponly=True,
            samesite="lax",
        )

    def _remember(self, signed_in: SignedIn) -> str:
        now = self._site.app.system_time()
        self._signed_in = {key: each for key, each in self._signed_in.items() if now < each.until}
        while len(self._signed_in) >= _MAX_SESSIONS:
            self._signed_in.pop(next(iter(self._signed_in)))
        key = secrets.token_urlsafe(24)
        self._signed_in[key] = signed_in
        return key

    def _proof(self, request: Request) -> AccountProof:
        proof = self._proofs.get(request.path_params["space"])
        if proof is None:
            raise NotFound
        return proof

    def _address(self, proof: AccountProof) -> str:
        return f"{self._site.app.base_url}/sign-in/{proof.space}/back"


def _answer_of(request: Request, proof: AccountProof) -> str:
    """What the space sent along, as one word; empty where a part is missing or stands there twice."""
    given = [request.query_params.getlist(name) for name in proof.answer_fields]
    return ".".join(each[0] for each in given) if all(len(each) == 1 and each[0] for each in given) else ""


def _parse_state(cookie: str) -> tuple[str, str, str]:
    """The state, the verifier, and where the sign-in leads, as the cookie of a sign-in under way holds them."""
    state, verifier, to = (*cookie.split("."), "", "", "")[:3]
    return state, verifier, to


def _shown_handle(signed_in: SignedIn | None, space: SpaceName) -> str:
    return signed_in.result.handle if signed_in and signed_in.result.account.space == space else ""
