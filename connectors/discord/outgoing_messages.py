"""Direct messages that the service sends by itself: once for each nonce, with buttons that a restart does not take away.

Read `send` first.
"""

from typing import Any, Final

from connectors.discord import instants, translate
from connectors.discord.client import DiscordConnection
from connectors.discord.commands.notice_buttons import message_buttons
from connectors.discord.translate import (
    CANNOT_MESSAGE,
    MESSAGES_CLOSED,
    OPENING_TOO_FAST,
    Answer,
    Refusal,
    Success,
)
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Done, Outcome, Rejected, Unavailable

_INVALID_FORM: Final = 50035


async def send(connection: DiscordConnection, native_id: str, message: Message) -> Outcome:
    """Send the text in as many pieces as it needs; buttons stand under the last, whose id is the proof."""
    opened = await connection.open_direct_messages(native_id)
    if not isinstance(opened, Success):
        return _outcome(opened)
    channel, proof = str(opened.body["id"]), ""
    text = instants.in_readers_zone(message.text, message.instants)
    pieces = translate.split_message(message.subject, text)
    for number, piece in enumerate(pieces):
        body = translate.build_message(piece, translate.piece_nonce(message.nonce, number))
        shown = message_buttons(message.buttons) if number == len(pieces) - 1 else []
        posted = await _post(connection, channel, body, shown)
        if not isinstance(posted, Success):
            return _outcome(posted)
        proof = str(posted.body["id"])
    return Done(proof) if proof else Rejected("an empty message")


async def _post(
    connection: DiscordConnection, channel: str, body: dict[str, Any], shown: list[dict[str, Any]]
) -> Answer:
    """Post the message; without its buttons where Discord does not take them, such as one to an address of this machine."""
    if shown:
        posted = await connection.post_message(channel, {**body, "components": shown})
        if not (isinstance(posted, Refusal) and posted.code == _INVALID_FORM):
            return posted
    return await connection.post_message(channel, body)


def _outcome(answer: Answer) -> Outcome:
    match answer:
        case Refusal(code=code) if code in CANNOT_MESSAGE:
            return Rejected(MESSAGES_CLOSED)
        case Refusal(code=code) if code == OPENING_TOO_FAST:
            return Unavailable("Discord lets us open direct messages more slowly")
        case _:
            return translate.to_outcome(answer, "leave to send direct messages")
