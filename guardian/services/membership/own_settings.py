"""What members choose for themselves on the console. Read `choose_pictures` first."""

from dataclasses import replace

from guardian.cases.access import require_permission
from guardian.ids import MemberId
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext


async def choose_pictures(app: AppContext, by: MemberId, *, are_sharp: bool) -> None:
    """Have pictures shown to the member sharp and in colour as they open them, or grey and blurred until they ask.

    That one was opened is on record either way. Policy: P-9.8.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.CHOOSE_OWN_SETTINGS)
        if member.has_sharp_pictures is not are_sharp:
            await uow.people.save_member(replace(member, has_sharp_pictures=are_sharp))
