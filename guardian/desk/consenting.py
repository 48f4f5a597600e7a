"""Somebody shows on their own page which accounts elsewhere are theirs: a space vouches for those, and they let it say so.

Nobody has to. Whoever signs in with an account that is not known to be theirs changes nothing, and reads the same answer.
Policy: P-6.4.
"""

from guardian.cases.access import acting, may_read
from guardian.cases.values import Case
from guardian.desk.desk import Desk, View, Work
from guardian.desk.linking import link_account, person_and_case, wall_off_person
from guardian.desk.moving import case_of, hand_receipt
from guardian.desk.telling import tell_members, tell_person
from guardian.desk.vouching import handle_of
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.people.values import KnownAccount, Naming, Person, Trust
from guardian.spaces.proof import Proven, Shown

_TAKEN = (
    "Thank you. If the account with which you signed in is known to be yours, those that it names are known to be yours "
    "from now on: what holds for you holds for them, and ends for them as it ends for you. Nothing of the sign-in is kept."
)


async def ask_to_show(desk: Desk, by: MemberId, person_code: str) -> str:
    """The person has been asked, in a fixed text, to show on their page which accounts are theirs; the answer is who that is.

    Refused where they know of nothing yet: this is never the first word to somebody.
    """
    if not desk.shows_accounts:
        sentence = (
            "Nobody can sign in on the pages yet. Whoever runs the service sets it up: `oauth_client_id` of Discord."
        )
        raise Refused("no_sign_in", sentence, "P-6.4")
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CHALLENGE)
        person, _ = await person_and_case(work, by, person_code)
        case = await _known_to_both(work, by, person)
        if case is None:
            sentence = (
                "They have not been told of anything yet, so this would be the first word to them: `/hear` comes first."
            )
            raise Refused("not_told_yet", sentence, "P-3.5")
        facts = await hand_receipt(desk, work, case, person.id)
        await tell_person(work, case, person.id, NoticeKind.SHOW_ACCOUNTS, facts)
        about = {"person": person.id}
        work.journal.note(Entry("accounts.were_asked_for", by_member(by), "P-6.4", about, case.id))
    return person.code_name


async def called_now(desk: Desk, proven: Proven) -> tuple[Shown, ...]:
    """The accounts that the space vouches for, as each is called now. Asks the spaces, outside any transaction."""
    if not proven.vouched:
        sentence = "The place where you signed in names no account elsewhere as yours, so there was nothing to show."
        raise Refused("nothing_shown", sentence, "P-6.4")
    return tuple([Shown(each.account, await _handle(desk, each)) for each in proven.vouched])


async def take(desk: Desk, work: Work, holder: PersonId, proven: Proven, vouched: tuple[Shown, ...]) -> str:
    """What is vouched for is known as the person's, if the account with which they signed in is; the answer says neither."""
    person = await work.people.person(holder)
    own = next((link for link in await work.people.surely_of(holder) if link.account == proven.account), None)
    about = {"person": holder}
    if person is None or own is None or not own.namings:
        work.journal.note(Entry("showing.came_from_elsewhere", PARTY, "P-6.4", about))
        return _TAKEN
    before = await work.people.accounts_of(holder)
    for shown in vouched:
        await _link(work, person, own, shown)
    changed = [link for link in await work.people.accounts_of(holder) if link not in before]
    case = own.namings[-1].case
    for link in changed:
        work.journal.note(Entry("account.was_linked", PARTY, "P-6.4", {**about, "account": link.id}, case))
    work.journal.note(Entry("accounts.were_shown", PARTY, "P-6.4", about, case))
    if changed:
        await wall_off_person(work, desk.policy, holder, PARTY)
        await _tell(work, person, own)
    return _TAKEN


async def _link(work: Work, person: Person, own: KnownAccount, shown: Shown) -> None:
    """Whoever may know of the account with which they signed in may know of this one; another's is taken from nobody."""
    owners = {link.person for link in await work.people.owners(shown.account) if link.binding}
    if owners - {person.id}:
        work.journal.note(Entry("showing.met_another", PARTY, "P-6.4", {"person": person.id}, own.namings[-1].case))
        return
    said = f"{own.account.space} vouches for it, and they let it say so"
    for naming in own.namings:
        await link_account(work, person, shown.account, shown.handle, Naming(naming.case, Trust.CONSENTED, PARTY, said))


async def _tell(work: Work, person: Person, own: KnownAccount) -> None:
    facts = {"person": person.code_name, "news": News.ACCOUNT_LINKED}
    for naming in own.namings:
        await tell_members(work, await case_of(work, naming.case), NoticeKind.CASE_NEWS, facts)


async def _known_to_both(view: View, by: MemberId, person: Person) -> Case | None:
    """The latest case that the member may read and the person was told of."""
    member = await view.people.member(by)
    told = {notice.case for notice in await view.notices.of_person(person.id)}
    cases = [case for case in await view.cases.cases_of(person.id) if case.id in told]
    read = [case for case in cases if member and may_read(member, case, await view.cases.walls_of(case.id), view.now)]
    return read[-1] if read else None


async def _handle(desk: Desk, shown: Shown) -> str:
    """What the account is called today; where its space cannot say, what the one that vouches for it calls it."""
    found = await handle_of(desk, shown.account)
    return shown.handle if found == shown.account.native_id else found
