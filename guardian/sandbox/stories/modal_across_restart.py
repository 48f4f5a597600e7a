"""A form that was opened before the service is killed is sent after it is back; one sent in between is not lost.

While nobody listens, Discord says so and keeps the form open: its own text says what to do then.
"""

import asyncio
from typing import Final

from connectors.emulators.discord.client_screen import Screen
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.runner import Story
from guardian.sandbox.service_process import ServiceProcess, run_in_own_process
from guardian.sandbox.stage import Stage, StoryContext

WORDS: Final = "They insulted two newcomers, and I have written this for half an hour."
LOOKS: Final = 50
"""So often the service says that it is idle before Discord gives up waiting for its answer. How fast the machine is plays
no part: each time the service has had a turn to take up what was sent.
"""

SAYS_SO: Final = "the form itself says that it stays open, and what to do, where Discord says that something went wrong"
STAYS_OPEN: Final = "sent while nobody listens, the form stays open with every word in it"
BACK: Final = "the service is back by itself: Discord knows of somebody who listens"
TAKEN_IN: Final = "a form that was opened before the restart and is sent after it is taken in"
ONCE: Final = "there is one report, and its receipt opens the words that were written"


async def play(context: StoryContext) -> None:
    """Wren writes for half an hour, and meanwhile the machine fails."""
    async with context.open_stage(open_service=run_in_own_process) as stage:
        service = stage.service
        if not isinstance(service, ServiceProcess):
            raise TypeError("this story needs a process that can be killed")
        service.on_start = stage.world.connect_webhooks
        wren = stage["wren"]
        form = await stage.group.command(wren, "report")
        opening = form.modal.texts[0] if form.modal else ""
        said = "stays open" in opening
        stage.checks.check(SAYS_SO, said, "" if said else opening)
        await service.kill()
        stage.narrate("The service is killed.")
        await _submit_while_down(stage, form)
        await service.start()
        await stage.driver.run_until_idle()
        stage.narrate("The service is back.")
        stage.checks.check(BACK, stage.world.discord.gateway.is_connected)
        await _submit_again(stage, form)


async def _submit_while_down(stage: Stage, form: Screen) -> None:
    """The form is sent into the void."""
    stage.group.narrate(stage["wren"], "sends the form; Discord says that something went wrong")
    interactions = stage.world.discord.interactions
    interactions.window_s, patient = 0.0, interactions.window_s
    sent = await stage.world.discord.person(stage["wren"].discord).submit(form, {"what": WORDS})
    interactions.window_s = patient
    kept = form.modal.find("what").value if form.modal else None
    stage.checks.check(STAYS_OPEN, sent.failed and kept == WORDS, f"failed {sent.failed}, kept {kept!r}")


async def _submit_once_more(stage: Stage, form: Screen) -> Screen:
    """What the form shows once it was answered, or once the service has had its turns and left it unanswered."""
    sending = asyncio.create_task(stage.world.discord.person(stage["wren"].discord).submit(form, {}))
    for _ in range(LOOKS):
        await stage.service.is_idle()
    stage.world.discord.interactions.give_up_waiting()
    sent = await sending
    if not sent.failed:
        await sent.wait_until_settled()
    return sent


async def _submit_again(stage: Stage, form: Screen) -> None:
    """The same form, as it stands there, is sent again."""
    wren, nadia = stage["wren"], stage["nadia"]
    stage.group.narrate(wren, "sends the same form again")
    sent = await _submit_once_more(stage, form)
    found = RECEIPT.search(sent.text)
    if not stage.checks.check(
        TAKEN_IN, found is not None, "" if found else sent.text or "Discord says that nobody answered"
    ):
        return
    await stage.driver.run_until_idle()
    shown = await stage.people.follow_up(found.group() if found else "")
    listed = await stage.group.count_cases(nadia)
    stage.checks.check(ONCE, WORDS in shown.text and listed == 1, f"{listed} cases")


STORY: Final = Story(
    "modal-across-restart", "a form opened before a restart is sent after it, and nothing is lost", play
)
