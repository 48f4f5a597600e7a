"""Personal tokens for a member's own programs: narrow, ended by themselves, listed, and ended with the last office.

Read `require_token` first.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound, Refused
from guardian.ids import ApiTokenId, MemberId, Secret, new_id, new_secret
from guardian.journal import Entry, by_member
from guardian.people.api_tokens import ApiToken, TokenScope
from guardian.people.models import Group, Member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext
from rules.tokens import token_length

LONGEST_NAME: Final = 60
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just issued, with the secret that is shown this once."""

    id: ApiTokenId
    secret: Secret
    until: datetime


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """In whose name a token acts, and what it opens."""

    member: Member
    token: ApiTokenId
    scopes: frozenset[TokenScope]


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token as its member is shown it."""

    id: ApiTokenId
    name: str
    scopes: tuple[TokenScope, ...]
    issued_at: datetime
    until: datetime


async def issue_token(
    app: AppContext, by: MemberId, name: str, scopes: AbstractSet[TokenScope], lasts: timedelta
) -> NewToken:
    """Issue a token to the member who asks; Refused without a name or a scope, and where it would last too long."""
    _check(app, name, scopes, lasts)
    now, secret = app.system_time(), new_secret()
    token = ApiToken(
        id=ApiTokenId(new_id()),
        digest=digest_secret(secret),
        member=by,
        name=name.strip(),
        scopes=frozenset(scopes),
        issued_at=now,
        until=now + lasts,
    )
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SIGN_IN)
        await uow.api_tokens.delete_over(now)
        if sum(each.is_open(now) for each in await uow.api_tokens.tokens_of(by)) >= _MOST:
            raise Refused("too_many", f"You have {_MOST} tokens. End one that you do not need first.", "P-9.8")
        await uow.api_tokens.add_token(token)
        about = {"token": token.id, "scopes": " ".join(sorted(scopes))}
        uow.journal.note(Entry(act="token.was_issued", by=by_member(by), authority="P-9.8", about=about))
    return NewToken(token.id, secret, token.until)


async def list_tokens(app: AppContext, by: MemberId) -> tuple[TokenLine, ...]:
    """Return the member's own tokens that open something, oldest first."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.SIGN_IN)
        kept = await view.api_tokens.tokens_of(by)
    return tuple(
        TokenLine(each.id, each.name, tuple(sorted(each.scopes)), each.issued_at, each.until)
        for each in kept
        if each.is_open(app.system_time())
    )


async def end_token(app: AppContext, by: MemberId, token: ApiTokenId) -> None:
    """End one of the member's own tokens for good; NotFound for one that is not theirs."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SIGN_IN)
        own = {each.id for each in await uow.api_tokens.tokens_of(by) if each.is_open(app.system_time())}
        if token not in own:
            raise NotFound
        await uow.api_tokens.end_token(token, app.system_time())
        uow.journal.note(Entry(act="token.was_ended", by=by_member(by), authority="P-9.8", about={"token": token}))


async def require_token(app: AppContext, secret: str) -> TokenHolder:
    """Return in whose name the token acts; Refused, in the same words, whatever it lacks. Policy: P-1.2."""
    async with app.units_of_work.read() as view:
        token = await view.api_tokens.token(digest_secret(secret))
        member = None if token is None else await view.people.member(token.member)
        if (
            token is None
            or member is None
            or not token.is_open(app.system_time())
            or not any(member.holds_office(group, view.now) for group in Group)
        ):
            raise Refused("token_over", "This token opens nothing. Issue a new one on the console.", "P-9.8")
    return TokenHolder(member, token.id, token.scopes)


def _check(app: AppContext, name: str, scopes: AbstractSet[TokenScope], lasts: timedelta) -> None:
    if not name.strip():
        raise Refused("name", "Say in a word or two what the token is for, to know it again.", "P-9.8")
    if len(name) > LONGEST_NAME:
        raise Refused("name", f"Please keep its name under {LONGEST_NAME} characters.", "P-9.8")
    if not scopes:
        raise Refused("scopes", "Tick at least one thing that it may do.", "P-9.8")
    require(token_length(lasts, app.policy))
