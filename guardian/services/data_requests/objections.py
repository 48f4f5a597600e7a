"""What a granted objection brings about: the case goes sooner, or events are told nothing of it, or not in these words.

Each effect is shown before it is chosen, with what stands against it, and asked for once more when the answer is sent:
nothing that holds or lifts a sanction in force, or that the law keeps, gives way to it. Read `carry_out` first. Policy:
P-9.4, P-9.5, P-9.6.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.case import Case
from guardian.cases.case_records import StatedRecord
from guardian.cases.data_requests import DataAnswer, DataRequest, DataRequestKind
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Member
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_members
from guardian.services.records.recorded_cases import record_kind, recorded_facts
from guardian.services.records.sheet import save_stated
from guardian.services.retention.dates import retention_if_erased, shown_retention
from rules.data_requests import (
    ObjectionEffect,
    ToldToEvents,
    may_erase,
    may_follow,
    may_read_anew,
    may_shorten,
    may_stop_telling,
    readable_until,
)
from rules.record_kinds import RecordKind
from rules.verdict import Verdict

_AUTHORITY = {
    ObjectionEffect.KEPT_SHORTER: "P-9.5",
    ObjectionEffect.NOT_TOLD: "P-9.4",
    ObjectionEffect.READ_ANEW: "P-9.4",
}


@dataclass(frozen=True, slots=True)
class PossibleEffect:
    """What an objection could bring about now; `against` says why it cannot, `words` are those that events may be told.

    `earliest` is the first day on which the case could go.
    """

    effect: ObjectionEffect
    against: str = ""
    words: str = ""
    earliest: datetime | None = None


async def list_effects(
    app: AppContext, view: ReadView, member: Member, case: Case, request: DataRequest
) -> tuple[PossibleEffect, ...]:
    """Return what a granted objection could bring about, as far as the member may know; nothing for another request."""
    if request.kind is not DataRequestKind.OBJECTION:
        return ()
    kept = await shown_retention(view, member, case, app.policy)
    sooner = PossibleEffect(
        effect=ObjectionEffect.KEPT_SHORTER,
        against=_against(may_erase(kept.ground)),
        earliest=readable_until(view.now, app.policy),
    )
    if request.person is None:
        return (sooner,)
    told, record = await _told_to_events(view, case, request), await _stated(view, case, request)
    words = "\n\n".join(text for text in (record.summary, record.advice) if text)
    return (
        sooner,
        PossibleEffect(ObjectionEffect.NOT_TOLD, _against(may_stop_telling(told)), words),
        PossibleEffect(ObjectionEffect.READ_ANEW, _against(may_read_anew(told)), words),
    )


async def require_effect(
    app: AppContext, view: ReadView, member: Member, case: Case, request: DataRequest, answer: DataAnswer
) -> None:
    """Refuse an answer to an objection whose effect does not fit it, or that a rule stands against."""
    require(may_follow(answer.outcome, answer.effect))
    if answer.effect is ObjectionEffect.KEPT_SHORTER:
        await _require_shorter(app, view, member, case, answer.keep_until)
    elif answer.effect is not None:
        told = await _told_to_events(view, case, request)
        is_to_go = answer.effect is ObjectionEffect.NOT_TOLD
        require(may_stop_telling(told) if is_to_go else may_read_anew(told))


async def carry_out(uow: UnitOfWork, by: MemberId, case: Case, request: DataRequest) -> None:
    """Do what the answer says that follows, tell whoever may know of the case, and keep it in the journal.

    A case that goes sooner has its day from the answer itself; see `DataRequest.erased_from`.
    """
    effect = request.answer.effect if request.answer else None
    if effect is None:
        return
    if effect is ObjectionEffect.NOT_TOLD:
        await save_stated(uow, case, request.person, by, _without_summary)
    elif effect is ObjectionEffect.READ_ANEW:
        await save_stated(uow, case, request.person, by, lambda known: replace(known, summary_read_by=None))
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.OBJECTION_GRANTED}, besides=(by,))
    about = {"case": str(case.id), "request": request.id, "effect": effect.value}
    entry = Entry(
        act="objection.was_granted", by=by_member(by), authority=_AUTHORITY[effect], about=about, case=case.id
    )
    uow.journal.note(entry)


async def _require_shorter(
    app: AppContext, view: ReadView, member: Member, case: Case, keep_until: datetime | None
) -> None:
    if keep_until is None:
        raise Refused("keep_until", "Say until which day it is kept.", "P-9.5")
    kept = await shown_retention(view, member, case, app.policy)
    then = await retention_if_erased(view, member, case, app.policy, keep_until)
    require(may_shorten(keep_until, readable_until(view.now, app.policy), kept, then))


async def _told_to_events(view: ReadView, case: Case, request: DataRequest) -> ToldToEvents:
    facts = next(iter(await recorded_facts(view, [case.id])), None)
    record = await _stated(view, case, request)
    return ToldToEvents(
        kind=record_kind(facts, request.person, view.now) if facts is not None else RecordKind.OPEN,
        is_flagged=record.flagged,
        has_read_summary=record.summary_read_by is not None,
        is_held=any(hold.stands_at(view.now) for hold in await view.retention.holds_of(case.id)),
    )


async def _stated(view: ReadView, case: Case, request: DataRequest) -> StatedRecord:
    stated = await view.records.stated_of(case.id)
    return stated.get(request.person, StatedRecord(case=case.id, person=request.person))


def _without_summary(known: StatedRecord) -> StatedRecord:
    return replace(known, flagged=False, summary="", advice="", summary_by=None, summary_read_by=None)


def _against(verdict: Verdict) -> str:
    return "" if verdict else verdict.sentence
