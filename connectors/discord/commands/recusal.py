"""Stepping back from a case, and a chair's word on somebody who was held out of it."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.panels import Reply
from connectors.discord.serving import Asked, Counter
from guardian.desk import recusal
from guardian.desk.who import member_called
from guardian.errors import NotFound
from guardian.ids import MemberId
from rules.conflicts import Reason

_REASONS = [
    Choice(name="involved", value=Reason.INVOLVED.value),
    Choice(name="a personal relationship", value=Reason.PERSONAL_RELATIONSHIP.value),
    Choice(name="the same employer", value=Reason.SAME_EMPLOYER.value),
    Choice(name="private information", value=Reason.PRIVATE_INFORMATION.value),
    Choice(name="another reason (write it)", value=Reason.OTHER.value),
]


def add_to(counter: Counter) -> None:
    """Members step back, and chairs decide on those who were held out."""
    desk = counter.desk

    async def called(name: str) -> MemberId:
        member = await member_called(desk, name)
        if member is None:
            raise NotFound
        return member.id

    @counter.tree.command(name="recuse", description="Step back from a case, at once", guild=counter.guild)
    @app_commands.describe(
        case=words.CASE,
        reason="Why",
        note="In a few words, kept with the case",
        member="Chairs only: the name of another member who steps back",
    )
    @app_commands.choices(reason=_REASONS)
    async def recuse(asked: Asked, case: str, reason: str, note: str = "", member: str = "") -> None:
        async def deed(by: MemberId) -> Reply:
            about = await called(member) if member.strip() else None
            code_name = await recusal.recuse(desk, by, case, Reason(reason), note, about)
            who = "They do" if about else "You do"
            return Reply(f"{who} not see {code_name} any more, from this instant. Thank you for saying so.")

        await counter.serve(asked, deed)

    @counter.tree.command(
        name="hold-out-decision", description="Does somebody who was held out take part?", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE, member="Their name", takes_part="Do they take part?", reason="Why")
    async def decide(asked: Asked, case: str, member: str, takes_part: bool, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            who = await called(member)
            code_name = await recusal.decide_held_out(desk, by, case, who, stays_out=not takes_part, reason=reason)
            return Reply(f"They {'take part in' if takes_part else 'stay out of'} {code_name} from now on.")

        await counter.serve(asked, deed)
