"""Members' sessions: short, moved on by use, listed to their member, and ended on the server.

Whether their member holds an office is asked at each use: with the last office, every session ends (P-1.2). Read
`require_session` first.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SessionId, new_id, new_secret
from guardian.journal import Entry, by_member
from guardian.people.models import Group, Member
from guardian.people.permissions import UseCase
from guardian.people.sign_ins import MemberSession, SignInWay
from guardian.services.context import AppContext, ReadView, UnitOfWork

IDLE_FOR: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)
# Moving the end on with each request would write with each request.
_MOVED_ON_AFTER: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that has just been opened, with the secret that its browser keeps."""

    secret: str
    id: SessionId


@dataclass(frozen=True, slots=True)
class SignedInMember:
    """Who stands behind a session at this instant. `is_proven`: a second factor was shown in it."""

    member: Member
    session: SessionId
    until: datetime
    is_proven: bool


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session as its member is shown it: how and when it was opened, and when it ends unless it is used."""

    id: SessionId
    way: SignInWay
    opened_at: datetime
    until: datetime


async def open_session(app: AppContext, by: MemberId, way: SignInWay, *, is_proven: bool = False) -> NewSession:
    """Open a session for somebody who has shown which member they are."""
    async with app.units_of_work.begin() as uow:
        return await add_session(app, uow, by, way, is_proven=is_proven)


async def add_session(
    app: AppContext, uow: UnitOfWork, by: MemberId, way: SignInWay, *, is_proven: bool = False
) -> NewSession:
    """Open a session inside the unit of work; refused to whoever holds no office at this instant."""
    now = app.system_time()
    await require_permission(uow, by, UseCase.SIGN_IN)
    secret = new_secret()
    session = MemberSession(
        id=SessionId(new_id()),
        digest=digest_secret(secret),
        member=by,
        way=way,
        opened_at=now,
        until=now + IDLE_FOR,
        proven_at=now if is_proven else None,
    )
    await uow.sign_ins.delete_ended(now)
    await uow.sign_ins.add_session(session)
    about = {"session": session.id, "way": str(way)}
    uow.journal.note(Entry(act="session.was_opened", by=by_member(by), authority="P-9.8", about=about))
    return NewSession(secret, session.id)


async def require_session(app: AppContext, secret: str) -> SignedInMember:
    """Return who stands behind the session, which goes on for half an hour from now.

    Refused, in the same words, once it is over or its member holds no office.
    """
    async with app.units_of_work.read() as view:
        session, member = await _open_session(app, view, secret)
    until = min(app.system_time() + IDLE_FOR, session.opened_at + LONGEST)
    if until - session.until >= _MOVED_ON_AFTER:
        async with app.units_of_work.begin() as uow:
            current, _ = await _open_session(app, uow, secret)
            await uow.sign_ins.save_session(replace(current, until=until))
    return SignedInMember(member, session.id, until, session.proven_at is not None)


async def list_sessions(app: AppContext, by: MemberId) -> tuple[SessionLine, ...]:
    """Return the member's own open sessions, oldest first."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.SIGN_IN)
        kept = await view.sign_ins.sessions_of(by)
    return tuple(SessionLine(s.id, s.way, s.opened_at, s.until) for s in kept if s.is_open(app.system_time()))


async def end_session(app: AppContext, by: MemberId, session: SessionId) -> None:
    """End one of the member's own sessions for good, whoever keeps its secret; NotFound for one that is not theirs."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SIGN_IN)
        own = {each.id: each for each in await uow.sign_ins.sessions_of(by) if each.is_open(app.system_time())}
        if session not in own:
            raise NotFound
        await uow.sign_ins.save_session(replace(own[session], ended_at=app.system_time()))
        entry = Entry(act="session.was_ended", by=by_member(by), authority="P-9.8", about={"session": session})
        uow.journal.note(entry)


async def set_proven(app: AppContext, uow: UnitOfWork, by: MemberId, session: SessionId) -> None:
    """Have the member's own open session count as proven inside the unit of work; NotFound for any other."""
    own = {each.id: each for each in await uow.sign_ins.sessions_of(by) if each.is_open(app.system_time())}
    if session not in own:
        raise NotFound
    await uow.sign_ins.save_session(replace(own[session], proven_at=app.system_time()))


async def _open_session(app: AppContext, view: ReadView, secret: str) -> tuple[MemberSession, Member]:
    session = await view.sign_ins.session(digest_secret(secret))
    if session is None or not session.is_open(app.system_time()):
        raise _over()
    member = await _member_in_office(view, session.member)
    if member is None:
        raise _over()
    return session, member


async def _member_in_office(view: ReadView, by: MemberId) -> Member | None:
    member = await view.people.member(by)
    in_office = member is not None and any(member.holds_office(group, view.now) for group in Group)
    return member if in_office else None


def _over() -> Refused:
    return Refused("session_over", "Your session is over. Please sign in again.", "P-9.8")
