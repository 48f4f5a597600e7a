"""A community with the ladder of Contributor Covenant 3: limited activities for a cooldown, a suspension that ends by itself.

Towards particular people nothing but a condition limits anybody: a member follows it up. Policy: P-11.1, P-5.2, P-6.2.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import find_openings, forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, SPACES, Human
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import agree, bring_into_force, open_case
from guardian.sandbox.working_group import SUMMARY

COOLDOWN: Final = timedelta(days=7)
ALONE: Final = "Write to nobody who took part in that conversation, in no space and in no other way."
HELD: Final = "a suspension of a week, which this ladder has, holds in every space"
NO_EARLY: Final = "no space lets the person in before it is over"
ENDS: Final = "it ends by itself: nobody has to ask to return"
LIMITED: Final = "for the cooldown of the second rung the person writes nothing in that space, and everything elsewhere"
ASKED: Final = "the letter and the page ask for no contact, and name nobody who reported"
FREED: Final = "the cooldown ends by itself"
FOLLOWED: Final = "and a member is asked whether the person left them alone"
NAMED: Final = "the person never reads of a working group, which this community has not"


async def play(context: StoryContext) -> None:
    """Rowan is limited for a week; Alder is suspended for a week, and returns without asking."""
    async with context.open_stage(SandboxOptions(policy="contributor-covenant")) as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        await _limit(stage, stage["rowan"])
        case = await open_case(stage, alder, DISCORD)
        await group.propose(nadia, case, "short_suspension", COOLDOWN.days)
        await agree(stage, case)
        await bring_into_force(stage, case)
        begun = stage.now()
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(alder), SPACES)
        await stage.driver.pass_time(COOLDOWN - timedelta(minutes=1))
        open_ = find_openings(stage.world, alder, begun, stage.now())
        stage.checks.check(NO_EARLY, not open_, "; ".join(open_))
        await stage.driver.pass_time(timedelta(minutes=2))
        stage.checks.check_equal(ENDS, stage.world.spaces_shut_out_of(alder), ())
        letters = [*messages_to(stage.world, alder), *forum_messages_to(stage.world, alder)]
        named = [text for text in letters if "working group" in text]
        stage.checks.check(NAMED, bool(letters) and not named, "; ".join(named))


async def _limit(stage: Stage, rowan: Human) -> None:
    """Rowan may not write on Discord for a week, and is asked to leave people alone for as long."""
    group, nadia = stage.group, stage["nadia"]
    case = await open_case(stage, rowan, DISCORD)
    typed = {
        "propose-outcome": "mute",
        "propose-days": str(COOLDOWN.days),
        "propose-spaces": DISCORD,
        "propose-summary": SUMMARY,
        "propose-asked-1-kind": "no_contact",
        "propose-asked-1-words": ALONE,
        "propose-asked-1-days": str(COOLDOWN.days),
    }
    await group.submit_on_page(nadia, case, "Propose", typed)
    await agree(stage, case)
    await group.write_text(
        nadia, case, "decision-reporter", "They write nothing there for a week, to let it calm down."
    )
    await group.approve_newest_text(stage["ines"], case)
    await bring_into_force(stage, case)
    discord = stage.world.discord
    muted = discord.was_muted(rowan.discord, stage.now())
    stage.checks.check(LIMITED, muted and not stage.world.spaces_shut_out_of(rowan), f"muted on Discord: {muted}")
    page = (await stage.people.personal_page(rowan, stage.people.receipt_of(rowan))).text
    read = [*messages_to(stage.world, rowan), *forum_messages_to(stage.world, rowan), page]
    asked = sum(ALONE in text for text in read)
    stage.checks.check(ASKED, asked > 1 and not any("wren" in text.casefold() for text in read), "; ".join(read))
    await stage.driver.pass_time(COOLDOWN + timedelta(minutes=2))
    stage.checks.check(FREED, not discord.was_muted(rowan.discord, stage.now()))
    waits = (await group.at_console(stage["kofi"]).open("/console")).text
    stage.checks.check(FOLLOWED, "See whether what was asked of the person is met" in waits, waits[:1500])


STORY: Final = Story("contributor-covenant", "a cooldown by another ladder ends by itself", play)
