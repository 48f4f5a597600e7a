"""One code written from two accounts shows that one human has both: from one that is known to be theirs, and the other.

Doors hand a private text here before they take it for a report. Nothing is answered that tells whose the code was.
Policy: P-6.4.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import acting
from guardian.cases.receipts import digest_of
from guardian.desk.desk import Desk, Work
from guardian.desk.linking import find_account, link_account, person_and_case, wall_off_person
from guardian.desk.moving import case_of
from guardian.desk.telling import tell_members
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id, new_secret
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.links import Challenge
from guardian.people.permissions import UseCase
from guardian.people.values import Naming, Trust
from guardian.spaces.port import Account

LASTS: Final = timedelta(days=7)
_LONGEST: Final = 48


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be handed to the person, and until when (the machine's time) it is taken."""

    person: str
    space: SpaceName
    code: str
    until: datetime


async def challenge(desk: Desk, by: MemberId, person_code: str, space: SpaceName, text: str) -> Code:
    """A new code stands for that person and that account; whoever has both writes it, alone, from each of them."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.CHALLENGE)
        await person_and_case(view, by, person_code)
    place = desk.spaces.get(space)
    if place is not None and not place.abilities.private:
        sentence = (
            f"Nobody can write to us in private on {space}, so no code can come from there. They can show that such an "
            "account is theirs by signing in: `/ask-accounts`"
        )
        raise Refused("no_private_door", sentence, "P-6.4")
    found = await find_account(desk, space, text)
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CHALLENGE)
        person, case = await person_and_case(work, by, person_code)
        # In small letters: a forum refuses what is written in capitals alone.
        code, until = new_secret().lower(), desk.wire() + LASTS
        made = Challenge(
            new_id(),
            digest_of(code),
            person.id,
            found.account,
            found.handle,
            case.id,
            by_member(by),
            work.now,
            until,
        )
        await work.links.add_challenge(made)
        work.journal.note(Entry("challenge.was_made", by_member(by), "P-6.4", {"person": person.id}, case.id))
    return Code(person.code_name, found.account.space, code, until)


async def answered(desk: Desk, account: Account, text: str) -> bool:
    """Whether the private text was exactly a code of ours, and so is no report. Written from both accounts, it links them.

    A code from an account that it was not made for, or too late, is taken and changes nothing.
    """
    typed = text.strip()
    if not typed or len(typed) > _LONGEST:
        return False
    async with desk.works.look() as view:
        if await view.links.challenge(digest_of(typed)) is None:
            return False
    async with desk.works.begin() as work:
        made = await work.links.challenge(digest_of(typed))
        if made is None:
            return False
        if desk.wire() < made.until:
            await _take(desk, work, made, account)
        return True


async def _take(desk: Desk, work: Work, made: Challenge, account: Account) -> None:
    known = {link.account for link in await work.people.surely_of(made.person)}
    about = {"person": made.person}
    if account == made.account:
        made = await work.links.save_challenge(replace(made, claimed_at=made.claimed_at or work.now))
    elif account in known:
        made = await work.links.save_challenge(replace(made, known_at=made.known_at or work.now))
    else:
        work.journal.note(Entry("challenge.came_from_elsewhere", PARTY, "P-6.4", about, made.case))
        return
    work.journal.note(Entry("challenge.was_answered", PARTY, "P-6.4", about, made.case))
    if made.known_at is not None and made.claimed_at is not None:
        await _link(desk, work, made)


async def _link(desk: Desk, work: Work, made: Challenge) -> None:
    """Both accounts have written it: what runs on the person reaches the account from now on, and the code is used up."""
    person = await work.people.person(made.person)
    owners = {link.person for link in await work.people.owners(made.account) if link.binding}
    await work.links.save_challenge(replace(made, until=desk.wire()))
    if person is None or owners - {made.person}:
        work.journal.note(Entry("challenge.met_another", PARTY, "P-6.4", {"person": made.person}, made.case))
        return
    naming = Naming(made.case, Trust.CHALLENGED, made.by, "one code was written from both accounts")
    link = await link_account(work, person, made.account, made.handle, naming)
    about = {"person": person.id, "account": link.id}
    work.journal.note(Entry("account.was_linked", PARTY, "P-6.4", about, made.case))
    await wall_off_person(work, desk.policy, person.id, made.by)
    facts = {"person": person.code_name, "news": News.ACCOUNT_LINKED}
    await tell_members(work, await case_of(work, made.case), NoticeKind.CASE_NEWS, facts)
