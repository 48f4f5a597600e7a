"""Let somebody show on their own page which accounts elsewhere are theirs, which a space vouches for.

Nobody has to. Whoever signs in with an account that is not known to be theirs changes nothing, and reads the same
answer. Read `request_disclosure` first. Policy: P-6.4.
"""

from guardian.cases.access import may_read, require_permission
from guardian.cases.case import Case
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.replies import Reply
from guardian.people.models import LinkedAccount, LinkEvidence, Person, Trust
from guardian.people.permissions import UseCase
from guardian.services.case_flow import get_case, issue_personal_receipt
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.hidden_facts import notify_of_account_shown
from guardian.services.identity.linking import exclude_person_everywhere, get_person_and_case, link_account
from guardian.services.identity.namable_owners import is_taken
from guardian.services.identity.vouched_accounts import fetch_handle
from guardian.services.notify import notify_members, notify_person
from guardian.spaces.account_proof import ProofResult, ProvenAccount


async def request_disclosure(app: AppContext, by: MemberId, person_code: str) -> str:
    """Ask the person, in a fixed text, to show on their page which accounts are theirs; return who that is.

    Refused where they know of nothing yet: this is never the first word to somebody.
    """
    if not app.offers_self_disclosure:
        sentence = (
            "Nobody can sign in on the pages yet. Whoever runs the service sets it up: `oauth_client_id` of Discord."
        )
        raise Refused("no_sign_in", sentence, "P-6.4")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ISSUE_OWNERSHIP_CODE)
        person, _ = await get_person_and_case(uow, by, person_code)
        case = await _latest_common_case(uow, by, person)
        if case is None:
            sentence = "They have not been told of anything yet, so this would be the first word to them: the hearing comes first."
            raise Refused("not_told_yet", sentence, "P-3.5")
        facts = await issue_personal_receipt(app, uow, case, person.id)
        await notify_person(uow, case, person.id, NoticeKind.SHOW_ACCOUNTS, facts)
        about = {"person": person.id}
        uow.journal.note(
            Entry(act="accounts.were_asked_for", by=by_member(by), authority="P-6.4", about=about, case=case.id)
        )
    return person.code_name


async def current_handles(app: AppContext, result: ProofResult) -> tuple[ProvenAccount, ...]:
    """Return the accounts that the space vouches for, as each is called now. Asks the spaces, outside any transaction."""
    if not result.linked_accounts:
        sentence = "The place where you signed in names no account elsewhere as yours, so there was nothing to show."
        raise Refused("nothing_shown", sentence, "P-6.4")
    return tuple([ProvenAccount(each.account, await _current_handle(app, each)) for each in result.linked_accounts])


async def record_disclosure(
    app: AppContext, uow: UnitOfWork, holder: PersonId, result: ProofResult, vouched: tuple[ProvenAccount, ...]
) -> Reply:
    """Link what is vouched for to the person, if the account that they signed in with is theirs.

    Nothing is returned, so that the answer says neither.
    """
    person = await uow.people.person(holder)
    own = next((link for link in await uow.people.contactable_accounts(holder) if link.account == result.account), None)
    about = {"person": holder}
    if person is None or own is None or not own.case_evidence:
        uow.journal.note(Entry(act="showing.came_from_elsewhere", by=PARTY, authority="P-6.4", about=about))
        return Reply("answers.accounts_shown")
    before = await uow.people.accounts_of(holder)
    for shown in vouched:
        await _link(uow, person, own, shown)
    changed = [link for link in await uow.people.accounts_of(holder) if link not in before]
    case = own.case_evidence[-1].case
    for link in changed:
        uow.journal.note(
            Entry(act="account.was_linked", by=PARTY, authority="P-6.4", about={**about, "account": link.id}, case=case)
        )
    uow.journal.note(Entry(act="accounts.were_shown", by=PARTY, authority="P-6.4", about=about, case=case))
    if changed:
        await exclude_person_everywhere(uow, app.policy, holder, PARTY)
        await _notify(uow, person, own)
    return Reply("answers.accounts_shown")


async def _link(uow: UnitOfWork, person: Person, own: LinkedAccount, shown: ProvenAccount) -> None:
    """Whoever may know of the account with which they signed in may know of this one; what all know as another's stays."""
    cases = [await get_case(uow, each.case) for each in own.case_evidence]
    if all([await is_taken(uow, case, shown.account, person.id) for case in cases]):
        uow.journal.note(
            Entry(
                act="showing.met_another",
                by=PARTY,
                authority="P-6.4",
                about={"person": person.id},
                case=own.case_evidence[-1].case,
            )
        )
        return
    evidence = f"{own.account.space} vouches for it, and they let it say so"
    for link_evidence in own.case_evidence:
        shown_by = LinkEvidence(link_evidence.case, Trust.SELF_DISCLOSED, PARTY, evidence)
        link = await link_account(uow, person, shown.account, shown.handle, shown_by)
    await notify_of_account_shown(uow, link)


async def _notify(uow: UnitOfWork, person: Person, own: LinkedAccount) -> None:
    facts = {"person": person.code_name, "news": News.ACCOUNT_LINKED}
    for link_evidence in own.case_evidence:
        await notify_members(uow, await get_case(uow, link_evidence.case), NoticeKind.CASE_NEWS, facts)


async def _latest_common_case(view: ReadView, by: MemberId, person: Person) -> Case | None:
    """Return the latest case that the member may read and the person was notified of."""
    member = await view.people.member(by)
    notified = {notice.case for notice in await view.notices.of_person(person.id)}
    cases = [case for case in await view.cases.cases_of(person.id) if case.id in notified]
    readable = [
        case for case in cases if member and may_read(member, case, await view.cases.exclusions_of(case.id), view.now)
    ]
    return readable[-1] if readable else None


async def _current_handle(app: AppContext, shown: ProvenAccount) -> str:
    """What the account is called today; where its space cannot say, what the one that vouches for it calls it."""
    found = await fetch_handle(app, shown.account)
    return shown.handle if found == shown.account.native_id else found
