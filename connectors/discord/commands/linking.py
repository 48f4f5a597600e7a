"""Who a case is about: naming the person, and linking further accounts. Answers carry code names, never a handle."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.panels import Button, Reply, Style, named
from connectors.discord.serving import Asked, Counter
from guardian.desk import linking, outlook
from guardian.desk.linking import LinkView, PersonAccounts
from guardian.ids import AccountId, MemberId, SpaceName
from guardian.people.values import KnownAccount, Trust

_WHO = "Their name there exactly as it is written, or their id"
_TRUST = {
    Trust.VOUCHED: "the space vouches for it",
    Trust.EVIDENCED: "the reported matter shows it",
    Trust.ASSERTED: "waits for a second member",
    Trust.CONFIRMED: "confirmed by a second member",
    Trust.CHALLENGED: "one code was written from it and from another of theirs",
    Trust.CONSENTED: "they showed it by signing in to another of theirs",
}


def add_to(counter: Counter) -> None:
    """Members say who a case is about."""
    desk = counter.desk
    names = [Choice(name=name, value=name) for name in desk.spaces.names]

    @counter.tree.command(name="person", description="Say whom a case is about", guild=counter.guild)
    @app_commands.describe(case=words.CASE, who=_WHO, space="Where they are called so")
    @app_commands.choices(space=names)
    async def person(asked: Asked, case: str, who: str, space: str) -> None:
        async def deed(by: MemberId) -> Reply:
            code_name = await linking.name_reported(desk, by, case, SpaceName(space), who)
            return Reply(f"This person is called **{code_name}** from now on. Their accounts: `/accounts`")

        await counter.serve(asked, deed)

    @counter.tree.command(name="accounts", description="Which accounts are known in a case", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def accounts(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            known = await linking.accounts_of(desk, by, case)
            waiting = (await outlook.outlook(desk, by, case)).links
            if not known:
                return Reply("Nobody is named in this case yet. `/person` says whom it is about.")
            lines = [_shown(person, waiting) for person in known]
            return Reply(
                "\n".join((*lines, "Names and evidence stand in the reading room: `/case`")), _confirms(waiting)
            )

        await counter.serve(asked, deed)

    @counter.tree.command(name="link", description="An account is the same person's", guild=counter.guild)
    @app_commands.describe(
        person="The code name of the person",
        space="Where the account is",
        who=_WHO,
        evidence="How you know that it is theirs",
    )
    @app_commands.choices(space=names)
    async def link(asked: Asked, person: str, space: str, who: str, evidence: str) -> None:
        async def deed(by: MemberId) -> Reply:
            made = await linking.propose_link(desk, by, person, SpaceName(space), who, evidence)
            return Reply(_proposed(made))

        await counter.serve(asked, deed)

    async def confirm(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            made = await linking.confirm_link(desk, by, AccountId(about[0] if about else ""))
            return Reply(
                f"Confirmed: the account on {made.space} is {made.person}'s. What holds on them reaches it now; its owner is "
                "told, and can say that it is not theirs."
            )

        await counter.serve(asked, deed)

    counter.on_press("confirm-link", confirm)


def _proposed(made: LinkView) -> str:
    if made.trust is Trust.ASSERTED:
        return (
            f"Noted for {made.person}: an account on {made.space}. It changes nothing until a second member has read the "
            "evidence in the reading room and agrees; the others have been asked."
        )
    return f"Linked to {made.person}: an account on {made.space}, since {_TRUST[made.trust]}."


def _shown(person: PersonAccounts, waiting: tuple[AccountId, ...]) -> str:
    lines = [f"**{person.person}**"]
    lines += [f"• {link.account.space}: {_TRUST[link.trust]}{_number(link, waiting)}" for link in person.accounts]
    return "\n".join(lines)


def _number(link: KnownAccount, waiting: tuple[AccountId, ...]) -> str:
    return f" (link {waiting.index(link.id) + 1})" if link.id in waiting else ""


def _confirms(waiting: tuple[AccountId, ...]) -> tuple[Button, ...]:
    return tuple(
        Button(f"Confirm link {number}", named("confirm-link", link), Style.MAIN)
        for number, link in enumerate(waiting, start=1)
    )
