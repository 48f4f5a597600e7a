"""One member turns on people who have done nothing: any other stops them, and what nobody had reviewed is let go at once.

Policy: P-7.5.
"""

from typing import Final

from guardian.sandbox.checks import people_messaged
from guardian.sandbox.community import SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext

HIT: Final = "what the member does alone holds at first, in every space"
LET_GO: Final = "stopped, all of it is let go in every space, at once"
TOLD: Final = "the whole group is told who stopped whom"
NOT_AGAIN: Final = "the member who was stopped restricts nobody any more"
NOT_BACK: Final = "nor do they stop whoever stopped them"


async def play(context: StoryContext) -> None:
    """Kofi acts on Rowan and Hazel; Lena stops Kofi."""
    async with context.open_stage() as stage:
        group, world = stage.group, stage.world
        targets = [stage["rowan"], stage["hazel"]]
        for target in targets:
            await group.act(stage["kofi"], target, "ongoing", "I have had enough of them.")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(HIT, [world.spaces_shut_out_of(each) for each in targets], [SPACES, SPACES])
        lena = group.at_console(stage["lena"])
        page = await lena.open("/console/act/stop")
        form = page.find_form("Show what it does")
        chosen = [value for value, label in form.choices["member"] if "Kofi" in label]
        preview = await lena.send(page, form, "Show what it does", {"member": chosen})
        await lena.press(preview, "Stop Kofi Mensah")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(LET_GO, [world.spaces_shut_out_of(each) for each in targets], [(), ()])
        others = [stage[key] for key in ("nadia", "tomas", "ines", "yuki")]
        told = people_messaged(world, others, "Kofi Mensah")
        stage.checks.check_equal(TOLD, told, {human.key for human in others})
        await group.act(stage["kofi"], stage["linden"], "ongoing", "Linden as well.")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(NOT_AGAIN, world.spaces_shut_out_of(stage["linden"]), ())
        kofi = group.at_console(stage["kofi"])
        page = await kofi.open("/console/act/stop")
        form = page.find_form("Show what it does")
        chosen = [value for value, label in form.choices["member"] if "Lena" in label]
        preview = await kofi.send(page, form, "Show what it does", {"member": chosen})
        done = await kofi.press(preview, "Stop Lena Vogt") if preview.find_forms("Stop Lena Vogt") else preview
        stage.checks.check(NOT_BACK, done.status != 200, done.text[:800])


STORY: Final = Story("rogue-member", "any member stops another who turns on people", play)
