"""What somebody told a member, entered in neutral words: the member writes it down and is never taken for the reporter.

A member with a conflict hands it on unopened. Policy: P-2.10.
"""

from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import acting, may_know
from guardian.cases.intake import Submission
from guardian.cases.questions import CONTACT_IS_SAFE
from guardian.cases.values import Door
from guardian.desk.desk import Desk
from guardian.desk.intake import Received, receive
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.people.permissions import UseCase

WHO_TOLD_IT: Final = "who_told_it_and_when"
"""The answer that says who told it, when, and how they can be reached."""

_NOBODY: Final = (
    "Please say who told you, or “they want to stay unnamed”: the others have to know whether there is somebody to ask."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a member was told. `told_by`: who, when, and how to reach them; `safe` ("yes", "no" or "") whether that is safe."""

    told_by: str
    what: str
    who: str = ""
    concerns: tuple[MemberId, ...] = ()
    danger: bool = False
    safe: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What the member who entered it has: a receipt to pass on to whoever told it, unless the report keeps them out.

    `text` is what whoever told it is to know.
    """

    receipt: str
    reference: str
    text: str


async def may_enter(desk: Desk, by: MemberId) -> None:
    """Refused where the member's seat does not allow it."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ENTER_REPORT)


async def enter(desk: Desk, by: MemberId, told: Told, delivery: str | None = None) -> Entered:
    """What was told is a report like any other; whom it points to is kept out, the member who entered it too.

    The same delivery again gets the first answer again. Policy: P-2.5, P-2.10.
    """
    answers = {WHO_TOLD_IT: told.told_by.strip()}
    if told.safe:
        answers[CONTACT_IS_SAFE] = told.safe
    submission = Submission(
        door=Door.VOICE,
        what_happened=told.what,
        who=told.who,
        danger=told.danger,
        names_members=told.concerns,
        answers=answers,
        delivery=delivery,
    )
    received = await _received(desk, by, told.told_by, submission)
    return Entered(received.receipt if await _sees(desk, by, received) else "", received.reference, received.text)


async def hand_on(desk: Desk, by: MemberId, told_by: str, delivery: str | None = None) -> str:
    """The others know whom to ask, and nothing else; the member takes no part in it from this instant. The reference.

    Policy: P-2.10, P-4.1.
    """
    submission = Submission(
        door=Door.VOICE,
        what_happened=(
            "Somebody told a member something that is meant for the group. The member knows the people in it, has taken "
            "nothing of it in, and hands it on. Please ask whoever told it, and enter what they say with /report-for."
        ),
        names_members=(by,),
        answers={WHO_TOLD_IT: told_by.strip()},
        delivery=delivery,
    )
    return (await _received(desk, by, told_by, submission)).reference


async def _received(desk: Desk, by: MemberId, told_by: str, submission: Submission) -> Received:
    if not told_by.strip():
        raise Refused("nobody_told_it", _NOBODY, "P-2.10")
    async with desk.works.look() as view:
        member = await acting(view, by, UseCase.ENTER_REPORT)
    return await receive(desk, replace(submission, entered_by=by, reporter_handle=f"told to {member.name}"))


async def _sees(desk: Desk, by: MemberId, received: Received) -> bool:
    """Whether the member may know of the case that the report became: with its receipt they would, walled or not."""
    async with desk.works.look() as view:
        member, report = await view.people.member(by), await view.cases.report(received.report)
        case = await view.cases.case(report.case) if report else None
        if member is None or case is None:
            return False
        return may_know(member, case, await view.cases.walls_of(case.id), view.now)
