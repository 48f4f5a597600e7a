"""A message is reported that may show sexual abuse of minors: nothing of it is ever fetched, kept or shown.

Another report is recognised as such only by the member who reads it: what was kept of it is gone at once.
"""

from typing import Final

from connectors.emulators.discord.state import Attachment
from guardian.sandbox.browser import Page
from guardian.sandbox.community import Human
from guardian.sandbox.reporters import REPORT_MENU
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

SAID: Final = "Look what I have got here."
PICTURE: Final = "holiday.png"
LATER: Final = "And another of them."
LATER_PICTURE: Final = "garden.png"
BYTES: Final = b"\x89PNG\r\n\x1a\n what nobody may hold"
MARK: Final = "Hold the evidence back, and ask a second member"
AGREE: Final = "Agree, and destroy the evidence"
TICK: Final = "It may show sexual abuse of minors, and I am sure enough"

NOT_FETCHED: Final = "no request for the file ever reaches Discord"
HELP: Final = "the reporter is told at once how to notify the platform and an authority, and offered no upload"
LINK_ALONE: Final = (
    "members see the link, the author and the time, and how to notify, and nothing of what was said or shown"
)
HELD_BACK: Final = "on one member's word it is shown to nobody, and destroyed by nobody"
DESTROYED: Final = "what was kept before it was recognised is gone at once, and the others are told"
SURE: Final = "nothing is destroyed until the member says that they are sure"
RESTS: Final = "nothing of it stands in any file that the service keeps"


async def play(context: StoryContext) -> None:
    """Wren reports Alder's message as what it is; Hazel reports another without knowing."""
    async with context.open_stage() as stage:
        message = _post(stage, SAID, PICTURE)
        await _report(stage, stage["wren"], message, ["minors"])
        await _check_link_alone(stage, message)
        asked = [each.path for each in stage.world.discord.history.exchanges if each.path.startswith("/attachments/")]
        stage.checks.check_equal(NOT_FETCHED, asked, [])
        later = _post(stage, LATER, LATER_PICTURE)
        await _report(stage, stage["hazel"], later, [])
        await _mark(stage)
        folder = context.folder.rglob("*")
        kept = [path.name for path in folder if path.is_file() and any(w in path.read_bytes() for w in _TRACES)]
        stage.checks.check_equal(RESTS, kept, [])


_TRACES: Final = (BYTES, SAID.encode(), LATER.encode(), PICTURE.encode(), LATER_PICTURE.encode())


def _post(stage: Stage, text: str, picture: str) -> str:
    """Alder's message in the channel, with a picture; its id."""
    state, alder = stage.world.discord.state, stage["alder"]
    message = stage.world.discord.say(alder.discord, state.general_id, text)
    number = state.new_id(stage.now())
    state.attachments[number] = Attachment(
        id=number, channel_id=state.general_id, filename=picture, content_type="image/png", content=BYTES
    )
    state.messages[message].attachments.append(state.attachments[number])
    stage.narrate(f"{alder.name} posts a picture in the channel.")
    return message


async def _report(stage: Stage, by: Human, message: str, ticks: list[str]) -> None:
    stage.group.narrate(by, f"chooses “{REPORT_MENU}” in the menu of the message")
    form = await stage.world.discord.person(by.discord).message_menu(REPORT_MENU, message)
    answer = await stage.group.submit(by, form, {"what": "Please look into this.", "ticks": ticks})
    await stage.driver.run_until_idle()
    if ticks:
        buttons = [button.label for shown in answer.messages for button in shown.buttons]
        helped = "police" in answer.text and "Report Message" in answer.text and "Add files" not in buttons
        stage.checks.check(HELP, helped, f"{answer.text} {buttons}")


async def _check_link_alone(stage: Stage, message: str) -> None:
    room = await stage.group.read_case(stage["nadia"], await stage.group.newest_case(stage["nadia"]))
    wanted = (message, "alder", "written 2 March 2026", "Tell the police", "Do not open the link")
    missing = [words for words in wanted if words not in room.text]
    shown = [words for words in (SAID, PICTURE, "SHA-256", "Save ") if words in room.text]
    stage.checks.check(LINK_ALONE, not missing and not shown, f"missing {missing}, shown {shown}: {room.text}")


async def _mark(stage: Stage) -> None:
    """Nadia recognises the second one in the reading room, and Tomas agrees."""
    nadia, kofi = stage["nadia"], stage["kofi"]
    case = await stage.group.newest_case(nadia)
    before = await stage.group.read_case(nadia, case)
    # Nobody could read the picture for names, so that the chair hears first.
    await stage.group.submit_on_page(nadia, case, "Open it to every member")
    unsure = await stage.group.submit_on_page(nadia, case, MARK)
    asked = "Please tick that you are sure" in unsure.text and all(w in unsure.text for w in (LATER, LATER_PICTURE))
    stage.checks.check(SURE, asked and LATER in before.text, unsure.text)
    await stage.group.submit_on_page(nadia, case, MARK, {TICK: "yes"})
    held = await stage.group.read_case(kofi, case)
    hidden = not any(words in held.text for words in (LATER, LATER_PICTURE, "SHA-256", "Save "))
    stage.checks.check(HELD_BACK, hidden and "It is no such thing" in held.text, held.text)
    await stage.group.submit_on_page(stage["tomas"], case, AGREE, {TICK: "yes"})
    await stage.driver.run_until_idle()
    after = await stage.group.read_case(kofi, case)
    notified = [m["content"] for m in stage.world.discord.person(kofi.discord).dms() if "minors" in m["content"]]
    gone = not any(words in after.text for words in (LATER, LATER_PICTURE, "SHA-256", "Save "))
    stage.checks.check(DESTROYED, gone and _shows_warning(after) and bool(notified), f"told {notified}: {after.text}")


def _shows_warning(room: Page) -> bool:
    return "may show sexual abuse of minors" in room.text and "Tell the police" in room.text


STORY: Final = Story(
    "illegal-material", "a report of what may show abuse of minors: nothing is fetched, kept or shown", play
)
