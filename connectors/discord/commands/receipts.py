"""/give-receipt: a receipt for somebody whom no message reaches, for a member to hand over. Nothing of it is kept here."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.interactions import CommandContext
from guardian.ids import SpaceName
from guardian.services.members import AccountInput
from guardian.services.parties import handed_receipts
from guardian.services.parties.handed_receipts import HandedReceipt

_HAND_OVER: Final = (
    "Please hand this over in person, or by a way that is safe for them, and keep no copy. It opens this case alone, and "
    "what was decided in it can be looked at again if they ask for that on the page."
)

commands = CommandSet()


@commands.command(
    name="give-receipt",
    space_option="space",
)
@app_commands.describe(
    case=formatting.CASE,
    harmed="Somebody harmed, or a witness, who never wrote: who is it, in a few words?",
    person=formatting.PERSON,
    space="Restricted with a raid? In which space",
    account="The name or id of their account there",
)
async def give_receipt(
    context: CommandContext, case: str, harmed: str = "", person: str = "", space: str = "", account: str = ""
) -> Reply:
    """Issue a receipt to hand over: to somebody harmed, or to a person who is reported or restricted in the case."""
    app, by = context.app, context.by
    if harmed.strip():
        return _reply(await handed_receipts.issue_for_affected(app, by, case, harmed))
    named = AccountInput(SpaceName(space.strip().casefold()), account) if account.strip() else None
    return _reply(await handed_receipts.issue_for_reported(app, by, case, person.strip() or None, named))


def _reply(handed: HandedReceipt) -> Reply:
    return Reply(f"{_HAND_OVER}\n\nReceipt: `{handed.receipt}`\nPage: {handed.page}")
