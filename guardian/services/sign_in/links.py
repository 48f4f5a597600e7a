"""One-time links: each signs one member in, once and within five minutes, and opening its page does not use it up.

Read `create_link` first. Policy: P-9.8.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guardian.cases.access import require_permission, require_readable
from guardian.cases.case import Case
from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, new_secret
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.permissions import UseCase, may_perform
from guardian.people.sign_ins import SignInLink, SignInWay
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_member
from guardian.services.sign_in.sessions import NewSession, add_session

LINK_VALID_FOR: Final = timedelta(minutes=5)
_PATH: Final = "/console/sign-in"


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Somebody whom a link has signed in: their session, and the code name of the case that the link leads to."""

    session: NewSession
    code_name: str | None


async def create_link(app: AppContext, by: MemberId, code_name: str | None = None) -> str:
    """Create the address of a page that signs this member in, once and within five minutes.

    With a code name it leads to that case, which the member must be allowed to read; else to what needs them now.
    """
    async with app.units_of_work.begin() as uow:
        case = None if code_name is None else await require_readable(uow, by, code_name)
        secret = await add_link(app, uow, by, case)
        about = {} if case is None else {"case": case.id}
        entry = Entry(
            act="sign_in_link.was_made",
            by=by_member(by),
            authority="P-9.8",
            about=about,
            case=case.id if case else None,
        )
        uow.journal.note(entry)
    return link_address(app, secret)


async def mail_link(app: AppContext, address: str) -> None:
    """Mail a link to the one member in office who has that mail address; nothing is done, and nothing said, for others.

    Whoever asks is answered before this is called, so that neither words nor time tell who is a member.
    """
    sought = address.strip().casefold()
    async with app.units_of_work.begin() as uow:
        members = await uow.people.members()
        found = [
            m
            for m in members
            if sought and (m.email or "").casefold() == sought and may_perform(m, UseCase.SIGN_IN, uow.now)
        ]
        if len(found) != 1:
            return
        secret = await add_link(app, uow, found[0].id)
        until = app.clock.now() + LINK_VALID_FOR
        facts = {"link": link_address(app, secret), "until": until.isoformat()}
        await notify_member(uow, found[0].id, NoticeKind.SIGN_IN_LINK, facts)
        about = {"member": found[0].id}
        uow.journal.note(Entry(act="sign_in_link.was_mailed", by=SERVICE, authority="P-9.8", about=about))


async def add_link(app: AppContext, uow: UnitOfWork, by: MemberId, case: Case | None = None) -> str:
    """Add a link for the member inside the unit of work, and return its secret; refused to whoever holds no office."""
    await require_permission(uow, by, UseCase.SIGN_IN)
    secret = new_secret()
    await uow.sign_ins.delete_ended(app.system_time())
    await uow.sign_ins.add_link(
        SignInLink(
            digest=digest_secret(secret),
            member=by,
            until=app.system_time() + LINK_VALID_FOR,
            case=case.id if case else None,
        )
    )
    return secret


def link_address(app: AppContext, secret: str) -> str:
    """Return the address of the page behind a link's secret."""
    return f"{app.base_url}{_PATH}/{secret}"


async def is_link_valid(app: AppContext, secret: str) -> bool:
    """Return whether the link would still sign in; asking does not use it up."""
    async with app.units_of_work.read() as view:
        return await _valid_link(app, view, secret) is not None


async def open_link(app: AppContext, secret: str) -> OpenedLink:
    """Sign in whoever the link was made for, and use it up.

    Refused, in the same words, for a link that is over and for one whose case is kept from its member by now (P-4.2).
    """
    async with app.units_of_work.begin() as uow:
        over = Refused("link_over", "This link has been used or has run out. Please ask for a new one.", "P-9.8")
        link = await _valid_link(app, uow, secret)
        if link is None or not await uow.sign_ins.use_link(link.digest, app.system_time()):
            raise over
        try:
            code_name = await _code_name(uow, link.member, link.case)
            session = await add_session(app, uow, link.member, SignInWay.LINK)
        except (NotFound, Refused):
            raise over from None
    return OpenedLink(session, code_name)


async def _valid_link(app: AppContext, view: ReadView, secret: str) -> SignInLink | None:
    link = await view.sign_ins.link(digest_secret(secret))
    return link if link is not None and link.used_at is None and app.system_time() < link.until else None


async def _code_name(view: ReadView, by: MemberId, case: CaseId | None) -> str | None:
    """The code name of the link's case, if its member may read it at this instant."""
    if case is None:
        return None
    found = await view.cases.case(case)
    return (await require_readable(view, by, found.code_name if found else "")).code_name
