"""The ways that several stories walk: an act that the group ratifies, and a report that becomes a suspension or a ban."""

from datetime import timedelta
from typing import Final

from guardian.ids import SpaceName
from guardian.sandbox.community import FORUM, Human
from guardian.sandbox.stage import Stage
from guardian.sandbox.working_group import days_of

EXTENDED: Final = "extended_suspension"
BAN: Final = "permanent_ban"
WHAT: Final = "They insulted two newcomers in the help channel, again and again, after being asked to stop."

CONDITIONS: Final = "Says in writing what will be different, and has read the code of conduct with a mentor."


async def act_and_ratify(stage: Stage, target: Human, term: timedelta, *, space: SpaceName = FORUM) -> str:
    """Let one member act on the person everywhere, two others ratify it, and a fourth read the letter; return the case."""
    group = stage.group
    reason = "Insults newcomers in every channel, just now."
    case = await group.act(stage["kofi"], target, "ongoing", reason, space=space)
    await stage.driver.run_until_idle()
    await group.give_statement(stage["kofi"], case, "I saw it in the help channel.")
    for key in ("yuki", "lena"):
        await group.review(stage[key], case, "ratify", term)
    await stage.driver.run_until_idle()
    await group.approve_newest_text(stage["ines"], case)
    return case


async def name_target(stage: Stage, case: str, target: Human, where: SpaceName) -> str:
    """Say that the case is about the person, whose accounts the forum vouches for, and return their code name."""
    person = await stage.group.name_person(stage["nadia"], case, target.key, where)
    if where != FORUM:
        await stage.group.link_account(
            stage["nadia"], person, FORUM, target.key, "The forum shows the same Discord account."
        )
    return person


async def suspend_by_decision(stage: Stage, target: Human, term: timedelta, *, where: SpaceName) -> str:
    """Bring a report about the person to a decision of the group, which is in force, and return the case."""
    group, nadia = stage.group, stage["nadia"]
    await stage.people.report(stage["wren"], WHAT, target.key)
    await stage.driver.run_until_idle()
    case = await group.newest_case(nadia)
    await name_target(stage, case, target, where)
    await group.skip_step(nadia, stage["tomas"], case, "hearing", "They were heard about the same matter already.")
    await decide(stage, case, EXTENDED, days_of(term))
    return case


async def decide(stage: Stage, case: str, outcome: str, days: int = 0) -> None:
    """Let the group agree on the outcome, skip asking for views, read the letter, and enact it; everybody is notified."""
    group, nadia = stage.group, stage["nadia"]
    await group.propose(nadia, case, outcome, days, CONDITIONS if outcome == EXTENDED else "")
    await group.agree(case, *(stage[key] for key in ("tomas", "ines", "kofi", "yuki", "lena")))
    await stage.driver.run_until_idle()
    await group.skip_step(nadia, stage["tomas"], case, "feedback", "The reporter asked not to be written to again.")
    await group.approve_newest_text(stage["ines"], case)
    await group.enact(nadia, case)
    await stage.driver.run_until_idle()


async def replace_by_ban(stage: Stage) -> None:
    """Take up the newest case of the chair's list again, and replace its suspension by a permanent ban."""
    case = await stage.group.newest_case(stage["nadia"])
    stage.narrate("New things have come to light; the group decides on a permanent ban.")
    await decide(stage, case, BAN)


async def open_case(stage: Stage, target: Human, where: SpaceName) -> str:
    """Have Wren report the person, name them, and skip the hearing; return the case."""
    await stage.people.report(stage["wren"], WHAT, target.key)
    await stage.driver.run_until_idle()
    case = await stage.group.newest_case(stage["nadia"])
    await name_target(stage, case, target, where)
    await skip_hearing(stage, case)
    return case


async def skip_hearing(stage: Stage, case: str) -> None:
    """Let two members skip the hearing."""
    reason = "They were heard about the same matter already."
    await stage.group.skip_step(stage["nadia"], stage["tomas"], case, "hearing", reason)


async def skip_feedback(stage: Stage, case: str) -> None:
    """Let two members skip asking the reporter."""
    reason = "The reporter asked not to be written to again."
    await stage.group.skip_step(stage["nadia"], stage["tomas"], case, "feedback", reason)


async def vote(stage: Stage, case: str, answer: str, *keys: str) -> None:
    """Let each of them answer the proposal so."""
    for key in keys:
        await stage.group.submit_on_page(stage[key], case, answer, {"Count it as severe": ()})


async def agree(stage: Stage, case: str) -> None:
    """Let everybody else agree with the proposal."""
    await stage.group.agree(case, *(stage[key] for key in ("tomas", "ines", "kofi", "yuki", "lena")))
    await stage.driver.run_until_idle()


async def bring_into_force(stage: Stage, case: str) -> None:
    """Skip asking the reporter, read the letter and enact what was agreed."""
    await skip_feedback(stage, case)
    await stage.group.approve_newest_text(stage["ines"], case)
    await stage.group.enact(stage["nadia"], case)
    await stage.driver.run_until_idle()
