"""A message is reported from its own menu on Discord, by two people in two languages; nobody else sees a thing.

The evidence is what stood there when it was chosen, though its author takes it away while the reports are written.
"""

from dataclasses import dataclass
from typing import Final

from connectors.discord.emulator.community import By
from connectors.discord.emulator.screen import Modal, Screen
from connectors.discord.emulator.state import Attachment
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import Human
from guardian.sandbox.playing import Story
from guardian.sandbox.studio import Stage, Studio

MENU: Final = "Report to the working group"
GERMAN_MENU: Final = "Der Arbeitsgruppe melden"
SAID: Final = "Newcomers like you ruin this place."
PICTURE: Final = "picture.png"
WORDS: Final = "They say this to everybody who is new."
GERMAN_WORDS: Final = "Das schreibt er allen Neuen."

WARNED: Final = "before the first word the form says who can read it, and names the page that passes Discord by"
KEPT: Final = "the reading room shows the message, its author and its file as they stood when it was chosen"
RECEIPT_WORKS: Final = "the receipt opens the report on the page, with the words of its reporter"
ONE_REPORT: Final = "the same words sent again find the report that is there, and both receipts open it"
STATUS: Final = "a reporter is shown how their own report stands, and nobody else's"
GERMAN: Final = "a reporter whose app is German reads German, from the menu to the answer"
ALONE: Final = "no channel, and nobody's screen or inbox but the reporter's own, shows anything of it"


@dataclass(frozen=True, slots=True)
class Told:
    """What a reporter was shown: the form as it opened, the answer, and the receipt in it."""

    form: Modal
    answer: Screen

    @property
    def receipt(self) -> str:
        """The receipt in the answer."""
        found = RECEIPT.search(self.answer.text)
        if found is None:
            raise LookupError(f"no receipt in the answer: {self.answer.text}")
        return found.group()


async def play(studio: Studio) -> None:
    """Wren, and Linden whose app is German, report what Alder wrote and then takes away."""
    async with studio.stage() as stage:
        state, wren, linden = stage.world.discord.state, stage["wren"], stage["linden"]
        state.set_locale(linden.discord, "de")
        message = _posted(stage)
        english = await _chosen(stage, wren, MENU, message)
        german = await _chosen(stage, linden, GERMAN_MENU, message)
        stage.world.discord.community.delete_message(state.messages[message], By(stage["alder"].discord))
        stage.say(f"{stage['alder'].name} deletes the message.")
        told = await _sent(stage, wren, english, WORDS)
        await stage.harness.rest()
        await _read(stage, await stage.group.newest_case(stage["nadia"]))
        await _followed(stage, told, await _chosen_again(stage, wren))
        in_german = await _sent(stage, linden, german, GERMAN_WORDS)
        await stage.harness.rest()
        _in_german(stage, in_german)
        await _status(stage)
        _alone(stage, wren, linden)


def _posted(stage: Stage) -> str:
    """Alder's message in the channel that everybody reads, with a picture; its id."""
    state, alder = stage.world.discord.state, stage["alder"]
    message = stage.world.discord.say(alder.discord, state.general_id, SAID)
    number = state.new_id(stage.now())
    state.attachments[number] = Attachment(number, state.general_id, PICTURE, "image/png", b"the picture")
    state.messages[message].attachments.append(state.attachments[number])
    stage.say(f"{alder.name} writes in the channel: “{SAID}”")
    return message


async def _chosen(stage: Stage, by: Human, menu: str, message: str) -> Screen:
    stage.group.tell(by, f"chooses “{menu}” in the menu of the message")
    return await stage.world.discord.person(by.discord).message_menu(menu, message)


async def _chosen_again(stage: Stage, by: Human) -> Screen:
    """The reporter opens the form of /report twice with the same words, as somebody does whose answer never came."""
    for _ in range(2):
        form = await stage.group.command(by, "report")
        answer = await stage.group.submit(by, form, {"what": WORDS})
        await stage.harness.rest()
    return answer


async def _sent(stage: Stage, by: Human, form: Screen, words: str) -> Told:
    if form.modal is None:
        raise LookupError(f"{by.name} has no form before them: {form.text}")
    opened = form.modal
    return Told(opened, await stage.group.submit(by, form, {"what": words}))


async def _read(stage: Stage, case: str) -> None:
    page = await stage.group.read(stage["nadia"], case)
    missing = [part for part in (SAID, "alder", PICTURE, WORDS, "channels/") if part not in page.text]
    stage.checks.check(KEPT, not missing, f"missing {missing}" if missing else "")


async def _followed(stage: Stage, told: Told, again: Screen) -> None:
    opening = told.form.texts[0]
    page = f"{stage.service.url}/report"
    warned = page in opening and opening.index("emergency") < opening.index("run Discord")
    stage.checks.check(WARNED, warned, "" if warned else opening)
    shown = await stage.people.follow_up(told.receipt)
    stage.checks.check(RECEIPT_WORKS, WORDS in shown.text, shown.url)
    once = again.text.count("it is one report")
    reopened = await stage.people.follow_up(_receipt_in(again))
    stage.checks.check(ONE_REPORT, once == 1 and WORDS in reopened.text, f"said {once} times")


def _in_german(stage: Stage, told: Told) -> None:
    shown = "\n".join((told.form.title, *told.form.texts, *(f.label for f in told.form.fields), told.answer.text))
    buttons = [button.label for message in told.answer.messages for button in message.buttons]
    wanted = ("Diese Nachricht melden", "Rufen Sie zuerst den Notruf", "Was ist geschehen", "Beleg: ")
    missing = [words for words in wanted if words not in shown]
    english = [words for words in ("report", "receipt", "Thank you") if words in told.answer.text.lower()]
    held = not missing and not english and "Etwas ergänzen" in buttons and bool(told.receipt)
    stage.checks.check(GERMAN, held, f"missing {missing}, English {english}, buttons {buttons}")


async def _status(stage: Stage) -> None:
    own = await stage.group.command(stage["linden"], "meldungen")
    others = await stage.group.command(stage["hazel"], "report-status")
    held = own.text.count("`GRD-") == 1 and "wird geprüft" in own.text and "GRD-" not in others.text
    stage.checks.check(STATUS, held, "" if held else f"{own.text}\n{others.text}")


def _alone(stage: Stage, *reporters: Human) -> None:
    """The channel is as Alder left it, answers were seen by their askers alone, and no inbox names what was said."""
    state = stage.world.discord.state
    public = [m.content for m in state.messages_in(state.general_id)]
    answers = [m for m in state.messages.values() if m.seen_by is not None]
    shown = [m.content for m in answers if m.seen_by not in {r.discord for r in reporters}]
    people = stage.world.community.people.values()
    inboxes = [text for human in people for text in messages_to(stage.world, human)]
    told = [text for text in (*shown, *inboxes) if any(words in text for words in (SAID, WORDS, GERMAN_WORDS))]
    stage.checks.check(ALONE, not public and not told, f"in the channel {public}, elsewhere {told}")


def _receipt_in(screen: Screen) -> str:
    return Told(Modal("", "", ()), screen).receipt


STORY: Final = Story(
    "report-by-message-menu", "a message is reported from its menu, in two languages, and nobody else sees it", play
)
