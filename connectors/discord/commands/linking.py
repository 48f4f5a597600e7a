"""Who a case is about: naming the person, and linking further accounts. Answers carry code names, never a handle."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Button, Reply, Style, custom_id
from connectors.discord.interactions import CommandContext
from guardian.ids import AccountId, SpaceName
from guardian.people.models import LinkedAccount, Trust
from guardian.services.cases import overview
from guardian.services.identity import linking
from guardian.services.identity.linking import LinkView, PersonAccounts

_WHO = "Their name there exactly as it is written, or their id"
_TRUST = {
    Trust.VOUCHED: "the space vouches for it",
    Trust.EVIDENCED: "the reported matter shows it",
    Trust.ASSERTED: "waits for a second member",
    Trust.CONFIRMED: "confirmed by a second member",
    Trust.PROVED_BY_CODE: "one code was written from it and from another of theirs",
    Trust.SELF_DISCLOSED: "they showed it by signing in to another of theirs",
}

commands = CommandSet()


@commands.command(name="person", space_option="space")
@app_commands.describe(case=formatting.CASE, who=_WHO, space="Where they are called so")
async def identify_person(context: CommandContext, case: str, who: str, space: str) -> Reply:
    """Name the person whom a case is about."""
    code_name = await linking.identify_reported_person(context.app, context.by, case, SpaceName(space), who)
    return Reply(f"This person is called **{code_name}** from now on. Their accounts: `/accounts`")


@commands.command(name="accounts")
@app_commands.describe(case=formatting.CASE)
async def list_accounts(context: CommandContext, case: str) -> Reply:
    """List the accounts that are known in a case, without their names."""
    known = await linking.list_case_accounts(context.app, context.by, case)
    waiting = (await overview.case_overview(context.app, context.by, case)).links
    if not known:
        return Reply("Nobody is named in this case yet. `/person` says whom it is about.")
    lines = [_person_text(person, waiting) for person in known]
    return Reply(
        "\n".join((*lines, "Names and evidence stand in the reading room: `/case`")), _confirm_buttons(waiting)
    )


@commands.command(name="link", space_option="space")
@app_commands.describe(
    person="The code name of the person",
    space="Where the account is",
    who=_WHO,
    evidence="How you know that it is theirs",
)
async def propose_link(context: CommandContext, person: str, space: str, who: str, evidence: str) -> Reply:
    """Link an account to a person, on evidence."""
    made = await linking.propose_link(context.app, context.by, person, SpaceName(space), who, evidence)
    return Reply(_link_text(made))


@commands.button("confirm-link")
async def confirm_link(context: CommandContext, account: str) -> Reply:
    """Confirm a link that another member proposed."""
    made = await linking.confirm_link(context.app, context.by, AccountId(account))
    return Reply(
        f"Confirmed: the account on {made.space} is {made.person}'s. What holds on them reaches it now; its owner is "
        "told, and can say that it is not theirs."
    )


def _link_text(made: LinkView) -> str:
    if made.trust is Trust.ASSERTED:
        return (
            f"Noted for {made.person}: an account on {made.space}. It changes nothing until a second member has read the "
            "evidence in the reading room and agrees; the others have been asked."
        )
    return f"Linked to {made.person}: an account on {made.space}, since {_TRUST[made.trust]}."


def _person_text(person: PersonAccounts, waiting: tuple[AccountId, ...]) -> str:
    lines = [f"**{person.person}**"]
    lines += [f"• {link.account.space}: {_TRUST[link.trust]}{_number(link, waiting)}" for link in person.accounts]
    return "\n".join(lines)


def _number(link: LinkedAccount, waiting: tuple[AccountId, ...]) -> str:
    return f" (link {waiting.index(link.id) + 1})" if link.id in waiting else ""


def _confirm_buttons(waiting: tuple[AccountId, ...]) -> tuple[Button, ...]:
    return tuple(
        Button(f"Confirm link {number}", custom_id("confirm-link", link), Style.PRIMARY)
        for number, link in enumerate(waiting, start=1)
    )
