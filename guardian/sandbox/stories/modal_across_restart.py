"""A form that was opened before the service is killed is sent after it is back; one sent in between is not lost.

While nobody listens, Discord says so and keeps the form open: its own text says what to do then.
"""

import asyncio
from typing import Final

from connectors.emulators.discord.client_screen import Screen
from guardian.clock import monotonic_seconds
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.runner import Story
from guardian.sandbox.service_process import ServiceProcess, run_in_own_process
from guardian.sandbox.stage import Stage, StoryContext

WORDS: Final = "They insulted two newcomers, and I have written this for half an hour."
BACK_WITHIN: Final = 10.0
DISCORD_WAITS: Final = 3.0
"""So many seconds of the machine's own time Discord waits for an answer before it says that none came."""

SAYS_SO: Final = "the form itself says that it stays open, and what to do, where Discord says that something went wrong"
STAYS_OPEN: Final = "sent while nobody listens, the form stays open with every word in it"
BACK: Final = "the service is back within ten seconds"
TAKEN_IN: Final = "a form that was opened before the restart and is sent after it is taken in"
ONCE: Final = "there is one report, and its receipt opens the words that were written"


async def play(context: StoryContext) -> None:
    """Wren writes for half an hour, and meanwhile the machine fails."""
    async with context.open_stage(open_service=run_in_own_process) as stage:
        service = stage.service
        if not isinstance(service, ServiceProcess):
            raise TypeError("this story needs a process that can be killed")
        service.on_start = stage.world.connect_webhooks
        stage.world.discord.interactions.window_s = DISCORD_WAITS
        wren = stage["wren"]
        form = await stage.group.command(wren, "report")
        opening = form.modal.texts[0] if form.modal else ""
        said = "stays open" in opening
        stage.checks.check(SAYS_SO, said, "" if said else opening)
        await service.kill()
        stage.narrate("The service is killed.")
        await _submit_while_down(stage, form)
        begun = monotonic_seconds()
        await service.start()
        await _wait_until_connected(stage)
        took = monotonic_seconds() - begun
        stage.narrate("The service is back.")
        stage.checks.check(BACK, took < BACK_WITHIN, f"{took:.1f} s")
        await _submit_again(stage, form)


async def _submit_while_down(stage: Stage, form: Screen) -> None:
    """The form is sent into the void."""
    person = stage.world.discord.person(stage["wren"].discord)
    stage.group.narrate(stage["wren"], "sends the form; Discord says that something went wrong")
    sent = await person.submit(form, {"what": WORDS})
    kept = form.modal.find("what").value if form.modal else None
    stage.checks.check(STAYS_OPEN, sent.failed and kept == WORDS, f"failed {sent.failed}, kept {kept!r}")


async def _wait_until_connected(stage: Stage) -> None:
    """Discord knows of somebody who listens; not before that is the service back for anybody."""
    async with asyncio.timeout(BACK_WITHIN):
        while not stage.world.discord.gateway.is_connected:
            await asyncio.sleep(0.01)


async def _submit_again(stage: Stage, form: Screen) -> None:
    """The same form, as it stands there, is sent again."""
    wren, nadia = stage["wren"], stage["nadia"]
    person = stage.world.discord.person(wren.discord)
    stage.group.narrate(wren, "sends the same form again")
    sent = await person.submit(form, {})
    if not sent.failed:
        await sent.wait_until_settled()
    found = RECEIPT.search(sent.text)
    if not stage.checks.check(
        TAKEN_IN, found is not None, "" if found else sent.text or "Discord says that nobody answered"
    ):
        return
    await stage.driver.run_until_idle()
    shown = await stage.people.follow_up(found.group() if found else "")
    listed = (await stage.group.list_cases(nadia)).count("• ")
    stage.checks.check(ONCE, WORDS in shown.text and listed == 1, f"{listed} cases")


STORY: Final = Story(
    "modal-across-restart", "a form opened before a restart is sent after it, and nothing is lost", play
)
