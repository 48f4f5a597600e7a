"""What whoever speaks to the reporter tells the group of their own bias, such as knowing somebody in the case.

It is no conflict and recuses nobody: the others weigh it. Read `state_bias` first. Policy: P-3.4.
"""

from dataclasses import replace

from guardian.cases.access import case_for_member, members_who_may_know, require_permission
from guardian.cases.notes import NoteKind, bias_stated_by
from guardian.ids import MemberId
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext
from guardian.services.notes.records import new_note, record_note
from guardian.services.notify import notify_members
from rules.routing import may_state_bias


async def state_bias(app: AppContext, by: MemberId, code_name: str, text: str) -> str:
    """Keep what the contact person says of their own bias, in place of what they said before, and tell the others.

    Returns the code name of the case.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STATE_BIAS)
        case = await case_for_member(uow, by, code_name)
        on_the_case = frozenset(member.id for member in await members_who_may_know(uow, case))
        require(may_state_bias(by, case.contact, on_the_case))
        earlier = bias_stated_by(await uow.notes.notes_of(case.id), by)
        supersedes = earlier.id if earlier else None
        note = replace(new_note(uow, case, by, NoteKind.BIAS), text=text.strip(), supersedes=supersedes)
        await record_note(app, uow, case, note)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.BIAS_STATED}, besides=[by])
    return case.code_name
