"""A message is reported from its own menu on Discord, by two people in two languages; nobody else sees a thing.

The evidence is what stood there when it was chosen, though its author takes it away while the reports are written.
"""

from dataclasses import dataclass
from typing import Final

from connectors.emulators.discord.client_screen import Modal, Screen
from connectors.emulators.discord.community import Actor
from connectors.emulators.discord.state import Attachment
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

MENU: Final = "Report conduct"
GERMAN_MENU: Final = "Verhalten melden"
SAID: Final = "Newcomers like you ruin this place."
PICTURE: Final = "picture.png"
WORDS: Final = "They say this to everybody who is new."
GERMAN_WORDS: Final = "Das schreibt er allen Neuen."

WARNED_FIRST: Final = "before the first word the form says who can read it, and names the page that passes Discord by"
KEPT: Final = "the reading room shows the message, its author and its file as they stood when it was chosen"
RECEIPT_WORKS: Final = "the receipt opens the report on the page, with the words of its reporter"
ONE_REPORT: Final = "the same words sent again find the report that is there, and both receipts open it"
STATUS: Final = "a reporter is shown how their own report stands, and nobody else's"
GERMAN: Final = "a reporter whose app is German reads German, from the menu to the answer"
ALONE: Final = "no channel, and nobody's screen or inbox but the reporter's own, shows anything of it"


@dataclass(frozen=True, slots=True)
class ReporterView:
    """What a reporter was shown: the form as it opened, the answer, and the receipt in it."""

    form: Modal
    answer: Screen

    @property
    def receipt(self) -> str:
        """Return the receipt in the answer."""
        found = RECEIPT.search(self.answer.text)
        if found is None:
            raise LookupError(f"no receipt in the answer: {self.answer.text}")
        return found.group()


async def play(context: StoryContext) -> None:
    """Wren, and Linden whose app is German, report what Alder wrote and then takes away."""
    async with context.open_stage() as stage:
        state, wren, linden = stage.world.discord.state, stage["wren"], stage["linden"]
        state.set_locale(linden.discord, "de")
        message = _post(stage)
        english = await _choose_menu(stage, wren, MENU, message)
        german = await _choose_menu(stage, linden, GERMAN_MENU, message)
        stage.world.discord.community.delete_message(state.messages[message], Actor(stage["alder"].discord))
        stage.narrate(f"{stage['alder'].name} deletes the message.")
        reporter_view = await _submit(stage, wren, english, WORDS)
        await stage.driver.run_until_idle()
        await _check_case(stage, await stage.group.newest_case(stage["nadia"]))
        await _check_follow_up(stage, reporter_view, await _report_twice(stage, wren))
        in_german = await _submit(stage, linden, german, GERMAN_WORDS)
        await stage.driver.run_until_idle()
        _check_german(stage, in_german)
        await _check_status(stage)
        _check_unseen_by_others(stage, wren, linden)


def _post(stage: Stage) -> str:
    """Alder's message in the channel that everybody reads, with a picture; its id."""
    state, alder = stage.world.discord.state, stage["alder"]
    message = stage.world.discord.say(alder.discord, state.general_id, SAID)
    number = state.new_id(stage.now())
    state.attachments[number] = Attachment(
        id=number, channel_id=state.general_id, filename=PICTURE, content_type="image/png", content=b"the picture"
    )
    state.messages[message].attachments.append(state.attachments[number])
    stage.narrate(f"{alder.name} writes in the channel: “{SAID}”")
    return message


async def _choose_menu(stage: Stage, by: Human, menu: str, message: str) -> Screen:
    stage.group.narrate(by, f"chooses “{menu}” in the menu of the message")
    return await stage.world.discord.person(by.discord).message_menu(menu, message)


async def _report_twice(stage: Stage, by: Human) -> Screen:
    """The reporter opens the form of /report twice with the same words, as somebody does whose answer never came."""
    for _ in range(2):
        form = await stage.group.command(by, "report")
        answer = await stage.group.submit(by, form, {"what": WORDS})
        await stage.driver.run_until_idle()
    return answer


async def _submit(stage: Stage, by: Human, form: Screen, words: str) -> ReporterView:
    if form.modal is None:
        raise LookupError(f"{by.name} has no form before them: {form.text}")
    opened = form.modal
    return ReporterView(opened, await stage.group.submit(by, form, {"what": words}))


async def _check_case(stage: Stage, case: str) -> None:
    page = await stage.group.read_case(stage["nadia"], case)
    missing = [part for part in (SAID, "alder", PICTURE, WORDS, "channels/") if part not in page.text]
    stage.checks.check(KEPT, not missing, f"missing {missing}" if missing else "")


async def _check_follow_up(stage: Stage, reporter_view: ReporterView, again: Screen) -> None:
    opening = reporter_view.form.texts[0]
    page = f"{stage.service.url}/report"
    warned = page in opening and opening.index("emergency") < opening.index("run Discord")
    stage.checks.check(WARNED_FIRST, warned, "" if warned else opening)
    shown = await stage.people.follow_up(reporter_view.receipt)
    stage.checks.check(RECEIPT_WORKS, WORDS in shown.text, shown.url)
    once = again.text.count("it is one report")
    reopened = await stage.people.follow_up(_find_receipt(again))
    stage.checks.check(ONE_REPORT, once == 1 and WORDS in reopened.text, f"said {once} times")


def _check_german(stage: Stage, reporter_view: ReporterView) -> None:
    shown = "\n".join(
        (
            reporter_view.form.title,
            *reporter_view.form.texts,
            *(f.label for f in reporter_view.form.fields),
            reporter_view.answer.text,
        )
    )
    buttons = [button.label for message in reporter_view.answer.messages for button in message.buttons]
    wanted = ("Diese Nachricht melden", "Rufen Sie zuerst den Notruf", "Was ist geschehen", "Beleg: ")
    missing = [words for words in wanted if words not in shown]
    english = [words for words in ("report", "receipt", "Thank you") if words in reporter_view.answer.text.lower()]
    held = not missing and not english and "Etwas ergänzen" in buttons and bool(reporter_view.receipt)
    stage.checks.check(GERMAN, held, f"missing {missing}, English {english}, buttons {buttons}")


async def _check_status(stage: Stage) -> None:
    own = await stage.group.command(stage["linden"], "meldungen")
    others = await stage.group.command(stage["hazel"], "report-status")
    held = own.text.count("`GRD-") == 1 and "wird geprüft" in own.text and "GRD-" not in others.text
    stage.checks.check(STATUS, held, "" if held else f"{own.text}\n{others.text}")


def _check_unseen_by_others(stage: Stage, *reporters: Human) -> None:
    """The channel is as Alder left it, answers were seen by their askers alone, and no inbox names what was said."""
    state = stage.world.discord.state
    public = [m.content for m in state.messages_in(state.general_id)]
    answers = [m for m in state.messages.values() if m.seen_by is not None]
    shown = [m.content for m in answers if m.seen_by not in {r.discord for r in reporters}]
    people = stage.world.community.people.values()
    inboxes = [text for human in people for text in messages_to(stage.world, human)]
    notified = [text for text in (*shown, *inboxes) if any(words in text for words in (SAID, WORDS, GERMAN_WORDS))]
    stage.checks.check(ALONE, not public and not notified, f"in the channel {public}, elsewhere {notified}")


def _find_receipt(screen: Screen) -> str:
    return ReporterView(Modal("", "", ()), screen).receipt


STORY: Final = Story(
    "report-by-message-menu", "a message is reported from its menu, in two languages, and nobody else sees it", play
)
