"""What the reported person answers, on their page, when they are asked whether they would take part in a talk.

Read `answer_own_talk` first. Policy: P-5.3.
"""

from guardian.errors import Refused
from guardian.ids import Reference
from guardian.notices.replies import Reply
from guardian.services.context import AppContext
from guardian.services.deliberation.talks import answer_talk
from guardian.services.notify import ensure_reference
from guardian.services.parties.personal_page import require_reader
from guardian.services.sanctions.board_requests import known_matters
from rules.talks import TalkAnswer


async def answer_own_talk(app: AppContext, receipt: str, reference: Reference, answer: TalkAnswer) -> Reply:
    """Say, in the matter of that reference, whether they would take part; only the group learns of it. Policy: P-5.3."""
    async with app.units_of_work.begin() as uow:
        holder = await require_reader(uow, receipt)
        for case in [each for each in await known_matters(uow, holder.person) if holder.may_read(each.id)]:
            if await ensure_reference(uow, case, holder.person) == reference:
                await answer_talk(uow, case, answer, person=holder.person)
                return Reply(f"answers.talk_{answer}")
    raise Refused("talk_over", "There is nothing to answer here any more.", "P-5.3")
