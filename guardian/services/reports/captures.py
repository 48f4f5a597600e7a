"""Seal what somebody points to in a space, from that moment until their report is in, or for `capture_kept_for`. Policy: P-2.7.

Read `seal_capture` first.
"""

from typing import Final

from guardian.cases.captures import Capture
from guardian.ids import new_id
from guardian.services.context import AppContext
from guardian.spaces.port import Account
from rules.report_intake import capture_window_start

_MOST_OF_ONE: Final = 20


async def seal_capture(app: AppContext, by: Account, name: str, content: str) -> None:
    """Store what the account has pointed to, in place of the oldest where it has pointed to too much."""
    async with app.units_of_work.begin() as uow:
        earlier = await uow.captures.captures_by(by)
        for each in earlier[: max(0, len(earlier) - _MOST_OF_ONE + 1)]:
            await uow.captures.remove_capture(each)
        await uow.captures.add_capture(Capture(new_id(), by, name, content, uow.now))


async def read_capture(app: AppContext, by: Account, name: str) -> str | None:
    """Return what the account pointed to by that name, as it was given last; None where it is not kept."""
    async with app.units_of_work.read() as view:
        found = await view.captures.find_captures(by, name)
        kept = [each for each in found if each.at > capture_window_start(view.now, app.policy)]
    return kept[-1].content if kept else None


async def forget_capture(app: AppContext, by: Account, name: str) -> None:
    """Forget what the account pointed to by that name: the report has it."""
    async with app.units_of_work.begin() as uow:
        for each in await uow.captures.find_captures(by, name):
            await uow.captures.remove_capture(each.id)


async def forget_old_captures(app: AppContext) -> None:
    """Forget what no report came of in time."""
    async with app.units_of_work.begin() as uow:
        for each in await uow.captures.captures_before(capture_window_start(uow.now, app.policy)):
            await uow.captures.remove_capture(each)
            uow.scrub_after_commit()
