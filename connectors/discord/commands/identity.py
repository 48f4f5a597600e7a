"""Who is who: undoing a wrong link, two people who are one, a code for both accounts, namesakes, and what would hold where.

Answers carry code names; names, ids and evidence stand in the reading room. A code is shown to whoever asked for it.
"""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.components import Reply
from connectors.discord.interactions import Interaction, InteractionRouter
from guardian.ids import MemberId, SpaceName
from guardian.services.identity import link_suggestions, merging, ownership_codes, self_disclosure, unlinking
from guardian.services.identity.ownership_codes import IssuedCode
from guardian.services.identity.unlinking import UnlinkResult
from guardian.services.sanctions import coverage_preview
from guardian.services.sanctions.coverage_preview import PersonCoverage
from rules.precedence import Restriction

_WHO = "Their name there exactly as it is written, or their id"
_PERSON = "The code name of the person"


def add_to(router: InteractionRouter) -> None:
    """Members say who is who, and look before they decide."""
    _add_link_commands(router)
    _add_merge_commands(router)
    _add_lookup_commands(router)


def _add_link_commands(router: InteractionRouter) -> None:
    app = router.app
    names = [Choice(name=name, value=name) for name in app.spaces.names]

    @router.tree.command(name="unlink", description="An account is not theirs: let it go at once", guild=router.guild)
    @app_commands.describe(
        person=_PERSON,
        space="Where the account is",
        reason="How you know; it is kept with the case",
        who="Its name or id; may be left out where only one of theirs is known there",
    )
    @app_commands.choices(space=names)
    async def unlink(interaction: Interaction, person: str, space: str, reason: str, who: str = "") -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(_unlink_text(await unlinking.unlink(app, by, person, SpaceName(space), who, reason)))

        await router.serve(interaction, deed)

    @router.tree.command(name="challenge", description="A code that shows whose an account is", guild=router.guild)
    @app_commands.describe(person=_PERSON, space="Where the other account is", who=_WHO)
    @app_commands.choices(space=names)
    async def challenge(interaction: Interaction, person: str, space: str, who: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(_code_text(await ownership_codes.issue_code(app, by, person, SpaceName(space), who)))

        await router.serve(interaction, deed)

    @router.tree.command(
        name="ask-accounts", description="Ask somebody to show which accounts are theirs", guild=router.guild
    )
    @app_commands.describe(person=_PERSON)
    async def ask_accounts(interaction: Interaction, person: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(_disclosure_text(await self_disclosure.request_disclosure(app, by, person)))

        await router.serve(interaction, deed)


def _add_merge_commands(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="join", description="Two people of your cases are one", guild=router.guild)
    @app_commands.describe(
        person=_PERSON, other="The code name of the other", evidence="How you know that they are one"
    )
    async def join(interaction: Interaction, person: str, other: str, evidence: str) -> None:
        async def deed(by: MemberId) -> Reply:
            made = await merging.merge_people(app, by, person, other, evidence)
            return Reply(
                f"Noted: {made.kept} and {made.other} may be one. It changes nothing until a second member has read the "
                "evidence in the reading room and agrees there."
            )

        await router.serve(interaction, deed)

    @router.tree.command(name="part", description="Two people who were joined are two", guild=router.guild)
    @app_commands.describe(person=_PERSON, other="The code name of the other", reason="How you know; it is kept")
    async def part(interaction: Interaction, person: str, other: str, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            made = await merging.split_people(app, by, person, other, reason)
            return Reply(f"{made.kept} and {made.other} are two again. Each keeps what is theirs, and nothing else.")

        await router.serve(interaction, deed)


def _add_lookup_commands(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="suggest-links", description="Accounts of the same name elsewhere", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def suggest(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            found = await link_suggestions.list_suggestions(app, by, case)
            lines = [f"• {each.person}: somebody on {each.space} has the same name" for each in found]
            if not lines:
                return Reply("Nobody has the same name in a space where none of their accounts is known.")
            lines.append("The same name is no proof: it binds nothing and restricts nobody. If you know more: `/link`")
            return Reply("\n".join(lines))

        await router.serve(interaction, deed)

    @router.tree.command(name="coverage", description="What would hold where, before you decide", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, restriction="What would be asked of the spaces")
    @app_commands.choices(restriction=formatting.RESTRICTIONS)
    async def coverage(interaction: Interaction, case: str, restriction: str = Restriction.SUSPENDED.value) -> None:
        async def deed(by: MemberId) -> Reply:
            found = await coverage_preview.preview_case_coverage(app, by, case, Restriction(restriction))
            return Reply(
                "\n".join(_coverage_text(each, restriction) for each in found) or "Nobody is named in this case yet."
            )

        await router.serve(interaction, deed)


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
