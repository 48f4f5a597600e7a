"""Record that somebody whom no message reaches was told in another way, by whom and how. Read `record_told_by_hand` first.

Policy: P-6.2.
"""

from dataclasses import replace
from typing import Final

from guardian.cases.access import may_know, require_permission
from guardian.cases.notes import NoteKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.sanctions import imposition
from guardian.services.authorization import require
from guardian.services.context import AppContext
from guardian.services.decisions.person_letters import complete_telling
from guardian.services.notes.records import new_note, record_note
from rules.notification import NotificationState, may_tell_by_hand

_HOW: Final = "Say how, when and by whom they were told. It is kept with the case."


async def record_told_by_hand(app: AppContext, by: MemberId, reference: Reference, how: str) -> str:
    """Record a member's word that the sanctioned person has been told, so that nobody is asked for it any more.

    It is no proof: their time to have the decision looked at again does not begin by it. Policy: P-6.2.
    """
    if not how.strip():
        raise Refused("empty", _HOW, "P-6.2")
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.TELL_BY_HAND)
        sanction = await uow.sanctions.by_reference(Reference(reference.strip().upper()))
        case = await uow.cases.case(sanction.case) if sanction else None
        if sanction is None or case is None:
            raise NotFound
        if not may_know(member, case, await uow.cases.exclusions_of(case.id), uow.now):
            raise NotFound
        require(may_tell_by_hand(sanction.notification))
        await imposition.record_notification(uow, sanction, NotificationState.TOLD_BY_HAND)
        words = f"The person was told in another way: {how.strip()}"
        await record_note(app, uow, case, replace(new_note(uow, case, by, NoteKind.DISCUSSION), text=words))
        await complete_telling(uow, case, sanction)
        about = {"sanction": str(sanction.id), "case": str(case.id)}
        uow.journal.note(
            Entry(act="person.was_told_by_hand", by=by_member(by), authority="P-6.2", about=about, case=case.id)
        )
    return "Thank you. Nobody is asked to tell them any more; how it was done stands in the thread of the case."
