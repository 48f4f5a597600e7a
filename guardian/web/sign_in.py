"""Signing in at a space, to show that an account there is one's own. Whose it is stays in memory for half an hour, no longer.

A sign-in begins and ends in one browser: a cookie of its own carries what the space sends back, so that nobody can be
led into somebody else's account. The space's token is never seen here.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.errors import NotFound
from guardian.ids import ReportId, SpaceName
from guardian.logs import logger
from guardian.spaces.proof import AccountProof, Proven
from guardian.web.forms import Form
from guardian.web.site import Site

ROOM: Final = "signed-in"
_WAY: Final = "signing-in"
_LASTS: Final = timedelta(minutes=30)
_WAY_LASTS: Final = timedelta(minutes=10)
_MOST: Final = 5_000

log = logger("web")


@dataclass(slots=True)
class SignedIn:
    """Somebody who has shown which account is theirs; `receipts` are those that they were shown since."""

    proven: Proven
    label: str
    until: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    receipts: dict[ReportId, str] = field(default_factory=dict)

    def is_ours(self, token: str) -> bool:
        """Whether a form with this token was made for this sign-in."""
        return hmac.compare_digest(self.token.encode(), token.encode())


@dataclass(frozen=True, slots=True)
class Offer:
    """A space at which one can sign in; `handle` is the account that has been shown there, empty where none has.

    `vouches`: it can also name the accounts elsewhere that are the same person's.
    """

    space: SpaceName
    label: str
    handle: str = ""
    vouches: bool = False


class SignIn:
    """The way to a space's own page and back, and who has come back."""

    def __init__(self, site: Site, proofs: Sequence[AccountProof]) -> None:
        self._site = site
        self._proofs = {str(proof.space): proof for proof in proofs}
        self._signed_in: dict[str, SignedIn] = {}

    def routes(self) -> Sequence[Route]:
        """The addresses of signing in."""
        return [
            self._site.shows("/sign-in/{space}", self._start),
            self._site.shows("/sign-in/{space}/elsewhere", self._start_elsewhere),
            self._site.shows("/sign-in/{space}/back", self._back),
            self._site.takes("/sign-in/leave", self._leave),
        ]

    def who(self, request: Request) -> SignedIn | None:
        """Whoever this browser's person has shown to be."""
        found = self._signed_in.get(request.cookies.get(self._site.cookie(ROOM), ""))
        return found if found is not None and self._site.desk.wire() < found.until else None

    def offers(self, request: Request) -> tuple[Offer, ...]:
        """Where one can sign in, each with the account that this browser's person has shown there."""
        signed_in = self.who(request)
        return tuple(Offer(p.space, p.label, _handle(signed_in, p.space), p.vouches) for p in self._proofs.values())

    async def _start(self, request: Request) -> Response:
        return self._away(self._proof(request), elsewhere=False)

    async def _start_elsewhere(self, request: Request) -> Response:
        proof = self._proof(request)
        if not proof.vouches:
            raise NotFound
        return self._away(proof, elsewhere=True)

    def _away(self, proof: AccountProof, *, elsewhere: bool) -> Response:
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        address = proof.start(self._address(proof), state, verifier, elsewhere=elsewhere)
        response = RedirectResponse(address, 303)
        # Not `strict`: the browser comes back from another site, and must bring it along.
        response.set_cookie(
            self._site.cookie(_WAY),
            f"{state}.{verifier}",
            max_age=int(_WAY_LASTS.total_seconds()),
            path="/",
            secure=self._site.secure_cookies,
            httponly=True,
            samesite="lax",
        )
        return response

    async def _back(self, request: Request) -> Response:
        proof = self._proof(request)
        state, _, verifier = request.cookies.get(self._site.cookie(_WAY), "").partition(".")
        given, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if not state or not hmac.compare_digest(state.encode(), given.encode()):
            return self._again(proof, "This sign-in was not begun in this browser, or is over.")
        if not code:
            return self._again(proof, f"{proof.label} says that you did not agree, so nothing was learned of you.")
        found = await proof.finish(self._address(proof), code, verifier)
        if not isinstance(found, Proven):
            log.warning("sign_in.not_finished", space=proof.space, kind=type(found).__name__)
            return self._again(proof, f"{proof.label} did not say which account is yours.")
        return self._in(proof, found)

    def _in(self, proof: AccountProof, found: Proven) -> Response:
        key = self._remember(SignedIn(found, proof.label, self._site.desk.wire() + _LASTS))
        asked = found.vouched is not None
        response = self._site.page("signed_in.html", label=proof.label, handle=found.handle, elsewhere=asked)
        response.set_cookie(
            self._site.cookie(ROOM),
            key,
            max_age=int(_LASTS.total_seconds()),
            path="/",
            secure=self._site.secure_cookies,
            httponly=True,
            samesite="strict",
        )
        self._forget_way(response)
        return response

    async def _leave(self, request: Request, _: Form) -> Response:
        self._signed_in.pop(request.cookies.get(self._site.cookie(ROOM), ""), None)
        sentence = "This page does not know any more which account is yours. Nothing was kept of the sign-in."
        return self._site.let_out(ROOM, "You have signed out", sentence)

    def _again(self, proof: AccountProof, sentence: str) -> Response:
        response = self._site.page(
            "sign_in_again.html", status=403, offer=Offer(proof.space, proof.label), why=sentence
        )
        self._forget_way(response)
        return response

    def _forget_way(self, response: Response) -> None:
        response.delete_cookie(
            self._site.cookie(_WAY), path="/", secure=self._site.secure_cookies, httponly=True, samesite="lax"
        )

    def _remember(self, signed_in: SignedIn) -> str:
        now = self._site.desk.wire()
        self._signed_in = {key: each for key, each in self._signed_in.items() if now < each.until}
        while len(self._signed_in) >= _MOST:
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
        return f"{self._site.desk.base_url}/sign-in/{proof.space}/back"


def _handle(signed_in: SignedIn | None, space: SpaceName) -> str:
    return signed_in.proven.handle if signed_in and signed_in.proven.account.space == space else ""
