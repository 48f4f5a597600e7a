"""Coming in again without the passkeys that were lost: by a chair's and a second member's yes, and nobody's alone.

Read `agree_to_recovery` first. Policy: P-9.8.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.passkeys import PasskeyRecovery
from guardian.people.permissions import CHAIRS, UseCase, holds_seat
from guardian.services.context import AppContext, ReadView
from guardian.services.notify import notify_member


@dataclass(frozen=True, slots=True)
class RecoveryLine:
    """Somebody who asks to be let in without their passkeys, as those who may agree are shown it."""

    id: str
    name: str
    asked_at: datetime
    agreed: tuple[str, ...]
    may_agree: bool


async def ask_for_recovery(app: AppContext, by: MemberId) -> str:
    """Ask to be let in without one's passkeys; every other member of the group hears of it."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.SIGN_IN)
        if any(each.member == by for each in await uow.passkeys.open_recoveries()):
            raise Refused(
                "asked_already", "You have asked already: a chair and a second member have to agree.", "P-9.8"
            )
        recovery = PasskeyRecovery(new_id(), by, app.system_time())
        await uow.passkeys.add_recovery(recovery)
        for other in await uow.people.members():
            if other.id != by and await _may_agree(uow, other.id):
                await notify_member(uow, other.id, NoticeKind.PASSKEY_RECOVERY, {"of": member.name})
        uow.journal.note(_entry("passkey_recovery.was_asked", by, recovery))
    return (
        "A chair and a second member have been asked to agree. Reach them in another way, too: they have to know you."
    )


async def list_recoveries(app: AppContext, by: MemberId) -> tuple[RecoveryLine, ...]:
    """Return who asks to be let in without their passkeys, for those who may agree; nobody for all others."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.SIGN_IN)
        if not await _may_agree(view, by):
            return ()
        names = {member.id: member.name for member in await view.people.members()}
        return tuple(
            RecoveryLine(
                each.id,
                names.get(each.member, ""),
                each.asked_at,
                tuple(names.get(agreed, "") for agreed in each.agreed_by),
                by != each.member and by not in each.agreed_by,
            )
            for each in await view.passkeys.open_recoveries()
        )


async def agree_to_recovery(app: AppContext, by: MemberId, recovery_id: str) -> str:
    """Agree that the member comes in again: with a chair's and a second member's yes their passkeys are removed.

    In their next session they add a new one, as at their first.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.RECOVER_PASSKEY)
        open_ones = {each.id: each for each in await uow.passkeys.open_recoveries()}
        recovery = open_ones.get(recovery_id)
        if recovery is None or recovery.member == by or by in recovery.agreed_by:
            raise NotFound
        agreed_by = (*recovery.agreed_by, by)
        is_settled = len(agreed_by) > 1 and await _has_chair(uow, agreed_by)
        if is_settled:
            for passkey in await uow.passkeys.passkeys_of(recovery.member):
                await uow.passkeys.remove_passkey(passkey.id)
        settled_at = app.system_time() if is_settled else None
        await uow.passkeys.save_recovery(replace(recovery, agreed_by=agreed_by, settled_at=settled_at))
        uow.journal.note(_entry("passkey_recovery.was_agreed", by, recovery))
    if is_settled:
        return "Their old passkeys open nothing any more. They sign in by a link, and add a new one."
    return "Noted. It counts once a chair and a second member have agreed."


async def _has_chair(view: ReadView, members: tuple[MemberId, ...]) -> bool:
    known = [await view.people.member(each) for each in members]
    return any(member is not None and holds_seat(member, CHAIRS, view.now) for member in known)


async def _may_agree(view: ReadView, by: MemberId) -> bool:
    try:
        await require_permission(view, by, UseCase.RECOVER_PASSKEY)
    except Refused:
        return False
    return True


def _entry(act: str, by: MemberId, recovery: PasskeyRecovery) -> Entry:
    return Entry(act=act, by=by_member(by), authority="P-9.8", about={"recovery": recovery.id})
