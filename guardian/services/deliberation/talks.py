"""Arrange a facilitated talk: ask each one apart whether they would take part, and keep what they say from the others.

The questions and answers are fixed words and choices, each on the page of whoever is asked. Before all have agreed nobody
can tell from their page, or from what they are sent, whether anybody else was asked. Read `ask_reporter` first.
Policy: P-5.3, P-2.6.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.proposals import Consequence
from guardian.cases.received_words import kept_text
from guardian.cases.talks import STANDING, TALK_MACHINE, Talk, TalkEvent, TalkParticipant, TalkState
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, ReportId, new_id
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, issue_personal_receipt, resolve_reported_person
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, start_deadline
from guardian.services.deliberation.procedure import may_contact
from guardian.services.notify import notify_members, notify_person, notify_reporters
from rules.deadlines import TimeLimit, due_at
from rules.ladder import Outcome
from rules.policy import Policy
from rules.talks import (
    OwnTalkState,
    TalkAnswer,
    is_agreed,
    may_answer_talk,
    may_ask_for_talk,
    may_hold_talk,
)

_TOLD_BY = (NoticeKind.HEARING, NoticeKind.DECISION, NoticeKind.ACTED)
_DECLINED = (TalkAnswer.NO, TalkAnswer.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class OwnTalkLine:
    """A talk as one who was asked sees it; `until` is the end of their own time to answer."""

    state: OwnTalkState
    until: datetime


async def ask_reporter(app: AppContext, by: MemberId, code_name: str, report: ReportId) -> str:
    """Ask one who reported whether they would take part in a talk; nobody else learns that they were asked."""
    async with app.units_of_work.begin() as uow:
        case = await _case_for_member(uow, by, code_name)
        found = next((each for each in await uow.cases.reports_of(case.id) if each.id == report), None)
        if found is None:
            raise NotFound
        asked = _asked_now(uow, app.policy, report=report)
        await _require_may_ask(uow, case, asked, withdrawn=found.withdrawn_at is not None)
        await _ask(uow, case, by, asked)
        facts: PartyFacts = {"news": News.TALK_ASKED, "until": asked.until}
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, facts, only=report)
    return _asked_text(asked)


async def ask_reported(app: AppContext, by: MemberId, code_name: str, person_code: str | None = None) -> str:
    """Ask one who is reported whether they would take part in a talk, once they were heard and it is safe to write.

    Policy: P-2.12, P-3.5.
    """
    async with app.units_of_work.begin() as uow:
        case = await _case_for_member(uow, by, code_name)
        person = await resolve_reported_person(uow, case, person_code)
        if person is None:
            raise NotFound
        asked = _asked_now(uow, app.policy, person=person)
        await _require_may_ask(uow, case, asked, is_told=await _was_told(uow, case, person))
        require(await may_contact(uow, case))
        await _ask(uow, case, by, asked)
        receipt = await issue_personal_receipt(app, uow, case, person)
        facts: PartyFacts = {"news": News.TALK_ASKED, "until": asked.until, **receipt}
        await notify_person(uow, case, person, NoticeKind.TALK, facts)
    return _asked_text(asked)


async def record_talk(app: AppContext, by: MemberId, code_name: str, words: str) -> str:
    """Put on record that the talk has taken place, and what the group keeps of it. Policy: P-5.3."""
    require(check_text(words, app.longest_text))
    async with app.units_of_work.begin() as uow:
        case = await _case_for_member(uow, by, code_name)
        talk = await _open_talk(uow, case)
        require(may_hold_talk(agreed=talk is not None and talk.state is TalkState.AGREED))
        if talk is not None:
            kept = replace(talk, words=kept_text(words.strip()))
            await _move(uow, kept, TalkEvent.HOLD)
            _note(uow, "talk.was_held", by_member(by), talk)
    return "It stands with the case that the talk has taken place."


async def end_talk(app: AppContext, by: MemberId, code_name: str) -> str:
    """End a talk that has not taken place; before all had agreed nobody who was asked is told. Policy: P-5.3."""
    async with app.units_of_work.begin() as uow:
        case = await _case_for_member(uow, by, code_name)
        talk = await _open_talk(uow, case)
        if talk is None:
            raise Refused("no_talk", "There is no talk in this case that could be ended.", "P-5.3")
        await _end(uow, case, talk, by_member(by), besides=[by])
    return "The talk does not take place."


async def answer_talk(
    uow: UnitOfWork, case: Case, answer: TalkAnswer, *, report: ReportId | None = None, person: PersonId | None = None
) -> None:
    """Take the answer of one who was asked; it counts from now on, and only those on the case learn of it."""
    talk, own = await _asked_in(uow, case, report, person)
    if talk is None or own is None:
        raise Refused("talk_over", "There is nothing to answer here any more.", "P-5.3")
    require(may_answer_talk(talk.own_state(own, uow.now), answer))
    answered = talk.with_participant(replace(own, answer=answer, answered_at=uow.now))
    _note(uow, "talk.was_answered", PARTY, talk)
    if talk.state is TalkState.ASKING and is_agreed([each.consent() for each in answered.participants], uow.now):
        await _agree(uow, case, answered)
    elif talk.state is TalkState.AGREED:
        await _end(uow, case, answered, PARTY)
    else:
        await uow.talks.save_talk(answered)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.TALK_ANSWERED})


async def find_own_talk(
    view: ReadView, case: Case, *, report: ReportId | None = None, person: PersonId | None = None
) -> OwnTalkLine | None:
    """Return how the newest talk in which they were asked stands for a reporter or a reported person; None: in none."""
    talk, own = await _asked_in(view, case, report, person)
    return OwnTalkLine(talk.own_state(own, view.now), own.until) if talk is not None and own is not None else None


async def with_consent(view: ReadView, case: Case, consequence: Consequence) -> Consequence:
    """Return what is proposed with whether everybody in its talk has consented, as the records say it. Policy: P-5.3."""
    if consequence.outcome is not Outcome.FACILITATED_COMMUNICATION:
        return consequence
    stands = any(talk.state in STANDING for talk in await view.talks.talks_of(case.id))
    return replace(consequence, consent_of_all=stands)


async def on_talk_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """End a talk for which somebody's time to answer is over; what they were told already says so to each of them."""
    await complete(uow, deadline)
    talk = await uow.talks.talk(deadline.about)
    if talk is not None and talk.state is TalkState.ASKING:
        await _end(uow, await get_case(uow, talk.case), talk, SERVICE)


async def _case_for_member(uow: UnitOfWork, by: MemberId, code_name: str) -> Case:
    await require_permission(uow, by, UseCase.ARRANGE_TALK)
    return await case_for_member(uow, by, code_name)


def _asked_now(
    view: ReadView, policy: Policy, *, report: ReportId | None = None, person: PersonId | None = None
) -> TalkParticipant:
    until = due_at(TimeLimit.TALK, view.now, policy)
    return TalkParticipant(asked_at=view.now, until=until, report=report, person=person)


async def _require_may_ask(
    uow: UnitOfWork, case: Case, asked: TalkParticipant, *, withdrawn: bool = False, is_told: bool = True
) -> None:
    talk = await _open_talk(uow, case)
    earlier = [each.participant(asked.report, asked.person) for each in await uow.talks.talks_of(case.id)]
    require(
        may_ask_for_talk(
            closed=case.state is CaseState.CLOSED,
            running=talk is not None and talk.state is TalkState.AGREED,
            is_asked=talk is not None and talk.participant(asked.report, asked.person) is not None,
            has_declined=any(each is not None and each.answer in _DECLINED for each in earlier),
            withdrawn=withdrawn,
            is_told=is_told,
        )
    )


async def _ask(uow: UnitOfWork, case: Case, by: MemberId, asked: TalkParticipant) -> None:
    """Keep that they are asked; the talk waits for everybody's answer for as long as anybody has time for theirs."""
    talk = await _open_talk(uow, case)
    if talk is None:
        talk = Talk(id=new_id(), case=case.id, by=by, at=uow.now, participants=(asked,))
        await uow.talks.add_talk(talk)
    else:
        talk = await uow.talks.save_talk(talk.with_participant(asked))
        await complete_about(uow, talk.id, DeadlineKind.TALK)
    until = max(each.until for each in talk.participants)
    await start_deadline(uow, DeadlineKind.TALK, case.id, until, about=talk.id)
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.TALK_ASKED}, besides=[by])
    _note(uow, "talk.was_offered", by_member(by), talk)


async def _agree(uow: UnitOfWork, case: Case, talk: Talk) -> None:
    agreed = await _move(uow, replace(talk, agreed_at=uow.now), TalkEvent.AGREE)
    await _tell(uow, case, agreed, News.TALK_AGREED)
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.TALK_AGREED})


async def _end(uow: UnitOfWork, case: Case, talk: Talk, by: str, *, besides: Iterable[MemberId] = ()) -> None:
    """End the talk: who had all agreed is told, without who it was; nobody else ever hears of it."""
    ended = await _move(uow, talk, TalkEvent.END)
    if ended.agreed_at is not None:
        await _tell(uow, case, ended, News.TALK_OFF)
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.TALK_OFF}, besides=besides)
    _note(uow, "talk.was_ended", by, talk)


async def _move(uow: UnitOfWork, talk: Talk, event: TalkEvent) -> Talk:
    state = TALK_MACHINE.advance(talk.state, event)
    is_over = event is not TalkEvent.AGREE
    await complete_about(uow, talk.id, DeadlineKind.TALK)
    return await uow.talks.save_talk(replace(talk, state=state, ended_at=uow.now if is_over else None))


async def _tell(uow: UnitOfWork, case: Case, talk: Talk, news: News) -> None:
    """Tell everybody in the talk, but whoever has just withdrawn and knows it."""
    for each in talk.participants:
        if each.answer is not TalkAnswer.YES:
            continue
        if each.report is not None:
            await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": news}, only=each.report)
        elif each.person is not None:
            await notify_person(uow, case, each.person, NoticeKind.TALK, {"news": news})


async def _open_talk(view: ReadView, case: Case) -> Talk | None:
    """The talk of the case that is asked for or agreed."""
    found = [each for each in await view.talks.talks_of(case.id) if each.state in (TalkState.ASKING, TalkState.AGREED)]
    return found[-1] if found else None


async def _asked_in(
    view: ReadView, case: Case, report: ReportId | None, person: PersonId | None
) -> tuple[Talk | None, TalkParticipant | None]:
    """The newest talk in which this one was asked."""
    for talk in reversed(await view.talks.talks_of(case.id)):
        own = talk.participant(report, person)
        if own is not None:
            return talk, own
    return None, None


async def _was_told(view: ReadView, case: Case, person: PersonId) -> bool:
    """Whether the person has been written to about this case, so that a talk is not the first that they hear of it."""
    notices = await view.notices.of_person(person)
    return any(notice.kind in _TOLD_BY and notice.case == case.id for notice in notices)


def _asked_text(asked: TalkParticipant) -> str:
    return f"They are asked, on their own page, and have until {asked.until:%d %B %Y, %H:%M} UTC to answer."


def _note(uow: UnitOfWork, act: str, by: str, talk: Talk) -> None:
    about = {"case": str(talk.case), "talk": talk.id}
    uow.journal.note(Entry(act=act, by=by, authority="P-5.3", about=about, case=talk.case))
