"""Stepping back from a case, a conflict that one raises of another, and a chair's word on both and on who was held out."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.services.conflicts import conflict_claims, recusal
from guardian.services.conflicts.conflict_claims import ConflictClaimView
from guardian.services.context import AppContext
from guardian.services.members import member_by_name
from rules.conflicts import ConflictReason

_REASONS = [
    Choice(name="involved", value=ConflictReason.INVOLVED.value),
    Choice(name="a personal relationship", value=ConflictReason.PERSONAL_RELATIONSHIP.value),
    Choice(name="the same employer", value=ConflictReason.SAME_EMPLOYER.value),
    Choice(name="private information", value=ConflictReason.PRIVATE_INFORMATION.value),
    Choice(name="another reason (write it)", value=ConflictReason.OTHER.value),
]


_KINDS = {choice.value: choice.name.partition(" (")[0] for choice in _REASONS}

commands = CommandSet()


@commands.command(name="recuse")
@app_commands.describe(
    case=formatting.CASE,
    reason="Why",
    note="In a few words, kept with the case",
    member="Chairs only: the name of another member who steps back",
)
@app_commands.choices(reason=_REASONS)
async def recuse(context: CommandContext, case: str, reason: str, note: str = "", member: str = "") -> Reply:
    """Recuse the member who asks; or another one, where a chair asks."""
    about = await _require_member(context.app, member) if member.strip() else None
    code_name = await recusal.recuse(context.app, context.by, case, ConflictReason(reason), note, about)
    who = "They do" if about else "You do"
    return Reply(f"{who} not see {code_name} any more, from this instant. Thank you for saying so.")


@commands.command(name="hold-out-decision")
@app_commands.describe(case=formatting.CASE, member="Their name", takes_part="Do they take part?", reason="Why")
async def decide_exclusion(context: CommandContext, case: str, member: str, takes_part: bool, reason: str) -> Reply:
    """Decide whether a member whose exclusion is pending takes part in a case."""
    who = await _require_member(context.app, member)
    code_name = await recusal.decide_pending_exclusion(
        context.app, context.by, case, who, stays_out=not takes_part, reason=reason
    )
    return Reply(f"They {'take part in' if takes_part else 'stay out of'} {code_name} from now on.")


@commands.command(name="raise-conflict", returned_text=("note",))
@app_commands.describe(
    case=formatting.CASE,
    member="Their name; they are not told of it before it is decided",
    reason="Which kind of conflict",
    note="In a few words, for whoever decides",
)
@app_commands.choices(reason=_REASONS)
async def raise_conflict(context: CommandContext, case: str, member: str, reason: str, note: str = "") -> Reply:
    """Claim that another member has a conflict of interest."""
    about = await _require_member(context.app, member)
    code_name = await conflict_claims.raise_conflict(context.app, context.by, case, about, ConflictReason(reason), note)
    return Reply(f"Those who decide on it have been told, and nobody else. Until then nothing changes in {code_name}.")


@commands.command(
    name="conflict-decision",
    returned_text=("reason",),
)
@app_commands.describe(
    case=formatting.CASE,
    member="Their name; left out: shows what was raised",
    steps_back="Do they step back?",
    reason="Why; it is kept with the case",
)
async def decide_conflict(
    context: CommandContext, case: str, member: str = "", steps_back: bool | None = None, reason: str = ""
) -> Reply:
    """Decide on a conflict claim, or list those that wait for it."""
    app, by = context.app, context.by
    if not member.strip():
        return Reply(_claims_text(await conflict_claims.open_claims(app, by, case)))
    about = await _require_member(app, member)
    if steps_back is None:
        raise Refused("no_answer", "Please say whether they step back.", "P-4.1")
    code_name = await conflict_claims.decide_conflict(app, by, case, about, steps_back=steps_back, reason=reason)
    if steps_back:
        return Reply(f"They do not see {code_name} any more, from this instant. Please tell them yourself.")
    return Reply(f"They take part in {code_name} as before. Your reason is kept with the case.")


def _claims_text(found: tuple[ConflictClaimView, ...]) -> str:
    """What was raised, in words; whoever typed it did so here, so it is shown here."""
    if not found:
        return "No conflict waits for your word in this case."
    lines = [
        f"• **{each.about}**: {_KINDS[each.reason]}. {each.words}".rstrip() + f" ({each.by}, {format_instant(each.at)})"
        for each in found
    ]
    return "\n".join((*lines, "The same command with their name decides. They are not told of it before."))


async def _require_member(app: AppContext, name: str) -> MemberId:
    member = await member_by_name(app, name)
    if member is None:
        raise NotFound
    return member.id
