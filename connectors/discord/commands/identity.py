"""Who is who: undoing a wrong link, two people who are one, a code for both accounts, namesakes, and what would hold where.

Answers carry code names; names, ids and evidence stand in the reading room. A code is shown to whoever asked for it.
"""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.interactions import CommandContext
from guardian.ids import SpaceName
from guardian.services.identity import link_suggestions, merging, ownership_codes, self_disclosure, unlinking
from guardian.services.identity.ownership_codes import IssuedCode
from guardian.services.identity.unlinking import UnlinkResult
from guardian.services.sanctions import coverage_preview
from guardian.services.sanctions.coverage_preview import PersonCoverage
from rules.precedence import Restriction

_WHO = "Their name there exactly as it is written, or their id"
_PERSON = "The code name of the person"

commands = CommandSet()


@commands.command(name="unlink", space_option="space")
@app_commands.describe(
    person=_PERSON,
    space="Where the account is",
    reason="How you know; it is kept with the case",
    who="Its name or id; may be left out where only one of theirs is known there",
)
async def unlink(context: CommandContext, person: str, space: str, reason: str, who: str = "") -> Reply:
    """Undo a link: the account is not the person's."""
    return Reply(_unlink_text(await unlinking.unlink(context.app, context.by, person, SpaceName(space), who, reason)))


@commands.command(name="challenge", space_option="space")
@app_commands.describe(person=_PERSON, space="Where the other account is", who=_WHO)
async def issue_code(context: CommandContext, person: str, space: str, who: str) -> Reply:
    """Issue a code by which a person shows that an account is theirs."""
    return Reply(_code_text(await ownership_codes.issue_code(context.app, context.by, person, SpaceName(space), who)))


@commands.command(name="ask-accounts")
@app_commands.describe(person=_PERSON)
async def request_disclosure(context: CommandContext, person: str) -> Reply:
    """Ask a person to show which accounts are theirs."""
    return Reply(_disclosure_text(await self_disclosure.request_disclosure(context.app, context.by, person)))


@commands.command(name="join")
@app_commands.describe(person=_PERSON, other="The code name of the other", evidence="How you know that they are one")
async def merge(context: CommandContext, person: str, other: str, evidence: str) -> Reply:
    """Propose that two people are one."""
    made = await merging.merge_people(context.app, context.by, person, other, evidence)
    return Reply(
        f"Noted: {made.kept} and {made.other} may be one. It changes nothing until a second member has read the "
        "evidence in the reading room and agrees there."
    )


@commands.command(name="part")
@app_commands.describe(person=_PERSON, other="The code name of the other", reason="How you know; it is kept")
async def split(context: CommandContext, person: str, other: str, reason: str) -> Reply:
    """Split two people who were merged."""
    made = await merging.split_people(context.app, context.by, person, other, reason)
    return Reply(f"{made.kept} and {made.other} are two again. Each keeps what is theirs, and nothing else.")


@commands.command(name="suggest-links")
@app_commands.describe(case=formatting.CASE)
async def suggest_links(context: CommandContext, case: str) -> Reply:
    """List the accounts elsewhere whose owners have the same name."""
    found = await link_suggestions.list_suggestions(context.app, context.by, case)
    lines = [f"• {each.person}: somebody on {each.space} has the same name" for each in found]
    if not lines:
        return Reply("Nobody has the same name in a space where none of their accounts is known.")
    lines.append("The same name is no proof: it binds nothing and restricts nobody. If you know more: `/link`")
    return Reply("\n".join(lines))


@commands.command(name="coverage")
@app_commands.describe(case=formatting.CASE, restriction="What would be asked of the spaces")
@app_commands.choices(restriction=formatting.RESTRICTIONS)
async def coverage(context: CommandContext, case: str, restriction: str = Restriction.SUSPENDED.value) -> Reply:
    """Preview what would hold where for the people of a case."""
    wanted = Restriction(restriction)
    found = await coverage_preview.preview_case_coverage(context.app, context.by, case, wanted)
    return Reply("\n".join(_coverage_text(each, restriction) for each in found) or "Nobody is named in this case yet.")


def _disclosure_text(person: str) -> str:
    return (
        f"{person} is asked, in a fixed text, to show on their own page which accounts are theirs. They need not, and not "
        "answering says nothing. What they show is linked at once, and you are told."
    )


def _unlink_text(done: UnlinkResult) -> str:
    left = f"{done.remaining} of theirs are still known" if done.remaining else "No other account of theirs is known"
    return (
        f"Undone: the account on {done.space} is not {done.person}'s. It is let go now, and its owner gets an apology. "
        f"{left}, and what holds on them stays."
    )


def _code_text(made: IssuedCode) -> str:
    return (
        f"Give this code to {made.person}, and to nobody else: `{made.code}`\n"
        f"They send it, alone, as a private message to the service: once from an account that is known to be theirs, and "
        f"once from the one on {made.space}. Once both have come, it is linked by itself. The code is good for seven days."
    )


def _coverage_text(each: PersonCoverage, restriction: str) -> str:
    return f"**{each.person}**, if {restriction}:\n{formatting.format_previews(each.spaces)}"
