"""Stepping back from a case, a conflict that one raises of another, and a chair's word on both and on who was held out."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.panels import Reply
from connectors.discord.serving import Asked, Counter
from guardian.desk import doubts, recusal
from guardian.desk.desk import Desk
from guardian.desk.doubts import Raised
from guardian.desk.who import member_called
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.acknowledgement import spoken
from rules.conflicts import Reason

_REASONS = [
    Choice(name="involved", value=Reason.INVOLVED.value),
    Choice(name="a personal relationship", value=Reason.PERSONAL_RELATIONSHIP.value),
    Choice(name="the same employer", value=Reason.SAME_EMPLOYER.value),
    Choice(name="private information", value=Reason.PRIVATE_INFORMATION.value),
    Choice(name="another reason (write it)", value=Reason.OTHER.value),
]


_KINDS = {choice.value: choice.name.partition(" (")[0] for choice in _REASONS}


def add_to(counter: Counter) -> None:
    """Members step back or raise a conflict, and chairs decide."""
    _add_stepping_back(counter)
    _add_raising(counter)


def _add_stepping_back(counter: Counter) -> None:
    desk = counter.desk

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
            about = await _called(desk, member) if member.strip() else None
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
            who = await _called(desk, member)
            code_name = await recusal.decide_held_out(desk, by, case, who, stays_out=not takes_part, reason=reason)
            return Reply(f"They {'take part in' if takes_part else 'stay out of'} {code_name} from now on.")

        await counter.serve(asked, deed)


def _add_raising(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(
        name="raise-conflict", description="Say that another member may have a conflict", guild=counter.guild
    )
    @app_commands.describe(
        case=words.CASE,
        member="Their name; they are not told of it before it is decided",
        reason="Which kind of conflict",
        note="In a few words, for whoever decides",
    )
    @app_commands.choices(reason=_REASONS)
    async def raise_conflict(asked: Asked, case: str, member: str, reason: str, note: str = "") -> None:
        async def deed(by: MemberId) -> Reply:
            about = await _called(desk, member)
            code_name = await doubts.raise_conflict(desk, by, case, about, Reason(reason), note)
            return Reply(
                f"Those who decide on it have been told, and nobody else. Until then nothing changes in {code_name}."
            )

        await counter.serve_text(asked, note, deed)

    @counter.tree.command(
        name="conflict-decision", description="See the conflicts that were raised, and decide", guild=counter.guild
    )
    @app_commands.describe(
        case=words.CASE,
        member="Their name; left out: shows what was raised",
        steps_back="Do they step back?",
        reason="Why; it is kept with the case",
    )
    async def decide(
        asked: Asked, case: str, member: str = "", steps_back: bool | None = None, reason: str = ""
    ) -> None:
        async def deed(by: MemberId) -> Reply:
            if not member.strip():
                return Reply(_said(await doubts.raised_in(desk, by, case)))
            about = await _called(desk, member)
            if steps_back is None:
                raise Refused("no_answer", "Please say whether they step back.", "P-4.1")
            code_name = await doubts.decide_conflict(desk, by, case, about, steps_back=steps_back, reason=reason)
            if steps_back:
                return Reply(f"They do not see {code_name} any more, from this instant. Please tell them yourself.")
            return Reply(f"They take part in {code_name} as before. Your reason is kept with the case.")

        await counter.serve_text(asked, reason, deed)


def _said(found: tuple[Raised, ...]) -> str:
    """What was raised, in words; whoever typed it did so here, so it is shown here."""
    if not found:
        return "No conflict waits for your word in this case."
    lines = [
        f"• **{each.about}**: {_KINDS[each.reason]}. {each.words}".rstrip() + f" ({each.by}, {spoken(each.at)})"
        for each in found
    ]
    return "\n".join((*lines, "The same command with their name decides. They are not told of it before."))


async def _called(desk: Desk, name: str) -> MemberId:
    member = await member_called(desk, name)
    if member is None:
        raise NotFound
    return member.id
