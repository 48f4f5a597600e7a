"""Show by one code, written from two accounts, that one human has both: one that is known to be theirs, and the other.

Channels pass a private text here before they take it for a report. No answer gives away whose the code was. Read
`issue_code` first. Policy: P-6.4.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.receipts import digest_secret
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id, new_secret
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.links import OwnershipCode
from guardian.people.models import LinkEvidence, Trust
from guardian.people.permissions import UseCase
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.hidden_facts import notify_of_account_shown
from guardian.services.identity.linking import (
    exclude_person_everywhere,
    find_target,
    get_person_and_case,
    link_account,
)
from guardian.services.identity.namable_owners import is_taken
from guardian.services.notify import notify_members
from guardian.spaces.port import Account

CODE_LIFETIME: Final = timedelta(days=7)
_LONGEST_CODE: Final = 48


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to be given to the person, and until when (system time) it is taken."""

    person: str
    space: SpaceName
    code: str
    until: datetime


async def issue_code(app: AppContext, by: MemberId, person_code: str, space: SpaceName, text: str) -> IssuedCode:
    """Issue a code for that person and that account; whoever has both writes it, alone, from each of them."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ISSUE_OWNERSHIP_CODE)
        await get_person_and_case(view, by, person_code)
    space_port = app.spaces.get(space)
    if space_port is not None and not space_port.capabilities.private_messages:
        sentence = (
            f"Nobody can write to us in private on {space}, so no code can come from there. They can show that such an "
            "account is theirs by signing in: ask them for it on the page of the case."
        )
        raise Refused("no_private_door", sentence, "P-6.4")
    found = await find_target(app, space, text)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ISSUE_OWNERSHIP_CODE)
        person, case = await get_person_and_case(uow, by, person_code)
        # In small letters: a forum refuses what is written in capitals alone.
        code, until = new_secret().lower(), app.system_time() + CODE_LIFETIME
        ownership_code = OwnershipCode(
            id=new_id(),
            digest=digest_secret(code),
            person=person.id,
            account=found.account,
            handle=found.handle,
            case=case.id,
            by=by_member(by),
            at=uow.now,
            until=until,
        )
        await uow.links.add_ownership_code(ownership_code)
        uow.journal.note(
            Entry(
                act="challenge.was_made", by=by_member(by), authority="P-6.4", about={"person": person.id}, case=case.id
            )
        )
    return IssuedCode(person.code_name, found.account.space, code, until)


async def redeem_code(app: AppContext, account: Account, text: str) -> bool:
    """Return whether the private text was exactly a code of ours, and so is no report; link what both accounts wrote.

    A code from an account that it was not made for, or too late, is taken and changes nothing.
    """
    typed = text.strip()
    if not typed or len(typed) > _LONGEST_CODE:
        return False
    async with app.units_of_work.read() as view:
        if await view.links.ownership_code(digest_secret(typed)) is None:
            return False
    async with app.units_of_work.begin() as uow:
        ownership_code = await uow.links.ownership_code(digest_secret(typed))
        if ownership_code is None:
            return False
        if app.system_time() < ownership_code.until:
            await _record_use(app, uow, ownership_code, account)
        return True


async def _record_use(app: AppContext, uow: UnitOfWork, ownership_code: OwnershipCode, account: Account) -> None:
    known = {link.account for link in await uow.people.contactable_accounts(ownership_code.person)}
    about = {"person": ownership_code.person}
    if account == ownership_code.account:
        ownership_code = await uow.links.save_ownership_code(
            replace(ownership_code, claimed_at=ownership_code.claimed_at or uow.now)
        )
    elif account in known:
        ownership_code = await uow.links.save_ownership_code(
            replace(ownership_code, known_at=ownership_code.known_at or uow.now)
        )
    else:
        uow.journal.note(
            Entry(
                act="challenge.came_from_elsewhere", by=PARTY, authority="P-6.4", about=about, case=ownership_code.case
            )
        )
        return
    uow.journal.note(
        Entry(act="challenge.was_answered", by=PARTY, authority="P-6.4", about=about, case=ownership_code.case)
    )
    if ownership_code.known_at is not None and ownership_code.claimed_at is not None:
        await _link(app, uow, ownership_code)


async def _link(app: AppContext, uow: UnitOfWork, ownership_code: OwnershipCode) -> None:
    """Link the account that has written the code too, so that what runs on the person reaches it, and use up the code."""
    person = await uow.people.person(ownership_code.person)
    case = await get_case(uow, ownership_code.case)
    await uow.links.save_ownership_code(replace(ownership_code, until=app.system_time()))
    if person is None or await is_taken(uow, case, ownership_code.account, person.id):
        uow.journal.note(
            Entry(
                act="challenge.met_another",
                by=PARTY,
                authority="P-6.4",
                about={"person": ownership_code.person},
                case=ownership_code.case,
            )
        )
        return
    link_evidence = LinkEvidence(
        ownership_code.case, Trust.PROVED_BY_CODE, ownership_code.by, "one code was written from both accounts"
    )
    link = await link_account(uow, person, ownership_code.account, ownership_code.handle, link_evidence)
    about = {"person": person.id, "account": link.id}
    uow.journal.note(
        Entry(act="account.was_linked", by=PARTY, authority="P-6.4", about=about, case=ownership_code.case)
    )
    await exclude_person_everywhere(uow, app.policy, person.id, ownership_code.by)
    await notify_of_account_shown(uow, link)
    facts = {"person": person.code_name, "news": News.ACCOUNT_LINKED}
    await notify_members(uow, case, NoticeKind.CASE_NEWS, facts)
