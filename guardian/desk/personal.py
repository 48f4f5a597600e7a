"""The personal page of somebody heard or sanctioned: by receipt alone, since no platform reaches who is locked out.

Every wrong receipt gets the same answer. Policy: P-3.5, P-5.7, P-6.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.drafts import text_fits
from guardian.cases.receipts import digest_of
from guardian.cases.steps import AFTER_A_DECISION, StepEvent
from guardian.cases.values import (
    Addition,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    Decision,
    PromiseKind,
    Receipt,
    ReceiptKind,
    StepKind,
    StepState,
)
from guardian.desk import consenting, second_looks
from guardian.desk.desk import Desk, View, Work
from guardian.desk.disputes import LinkedLine, dispute_by_person, lines_for
from guardian.desk.enactment import enactment_told
from guardian.desk.hearing import was_asked
from guardian.desk.moving import (
    case_of,
    hand_to_board,
    insist,
    keep_for,
    move,
    renew,
    reported,
    step_to,
    steps_of,
    tell_of_news,
)
from guardian.desk.readmission import keep_out, may_ask, open_request
from guardian.desk.telling import reference_of, tell_liaison, tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, DecisionId, PersonId, Reference, new_id
from guardian.journal import PARTY, Entry
from guardian.notices.values import News, Notice, NoticeKind, NoticeState
from guardian.sanctions.values import Sanction, asks_until, state_at
from guardian.spaces.proof import Proven
from rules.deadlines import Deadline, due
from rules.ladder import Authority, TermState
from rules.policy import Policy
from rules.precedence import Restriction

_WRONG: Final = "This receipt opens nothing here. Check it letter by letter; capitals and dashes do not matter."

_STATES: Final = {
    TermState.RUNNING: "in force",
    TermState.AWAITING: "the term is over, and you may ask to return",
    TermState.OVER: "over",
}

_CASES: Final = {
    CaseState.OPEN: "The group is looking at this and has decided nothing yet.",
    CaseState.PROPOSED: "The group is looking at this and has decided nothing yet.",
    CaseState.AGREED: "The group has come to a conclusion. You will be told what it is.",
    CaseState.WITH_BOARD: "This has been passed on to the Board, which has not answered yet.",
    CaseState.IN_FORCE: "The group has decided.",
    CaseState.CLOSED: "This is closed.",
}

_LOCAL: Final = {
    **dict.fromkeys(CaseState, "Moderators have set a measure, for a short while."),
    CaseState.CLOSED: "A measure of moderators is over.",
}


@dataclass(frozen=True, slots=True)
class SanctionLine:
    """One restriction in plain words; `opens_at` is when asking to return opens, `asked_at` when the person has asked."""

    restriction: Restriction
    state: str
    since: datetime
    ends: datetime | None
    returns_at: datetime | None
    everywhere: bool
    spaces: tuple[str, ...]
    conditions: str = ""
    provisional: bool = False
    opens_at: datetime | None = None
    may_ask_now: bool = False
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One matter that the person knows of, under their own reference; `answer_by` while they are being heard."""

    reference: Reference
    state: str
    kind: CaseKind
    outcome: str = ""
    answer_by: datetime | None = None
    may_be_heard: bool = False
    said: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """What the person may know: what they are restricted in, what is being looked at, and what they can do.

    `letters` are what they were written, newest first: nothing reaches who is locked out, so it stands here too.
    """

    community: str
    sanctions: tuple[SanctionLine, ...]
    matters: tuple[MatterLine, ...]
    may_ask_readmission: bool
    may_ask_reconsideration: bool
    letters: tuple[Notice, ...]
    linked: tuple[LinkedLine, ...] = ()
    may_ask_look: bool = False


async def page(desk: Desk, receipt: str) -> PersonalPage:
    """What the receipt's holder may read; whoever uses it has been told of what stands there. Policy: P-6.2."""
    async with desk.works.begin() as work:
        person = await _holder(work, receipt)
        work.journal.note(Entry("personal_page.was_read", PARTY, "P-6.2", {"person": str(person)}))
        cases = [case for case in await work.cases.cases_of(person) if await _knows_of(work, case, person)]
        sanctions = await _sanctions(desk, work, person)
        asking = await may_ask(work, person, desk.policy)
        return PersonalPage(
            desk.community,
            sanctions,
            tuple([await _matter(work, case, person) for case in cases]),
            any(each.open and each.asked_at is None for each in asking),
            bool(await _decided(work, cases, person)),
            await _letters(work, person),
            await lines_for(work, person),
            await second_looks.may_ask(work, person),
        )


async def be_heard(desk: Desk, receipt: str, text: str) -> str:
    """What the person says is with each matter in which they are heard, and its members have been told. Policy: P-3.5."""
    insist(text_fits(text, desk.longest_text))
    async with desk.works.begin() as work:
        person = await _holder(work, receipt)
        cases = [case for case in await work.cases.cases_of(person) if await _may_be_heard(work, case, person)]
        if not cases:
            raise Refused("nothing_open", "Nothing is being looked at just now in which you could be heard.", "P-3.5")
        for case in cases:
            await _hear(desk, work, case, person, text.strip())
    return "Thank you. What you wrote is with those who decide, and it is part of what they weigh."


async def ask_look(desk: Desk, receipt: str, text: str) -> str:
    """Somebody who did not set it looks again at each measure of moderators that runs on the person. Policy: P-6.8."""
    insist(text_fits(text, desk.longest_text))
    async with desk.works.begin() as work:
        return await second_looks.ask(work, desk.policy, await _holder(work, receipt), text.strip())


async def dispute_link(desk: Desk, receipt: str, link: AccountId, text: str) -> str:
    """The person has said that an account is not theirs, and the group owes it a look. Policy: P-6.4."""
    insist(text_fits(text, desk.longest_text))
    async with desk.works.begin() as work:
        person = await _holder(work, receipt)
        return await dispute_by_person(desk, work, person, link, text)


async def show_accounts(desk: Desk, receipt: str, proven: Proven) -> str:
    """The accounts elsewhere that the person has shown, by signing in to one that is known to be theirs, are known as theirs.

    The answer is the same whoever signed in. Policy: P-6.4.
    """
    vouched = await consenting.called_now(desk, proven)
    async with desk.works.begin() as work:
        return await consenting.take(desk, work, await _holder(work, receipt), proven, vouched)


async def ask_readmission(desk: Desk, receipt: str, text: str) -> str:
    """A request to return is with the group, which owes an answer. Asked before the end, access returns at the end.

    Policy: P-6.2.
    """
    insist(text_fits(text, desk.longest_text))
    async with desk.works.begin() as work:
        person = await _holder(work, receipt)
        await open_request(work, desk.policy, person, text.strip())
        until = due(Deadline.READMISSION_ANSWER, work.now, desk.policy)
    return f"Thank you. Your request is with the group. You have an answer by {until:%d %B %Y}, here at the latest."


async def ask_reconsideration(desk: Desk, receipt: str, text: str) -> str:
    """The Board has been asked to look at the decision again; until it answers, the decision stands. Policy: P-5.7."""
    insist(text_fits(text, desk.longest_text))
    async with desk.works.begin() as work:
        person = await _holder(work, receipt)
        cases = [case for case in await work.cases.cases_of(person) if await _knows_of(work, case, person)]
        decided = await _decided(work, cases, person)
        if not decided:
            raise Refused(
                "nothing_decided", "Nothing has been decided about you that could be looked at again.", "P-5.7"
            )
        case = await case_of(work, decided[-1].case)
        await work.cases.add_addition(Addition(new_id(), case.id, None, work.now, text.strip()))
        case = await _before_the_board(work, desk.policy, await keep_out(work, desk.policy, case, text))
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.RECONSIDER})
        about = {"case": str(case.id), "person": str(person)}
        work.journal.note(Entry("reconsideration.was_asked", PARTY, "P-5.7", about, case.id))
    return "Thank you. The Board has been asked to look at the decision again. Until it answers, the decision stands."


async def _before_the_board(work: Work, policy: Policy, case: Case) -> Case:
    """The decided case lies with the Board, which can read it now; where it is on its way already, its liaison hears."""
    if case.state is CaseState.CLOSED:
        case = await work.cases.save_case(replace(case, closed_at=None, review_on=None))
        case = await move(work, case, CaseEvent.REOPEN)
        await keep_for(work, case.id, PromiseKind.CASE_REVIEW)
    elif case.state is not CaseState.IN_FORCE:
        await tell_liaison(work, case, NoticeKind.WITH_BOARD, {"cause": "reconsideration", "ask": "reconsider"})
        return case
    await renew(work, case.id, AFTER_A_DECISION, PARTY)
    return await hand_to_board(work, policy, case, "reconsideration")


async def _holder(work: Work, typed: str) -> PersonId:
    """Whose page it is; the receipt counts as used, and what its holder reads there they have been told. Policy: P-6.2."""
    receipt: Receipt | None = await work.cases.receipt(digest_of(typed))
    if receipt is None or receipt.kind is not ReceiptKind.PERSONAL or receipt.person is None:
        raise NotFound(_WRONG)
    if receipt.used_at is None:
        await work.cases.save_receipt(replace(receipt, used_at=work.now))
    for sanction in await work.sanctions.of_person(receipt.person):
        if sanction.lifting is None:
            await enactment_told(work, sanction.id, "receipt")
    return receipt.person


async def _sanctions(desk: Desk, view: View, person: PersonId) -> tuple[SanctionLine, ...]:
    """What the person is or was restricted in, newest first, without what another has taken the place of."""
    asking = {each.sanction: each for each in await may_ask(view, person, desk.policy)}
    lines = []
    for sanction in reversed(await view.sanctions.of_person(person)):
        consequence = await _consequence(view, sanction)
        ask = asking.get(sanction.id)
        lines.append(
            SanctionLine(
                sanction.restriction,
                _STATES[state_at(sanction, view.now)],
                sanction.starts,
                sanction.ends,
                asks_until(sanction),
                sanction.spaces is None,
                tuple(sorted(sanction.spaces or ())),
                consequence.conditions if consequence else "",
                sanction.provisional,
                ask.opens_at if ask else None,
                bool(ask and ask.open and ask.asked_at is None),
                ask.asked_at if ask else None,
            )
        )
    return tuple(lines)


async def _letters(view: View, person: PersonId) -> tuple[Notice, ...]:
    told = await view.notices.of_person(person)
    return tuple(notice for notice in reversed(told) if notice.state is not NoticeState.WITHHELD)


async def _consequence(view: View, sanction: Sanction) -> Consequence | None:
    if sanction.authority.kind is not Authority.DECISION:
        return None
    decision = await view.deliberation.decision(DecisionId(sanction.authority.id))
    return decision.consequence if decision else None


async def _matter(work: Work, case: Case, person: PersonId) -> MatterLine:
    step = (await steps_of(work, case.id)).of.get(StepKind.HEARING)
    open_now = await _may_be_heard(work, case, person)
    decided = await _decided(work, [case], person)
    only_one = len(await reported(work, case)) == 1
    said = [a for a in await work.cases.additions_of(case.id) if only_one and a.report is None and a.from_party]
    return MatterLine(
        await reference_of(work, case, person),
        _LOCAL[case.state] if case.kind is CaseKind.LOCAL else _CASES[case.state],
        case.kind,
        decided[-1].consequence.outcome if decided else "",
        step.until if step and open_now and step.state is StepState.UNDER_WAY else None,
        open_now,
        tuple((each.at, each.text) for each in said),
    )


async def _knows_of(view: View, case: Case, person: PersonId) -> bool:
    """Whether the person has been told that the matter exists: it was said to them, or they began it themselves."""
    if case.kind is CaseKind.READMISSION:
        return True
    told = await view.notices.of_person(person)
    return any(notice.case == case.id for notice in told)


async def _may_be_heard(view: View, case: Case, person: PersonId) -> bool:
    """Whether words of the person still have a place: asked, acted on, or having asked, while the case is not closed."""
    if case.state is CaseState.CLOSED:
        return False
    return case.kind is not CaseKind.REPORT or await was_asked(view, case, person)


async def _decided(view: View, cases: Sequence[Case], person: PersonId) -> list[Decision]:
    """What has been decided on the person and enacted in these cases, oldest first; what became of others is not theirs."""
    every = [d for case in cases for d in await view.deliberation.decisions_of(case.id)]
    found = [d for d in every if d.enacted_at is not None and d.person == person]
    return sorted(found, key=lambda decision: (decision.at, decision.id))


async def _hear(desk: Desk, work: Work, case: Case, person: PersonId, text: str) -> None:
    await work.cases.add_addition(Addition(new_id(), case.id, None, work.now, text))
    step = (await steps_of(work, case.id)).of.get(StepKind.HEARING)
    if step is not None and step.state is StepState.UNDER_WAY and len(await reported(work, case)) == 1:
        await step_to(work, case.id, StepKind.HEARING, StepEvent.FINISH, PARTY)
        await keep_for(work, case.id, PromiseKind.HEARING)
    case = await keep_out(work, desk.policy, case, text)
    await tell_of_news(work, case, News.HEARD)
    about = {"case": str(case.id), "person": str(person)}
    work.journal.note(Entry("person.was_heard", PARTY, "P-3.5", about, case.id))
