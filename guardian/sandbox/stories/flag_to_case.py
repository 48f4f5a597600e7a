"""A flag "something else" on the forum is a local matter of its moderators, and one command hands it to the working group."""

import re
from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.cross_space_suspension import MEMBERS

MODERATOR_NOTIFIED: Final = "the forum's moderator is told of the flag at once"
NOT_THE_GROUP: Final = "nobody of the working group is told while it is the moderators' matter"
GROUP_NOTIFIED: Final = "once it is passed on, every member is told"
READ: Final = "the reading room shows what was flagged, and the flagger's words"
SAYS_NOTHING: Final = "the answer on the forum carries no code name, no count and no clock"
FORUM_KEEPS_IT: Final = "what was flagged stands as it stood, and the flag waits for the forum's own moderators"
INSULT: Final = "Whoever has to ask this should look for another hobby, and soon."
WHY: Final = "Birch answers me like that wherever I write, and it frightens me."
DONE: Final = "We spoke with Birch twice. It goes on."
_CODE_NAME: Final = re.compile(r"\b[a-z]+-[a-z]+\b")


async def play(context: StoryContext) -> None:
    """Linden flags a post of Birch's; Priya, who moderates the forum, hands it on."""
    async with context.open_stage(SandboxOptions(forum_inbox_every="1m")) as stage:
        forum = stage.world.forum
        public = forum.person("birch").publish("How do I install this?", INSULT)
        post = forum.state.posts[forum.state.topics[public].post_ids[0]]
        stage.narrate("Linden flags a post of Birch's as “something else”, with a few words")
        forum.person("linden").flag(post.id, WHY)
        await stage.driver.run_until_idle()
        _check_moderators_notified(stage)
        stage.narrate("Priya orders on the forum: /escalate, with the link of the post")
        link = f"{forum.url}/t/how-do-i-install-this/{public}/1"
        topic = forum.person("priya").send_pm(forum.api_username, "To the group", f"/escalate {link} soon\n{DONE}")
        await stage.driver.pass_time(timedelta(minutes=1))
        await _check_group_notified(stage)
        answers = [p.raw for p in forum.state.posts_of(forum.state.topics[topic])][1:]
        notified = [text for text in answers if _gives_away(text, stage.group.origin())]
        stage.checks.check(SAYS_NOTHING, len(answers) == 1 and not notified, "; ".join(answers))
        as_it_was = (
            post.raw == INSULT and not post.hidden and [r.status for r in forum.state.reviewables.values()] == [0]
        )
        stage.checks.check(FORUM_KEEPS_IT, as_it_was)


def _check_moderators_notified(stage: Stage) -> None:
    """Only the moderators of the forum have heard."""
    notified = [text for text in messages_to(stage.world, stage["priya"]) if "forum" in text]
    stage.checks.check(MODERATOR_NOTIFIED, bool(notified), f"{len(notified)} messages")
    group = {key for key in MEMBERS if messages_to(stage.world, stage[key])}
    stage.checks.check_equal(NOT_THE_GROUP, group, set())


async def _check_group_notified(stage: Stage) -> None:
    """Everybody of the group has heard, and reads what it is."""
    notified = {key for key in MEMBERS if messages_to(stage.world, stage[key])}
    stage.checks.check_equal(GROUP_NOTIFIED, notified, set(MEMBERS))
    page = await stage.group.read_case(stage["nadia"], await stage.group.newest_case(stage["nadia"]))
    stage.checks.check(READ, all(words in page.text for words in (INSULT, WHY, DONE)), page.text[:400])


def _gives_away(answer: str, origin: str) -> bool:
    """Whether the answer has a code name or a number in it."""
    text = answer.replace(origin, "")
    return _CODE_NAME.search(text) is not None or any(letter.isdigit() for letter in text)


STORY: Final = Story(
    "flag-to-case", "a flag on the forum reaches its moderators, who hand it on with one command", play
)
