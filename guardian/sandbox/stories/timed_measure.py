"""Moderators mute, silence, lock and hide, each in their own space and for a short while; all of it ends by itself."""

from datetime import timedelta
from typing import Any, Final

from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

SET: Final = "each measure holds in its own space, at once, and nowhere else"
NOTIFIED: Final = "the person is told what holds, until when, and where they can ask for another look"
LONGER: Final = "what is longer than a week is refused, and the refusal names /escalate"
ELSEWHERE: Final = "a moderator of Discord sets nothing on the forum"
MUTE_ENDS: Final = "the mute on Discord ends by itself, and the others still hold"
ENDS: Final = "the silence, the lock and the hidden comment end by themselves"
BY_HAND: Final = "a measure that its moderator lifts by hand has ended, and is not put back"
THIRD: Final = "the third measure on one person within ninety days is the working group's"
LISTED: Final = "a moderator's list of measures shows those of their own space, by code names and clocks"
EMPTY: Final = "the list is empty once all is over"

_DAY: Final = timedelta(days=1)
_ISSUES: Final = "https://github.example/orchard/website/issues"
_HIDDEN: Final = "(This comment was marked as"
_LOCKED: Final = "(locked)"


async def play(context: StoryContext) -> None:
    """Oskar, Priya and Marek each look after one space; Rowan and Hazel have a bad day."""
    async with context.open_stage() as stage:
        rowan, hazel = stage["rowan"], stage["hazel"]
        number, comment = _start_conversation(stage, hazel)
        await _check_refusals(stage, rowan)
        await _set_measure(stage, stage["oskar"], kind="muted", hours=24, name="rowan", space=DISCORD)
        await _set_measure(stage, stage["priya"], kind="muted", hours=72, name="hazel", space=FORUM)
        link = f"{_ISSUES}/{number}"
        await _set_measure(stage, stage["marek"], kind="locked", hours=72, link=link, space=GITHUB)
        await _set_measure(
            stage, stage["marek"], kind="hidden", hours=72, link=f"{link}#issuecomment-{comment}", space=GITHUB
        )
        await stage.driver.run_until_idle()
        stage.checks.check_equal(
            SET, _restrictions(stage, number), ("rowan muted", "hazel silenced", "locked", "hidden")
        )
        _check_notified(stage, rowan, hazel)
        await _check_lists(stage, rowan)
        await stage.driver.pass_time(_DAY)
        stage.checks.check_equal(MUTE_ENDS, _restrictions(stage, number), ("hazel silenced", "locked", "hidden"))
        await _lift_by_hand(stage, rowan)
        await stage.driver.pass_time(2 * _DAY)
        stage.checks.check_equal(ENDS, _restrictions(stage, number), ())
        shown = await _set_measure(stage, stage["oskar"], kind="muted", hours=24, name="rowan", space=DISCORD)
        listed = await stage.group.list_measures(stage["priya"])
        stage.checks.check(EMPTY, "No measure runs" in listed, listed)
        stage.checks.check(THIRD, "/escalate" in shown and not _is_muted(stage, rowan), shown)


def _start_conversation(stage: Stage, hazel: Human) -> tuple[int, int]:
    github = stage.world.github
    number = github.person("linden").open_issue("website", "The menu is broken", "It does not open on my phone.")
    comment = github.person(hazel.key).comment("website", number, "Learn to read, all of you.")
    return number, comment


async def _set_measure(stage: Stage, by: Human, **options: Any) -> str:
    """The measure was set, once its preview was read; the answer, or the refusal in words."""
    seen = await stage.group.command(by, "measure", reason="insults", **options)
    if not any(button.label == "Set it now" for message in seen.messages for button in message.buttons):
        return seen.text
    done = await stage.group.press(by, seen, "Set it now")
    await stage.driver.run_until_idle()
    return done.text


async def _check_refusals(stage: Stage, rowan: Human) -> None:
    longer = await _set_measure(stage, stage["oskar"], kind="muted", hours=24 * 8, name="rowan", space=DISCORD)
    stage.checks.check(LONGER, "/escalate" in longer and not _is_muted(stage, rowan), longer)
    elsewhere = await _set_measure(stage, stage["oskar"], kind="muted", hours=24, name="rowan", space=FORUM)
    silenced = stage.world.forum.was_silenced(rowan.forum, stage.now())
    stage.checks.check(ELSEWHERE, "another space" in elsewhere and not silenced, elsewhere)


def _check_notified(stage: Stage, rowan: Human, hazel: Human) -> None:
    texts = [
        "\n".join((*messages_to(stage.world, who), *forum_messages_to(stage.world, who))) for who in (rowan, hazel)
    ]
    notified = all(each in text for text in texts for each in ("measure", "until <t:", "personal page", "receipt"))
    stage.checks.check(NOTIFIED, notified, " | ".join(texts))


async def _check_lists(stage: Stage, rowan: Human) -> None:
    shown = await stage.group.list_measures(stage["oskar"])
    is_one = shown.count(" until ") == 1 and "muted" in shown and rowan.key not in shown
    others = await stage.group.list_measures(stage["priya"])
    stage.checks.check(LISTED, is_one and others.count(" until ") == 1, f"{shown} | {others}")


async def _lift_by_hand(stage: Stage, rowan: Human) -> None:
    await _set_measure(stage, stage["oskar"], kind="muted", hours=48, name="rowan", space=DISCORD)
    was_muted = _is_muted(stage, rowan)
    stage.narrate("Oskar lifts the mute of Rowan Ellis by hand")
    stage.world.discord.timeout_by_hand(stage["oskar"].discord, rowan.discord, None)
    await stage.driver.pass_time(timedelta(hours=1))
    stage.checks.check(BY_HAND, was_muted and not _is_muted(stage, rowan), f"muted before: {was_muted}")


def _is_muted(stage: Stage, human: Human) -> bool:
    return stage.world.discord.was_muted(human.discord, stage.now())


def _restrictions(stage: Stage, number: int) -> tuple[str, ...]:
    """What the platforms hold at this moment, as their own pages and judges say."""
    rowan, hazel = stage["rowan"], stage["hazel"]
    page = stage.world.github.person("linden").reads("website", number)
    held = {
        "rowan muted": _is_muted(stage, rowan),
        "hazel muted": _is_muted(stage, hazel),
        "rowan silenced": stage.world.forum.was_silenced(rowan.forum, stage.now()),
        "hazel silenced": stage.world.forum.was_silenced(hazel.forum, stage.now()),
        "locked": _LOCKED in page,
        "hidden": _HIDDEN in page,
    }
    return tuple(what for what, stands in held.items() if stands)


STORY: Final = Story("timed-measure", "moderators' short measures end by themselves, in every space", play)
