"""The personal page of somebody heard or sanctioned: by receipt alone, since no platform reaches who is locked out.

Every wrong receipt gets the same answer. Read `read_page` first. Policy: P-3.5, P-5.7, P-6.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.data_requests import DataRequestKind
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.procedure import StepEvent, StepState
from guardian.cases.proposals import Decision
from guardian.cases.receipts import Receipt, ReceiptKind, digest_receipt
from guardian.cases.submissions import build_addition
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, CaseId, PersonId, Reference
from guardian.journal import PARTY, Entry
from guardian.notices.models import News, Notice, NoticeState
from guardian.notices.replies import Reply
from guardian.sanctions.models import binding_until, term_state_at
from guardian.services.authorization import require
from guardian.services.case_flow import notify_case_news, reported_people
from guardian.services.case_steps import StepChange, advance_step, get_steps
from guardian.services.conflicts.exclusions import claim_named_in_text
from guardian.services.conflicts.indicated import search_ahead
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete_for_case
from guardian.services.decisions.enactment import record_person_notified
from guardian.services.deliberation.procedure import was_asked
from guardian.services.deliberation.results import is_about_others
from guardian.services.deliberation.talks import OwnTalkLine, find_own_talk
from guardian.services.identity import self_disclosure
from guardian.services.identity.disputes import LinkLine, dispute_as_person, disputes_of_person
from guardian.services.measures import reconsideration
from guardian.services.notify import ensure_reference
from guardian.services.parties.own_conditions import OwnConditionLine, own_conditions, say_done
from guardian.services.reports.data_requests import OwnDataRequest, own_requests, submit
from guardian.services.sanctions.board_requests import (
    NOTHING_DECIDED,
    Requester,
    RequestOption,
    find_option,
    known_matters,
    submit_request,
)
from guardian.services.sanctions.readmission import may_request, request_readmission
from guardian.spaces.account_proof import ProofResult
from rules.deadlines import TimeLimit, due_at
from rules.ladder import TermState
from rules.precedence import Restriction
from rules.procedure import Step

_WRONG_RECEIPT: Final = "This receipt opens nothing here. Check it letter by letter; capitals and dashes do not matter."

_WHICH: Final = (
    "More than one thing was decided. Please ask at the one that you mean, so that the right one is looked at."
)

_OPENING: Final = frozenset({ReceiptKind.PERSONAL, ReceiptKind.HANDED})

_CASES: Final = {
    CaseState.OPEN: "open",
    CaseState.PROPOSED: "open",
    CaseState.AGREED: "agreed",
    CaseState.WITH_BOARD: "with_board",
    CaseState.IN_FORCE: "in_force",
    CaseState.CLOSED: "closed",
}

_LOCAL: Final = {**dict.fromkeys(CaseState, "local"), CaseState.CLOSED: "local_closed"}
"""How a matter stands, as far as its person may know: a part of the key of what they read."""


@dataclass(frozen=True, slots=True)
class PageHolder:
    """Whose page a receipt opens. `only`: that one case of it, where a member who knows no other handed it over."""

    person: PersonId
    only: CaseId | None = None

    def may_read(self, case: CaseId | None) -> bool:
        """Return whether what belongs to the case is theirs to read here."""
        return self.only in (None, case)


@dataclass(frozen=True, slots=True)
class SanctionLine:
    """One restriction; `opens_at` is when asking to return opens, `asked_at` when the person has asked."""

    restriction: Restriction
    state: TermState
    since: datetime
    ends: datetime | None
    returns_at: datetime | None
    everywhere: bool
    spaces: tuple[str, ...]
    provisional: bool = False
    may_request_from: datetime | None = None
    may_request_now: bool = False
    requested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnMatterLine:
    """One matter that the person knows of, under their own reference; `answer_by` while they are being heard."""

    reference: Reference
    state: str
    kind: CaseKind
    outcome: str = ""
    answer_by: datetime | None = None
    may_be_heard: bool = False
    own_words: tuple[tuple[datetime, str], ...] = ()
    board_request: RequestOption | None = None
    data_requests: tuple[OwnDataRequest, ...] = ()
    conditions: tuple[OwnConditionLine, ...] = ()
    talk: OwnTalkLine | None = None


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """What the person may know: what they are restricted in, what is being considered, and what they can do.

    `notices` are what they were written, newest first: nothing reaches who is locked out, so it stands here too.
    """

    community: str
    sanctions: tuple[SanctionLine, ...]
    matters: tuple[OwnMatterLine, ...]
    may_request_readmission: bool
    may_request_board_reconsideration: bool
    notices: tuple[Notice, ...]
    linked_accounts: tuple[LinkLine, ...] = ()
    may_request_reconsideration: bool = False


async def read_page(app: AppContext, receipt: str) -> PersonalPage:
    """Return what the receipt's holder may read; whoever uses it counts as notified of what stands there.

    Policy: P-6.2.
    """
    async with app.units_of_work.begin() as uow:
        holder = await require_reader(uow, receipt)
        person = holder.person
        uow.journal.note(
            Entry(act="personal_page.was_read", by=PARTY, authority="P-6.2", about={"person": str(person)})
        )
        cases = [case for case in await known_matters(uow, person) if holder.may_read(case.id)]
        sanctions = await _sanction_lines(app, uow, holder)
        options = await may_request(uow, person, app.policy, only=holder.only)
        matters = tuple([await _matter_line(app, uow, case, person) for case in cases])
        return PersonalPage(
            community=app.community,
            sanctions=sanctions,
            matters=matters,
            may_request_readmission=any(each.is_open and each.requested_at is None for each in options),
            may_request_board_reconsideration=any(each.board_request is not None for each in matters),
            notices=await _readable_notices(uow, holder),
            linked_accounts=await disputes_of_person(uow, person) if holder.only is None else (),
            may_request_reconsideration=holder.only is None and await reconsideration.may_request(uow, person),
        )


async def give_hearing_answer(app: AppContext, receipt: str, text: str) -> Reply:
    """Add what the person says to each matter in which they are heard, and notify its members. Policy: P-3.5."""
    require(check_text(text, app.longest_text))
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        holder = await require_reader(uow, receipt)
        person = holder.person
        readable = [case for case in await uow.cases.cases_of(person) if holder.may_read(case.id)]
        cases = [case for case in readable if await _may_be_heard(uow, case, person)]
        if not cases:
            raise Refused("nothing_open", "Nothing is being looked at just now in which you could be heard.", "P-3.5")
        for case in cases:
            await _record_hearing_answer(app, uow, case, person, text.strip())
    return Reply("answers.heard")


async def request_reconsideration(app: AppContext, receipt: str, text: str) -> Reply:
    """Ask for a reconsideration of each measure of moderators that runs on the person. Policy: P-6.8."""
    require(check_text(text, app.longest_text))
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        return await reconsideration.request(uow, app.policy, await _require_holder(uow, receipt), text.strip())


async def say_condition_done(app: AppContext, receipt: str, condition_id: str, text: str) -> Reply:
    """Say of one thing that a decision asks of the person that it is done; a member then looks. Policy: P-5.2."""
    require(check_text(text, app.longest_text))
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        holder = await require_reader(uow, receipt)
        matters = [case for case in await known_matters(uow, holder.person) if holder.may_read(case.id)]
        return await say_done(uow, app.policy, matters, holder.person, condition_id, text.strip())


async def dispute_link(app: AppContext, receipt: str, link: AccountId, text: str) -> Reply:
    """Dispute an account as not theirs; the group owes that a review. Policy: P-6.4."""
    require(check_text(text, app.longest_text))
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        person = await _require_holder(uow, receipt)
        return await dispute_as_person(app, uow, person, link, text)


async def disclose_accounts(app: AppContext, receipt: str, result: ProofResult) -> Reply:
    """Link the accounts elsewhere that the person has shown by signing in to one that is known to be theirs.

    The answer is the same whoever signed in. Policy: P-6.4.
    """
    vouched = await self_disclosure.current_handles(app, result)
    async with app.units_of_work.begin() as uow:
        return await self_disclosure.record_disclosure(app, uow, await _require_holder(uow, receipt), result, vouched)


async def submit_readmission_request(app: AppContext, receipt: str, text: str) -> Reply:
    """Submit a request to return, which the group owes an answer. Asked before the end, access returns at the end.

    Policy: P-6.2.
    """
    require(check_text(text, app.longest_text))
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        holder = await require_reader(uow, receipt)
        await request_readmission(uow, app.policy, holder.person, text.strip(), only=holder.only)
        until = due_at(TimeLimit.READMISSION_ANSWER, uow.now, app.policy)
    return Reply("answers.return", {"until": until})


async def ask_about_data(app: AppContext, receipt: str, kind: DataRequestKind, text: str) -> Reply:
    """Ask about what is kept of the person, in each matter that they know of and may read here. Policy: P-6.2."""
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        holder = await require_reader(uow, receipt)
        matters = [case for case in await known_matters(uow, holder.person) if holder.may_read(case.id)]
        if not matters:
            raise Refused("nothing_kept", "There is no matter here of which you have been told.", "P-6.2")
        replies = [await submit(app, uow, case, kind, text, person=holder.person) for case in matters]
    return replies[-1]


async def request_board_reconsideration(
    app: AppContext, receipt: str, text: str, *, reference: str = "", shows_news: bool = False
) -> Reply:
    """Ask the Board to reconsider what was decided in the matter of that reference, or in the only one there is.

    It stands until the Board answers. Policy: P-5.7.
    """
    require(check_text(text, app.longest_text))
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        holder = await require_reader(uow, receipt)
        person, by = holder.person, Requester(person=holder.person)
        matters = [case for case in await known_matters(uow, person) if holder.may_read(case.id)]
        decided = [case for case in matters if await find_option(uow, app.policy, case, by) is not None]
        named = {await ensure_reference(uow, case, person): case for case in decided}
        if not named or (reference and reference not in named):
            raise Refused("nothing_decided", NOTHING_DECIDED, "P-5.7")
        if not reference and len(named) > 1:
            raise Refused("several_decided", _WHICH, "P-5.7")
        case = named[Reference(reference)] if reference else next(iter(named.values()))
        return await submit_request(app, uow, case, by, text, shows_news=shows_news)


async def _require_holder(uow: UnitOfWork, typed: str) -> PersonId:
    """Return whose page it is, for what takes the whole page: a receipt that was handed over opens one case alone."""
    holder = await require_reader(uow, typed)
    if holder.only is not None:
        raise NotFound(_WRONG_RECEIPT)
    return holder.person


async def require_reader(uow: UnitOfWork, typed: str) -> PageHolder:
    """Return whose page it is, and how much of it; the receipt is used, and its holder notified of what they read.

    Policy: P-6.2.
    """
    receipt: Receipt | None = await uow.cases.receipt(digest_receipt(typed))
    if receipt is None or receipt.kind not in _OPENING or receipt.person is None:
        raise NotFound(_WRONG_RECEIPT)
    holder = PageHolder(receipt.person, receipt.case if receipt.kind is ReceiptKind.HANDED else None)
    if receipt.used_at is None:
        await uow.cases.save_receipt(replace(receipt, used_at=uow.now))
    for sanction in await uow.sanctions.of_person(receipt.person):
        if sanction.lifting is None and holder.may_read(sanction.case):
            await record_person_notified(uow, sanction.id, "receipt")
    return holder


async def _sanction_lines(app: AppContext, view: ReadView, holder: PageHolder) -> tuple[SanctionLine, ...]:
    """What the person is or was restricted in, newest first, without what another has taken the place of."""
    options = {each.sanction: each for each in await may_request(view, holder.person, app.policy)}
    lines = []
    for sanction in reversed([s for s in await view.sanctions.of_person(holder.person) if holder.may_read(s.case)]):
        option = options.get(sanction.id)
        lines.append(
            SanctionLine(
                restriction=sanction.restriction,
                state=term_state_at(sanction, view.now),
                since=sanction.starts,
                ends=sanction.ends,
                returns_at=binding_until(sanction),
                everywhere=sanction.spaces is None,
                spaces=tuple(sorted(sanction.spaces or ())),
                provisional=sanction.provisional,
                may_request_from=option.opens_at if option else None,
                may_request_now=bool(option and option.is_open and option.requested_at is None),
                requested_at=option.requested_at if option else None,
            )
        )
    return tuple(lines)


async def _readable_notices(view: ReadView, holder: PageHolder) -> tuple[Notice, ...]:
    notices = [each for each in await view.notices.of_person(holder.person) if holder.may_read(each.case)]
    return tuple(notice for notice in reversed(notices) if notice.state is not NoticeState.WITHHELD)


async def _matter_line(app: AppContext, uow: UnitOfWork, case: Case, person: PersonId) -> OwnMatterLine:
    step = (await get_steps(uow, case.id)).by_kind.get(Step.HEARING)
    open_now = await _may_be_heard(uow, case, person)
    decided = await _enacted_decisions(uow, [case], person)
    only_one = len(await reported_people(uow, case)) == 1
    additions = [a for a in await uow.cases.additions_of(case.id) if only_one and a.report is None and a.from_party]
    return OwnMatterLine(
        reference=await ensure_reference(uow, case, person),
        state=await _state_towards(uow, case, person, is_decided=bool(decided)),
        kind=case.kind,
        outcome=decided[-1].consequence.outcome if decided else "",
        answer_by=step.until if step and open_now and step.state is StepState.UNDER_WAY else None,
        may_be_heard=open_now,
        own_words=tuple((each.at, each.text) for each in additions),
        board_request=await find_option(uow, app.policy, case, Requester(person=person)),
        data_requests=await own_requests(app, uow, case.id, person=person),
        conditions=await own_conditions(uow, case, person),
        talk=await find_own_talk(uow, case, person=person),
    )


async def _state_towards(view: ReadView, case: Case, person: PersonId, *, is_decided: bool) -> str:
    """How the matter stands for this person, whatever becomes of others who were reported in it. Policy: P-2.11."""
    if case.kind is CaseKind.LOCAL:
        return _LOCAL[case.state]
    if await is_about_others(view, case, person):
        return _CASES[CaseState.IN_FORCE if is_decided else CaseState.OPEN]
    return _CASES[case.state]


async def _may_be_heard(view: ReadView, case: Case, person: PersonId) -> bool:
    """Whether words of the person still have a place: asked, acted on, or having asked, while the case is not closed."""
    if case.state is CaseState.CLOSED:
        return False
    return case.kind is not CaseKind.REPORT or await was_asked(view, case, person)


async def _enacted_decisions(view: ReadView, cases: Sequence[Case], person: PersonId) -> list[Decision]:
    """What has been decided on the person and enacted in these cases, oldest first; what became of others is not
    theirs.
    """
    every = [d for case in cases for d in await view.deliberation.decisions_of(case.id)]
    found = [d for d in every if d.enacted_at is not None and d.person == person]
    return sorted(found, key=lambda decision: (decision.at, decision.id))


async def _record_hearing_answer(app: AppContext, uow: UnitOfWork, case: Case, person: PersonId, text: str) -> None:
    await uow.cases.add_addition(build_addition(case.id, None, text, uow.now))
    step = (await get_steps(uow, case.id)).by_kind.get(Step.HEARING)
    if step is not None and step.state is StepState.UNDER_WAY and len(await reported_people(uow, case)) == 1:
        await advance_step(uow, case.id, Step.HEARING, StepChange(StepEvent.COMPLETE, PARTY))
        await complete_for_case(uow, case.id, DeadlineKind.HEARING)
    await claim_named_in_text(uow, app.policy, case, text)
    await notify_case_news(uow, case, News.HEARD)
    about = {"case": str(case.id), "person": str(person)}
    uow.journal.note(Entry(act="person.was_heard", by=PARTY, authority="P-3.5", about=about, case=case.id))
