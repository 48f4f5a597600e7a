"""Take a case on a call for danger ("I have it"), and pass the contact with the reporter to another member.

Read `take_case` first. Policy: P-3.4, P-3.6, P-5.1.
"""

from dataclasses import replace
from typing import Final

from guardian.cases.access import case_for_member, members_who_may_know, require_permission
from guardian.cases.deadlines import DeadlineKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext
from guardian.services.deliberation.bias import ask_for_bias
from guardian.services.notify import notify_members, notify_reporters
from rules.routing import may_hand_over

_IN_HAND: Final = {True: "You have this case in hand already.", False: "Somebody else has this case in hand already."}


async def take_case(app: AppContext, by: MemberId, code_name: str) -> str:
    """Assign the case to the member, so that the call for danger ends, and make them its contact where it has none.

    Returns the code name of the case. Policy: P-3.6.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.TAKE_CASE)
        case = await case_for_member(uow, by, code_name)
        calls = await uow.deadlines.open_for(case.id, DeadlineKind.DANGER_PAGE)
        if not calls and case.contact is not None:
            raise Refused("in_hand", _IN_HAND[case.contact == by], "P-3.6")
        for call in calls:
            await uow.deadlines.save(replace(call, completed_at=uow.now, next_at=None))
        if case.contact is None:
            case = await uow.cases.save_case(replace(case, contact=by))
            await ask_for_bias(uow, app.policy, case)
        uow.journal.note(
            Entry(act="case.was_taken", by=by_member(by), authority="P-3.6", about={"case": case.id}, case=case.id)
        )
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CASE_TAKEN}, besides=(by,))
    return case.code_name


async def hand_over_contact(app: AppContext, by: MemberId, code_name: str, to: MemberId) -> str:
    """Make another member on the case its contact from now on, and notify the reporter of the change.

    Returns the code name of the case. Policy: P-3.4.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.HAND_OVER)
        case = await case_for_member(uow, by, code_name)
        on_the_case = frozenset(member.id for member in await members_who_may_know(uow, case))
        if to not in on_the_case:
            raise NotFound
        require(may_hand_over(by, to, case.contact, on_the_case))
        changed = await uow.cases.save_case(replace(case, contact=to))
        about = {"case": case.id, "member": to}
        uow.journal.note(
            Entry(act="contact.was_handed_over", by=by_member(by), authority="P-3.4", about=about, case=case.id)
        )
        await notify_members(uow, changed, NoticeKind.YOUR_STEP, {"news": News.CONTACT_CHANGED}, only=(to,))
        await ask_for_bias(uow, app.policy, changed)
        await notify_reporters(uow, changed, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})
    return case.code_name
