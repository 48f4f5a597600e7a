"""A report by private message on the forum: taken in, answered in the conversation without a receipt, followed up there.

Whoever administers a forum can read every private message on it. The answer says so, offers the page, and holds nothing
that they could use.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import messages_to
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.cross_space_suspension import MEMBERS

NOTIFIED: Final = "every member is told in person of a report by private message"
READ: Final = "the reading room shows what was written, and the public post that it links to"
SAYS_WHO_READS: Final = "the answer says that the forum's administrators can read the conversation, and offers the page"
NO_KEY: Final = "nothing that the service writes on the forum is a receipt or a code name"
FOLLOWED_UP: Final = "what the reporter adds in the conversation is with the case"
PUT_AWAY: Final = "the conversation is out of the inbox of the service's account"
NOTHING_ELSE: Final = "the service writes nothing on the forum but its answers in that conversation"
ONCE: Final = "each letter is answered once, however often the inbox is read"
INSULT: Final = "Whoever has to ask this should look for another hobby, and soon."
WHAT: Final = "This is the third time that Birch answers me like that: "
MORE: Final = "It has happened a fourth time, this morning."
_POLL: Final = "1m"


async def play(context: StoryContext) -> None:
    """Hazel writes to the service's account on the forum, and once more some minutes later."""
    async with context.open_stage(SandboxOptions(forum_inbox_every=_POLL)) as stage:
        forum, hazel = stage.world.forum, stage.world.forum.person("hazel")
        public = forum.person("birch").publish("How do I install this?", INSULT)
        link = f"{forum.url}/t/how-do-i-install-this/{public}/1"
        stage.narrate(
            "Hazel writes a private message to the service's account on the forum, with a link to a post of Birch's"
        )
        topic = hazel.send_pm(forum.api_username, "Insults in the help category", f"{WHAT}{link}")
        await stage.driver.pass_time(timedelta(minutes=1))
        case = await _check_received(stage, topic)
        stage.narrate("Hazel adds something in the same conversation")
        hazel.reply(topic, MORE)
        await stage.driver.pass_time(timedelta(minutes=1))
        page = await stage.group.read_case(stage["nadia"], case)
        stage.checks.check(FOLLOWED_UP, MORE in page.text, page.text[:400])
        await stage.driver.pass_time(timedelta(minutes=3))
        _check_as_administrator(stage, topic, case)


async def _check_received(stage: Stage, topic: int) -> str:
    """The report is with the group, and its reporter has an answer; the case."""
    case = await stage.group.newest_case(stage["nadia"])
    notified = {key for key in MEMBERS if any(case in text for text in messages_to(stage.world, stage[key]))}
    stage.checks.check_equal(NOTIFIED, notified, set(MEMBERS))
    page = await stage.group.read_case(stage["kofi"], case)
    stage.checks.check(READ, WHAT in page.text and INSULT in page.text, page.text[:400])
    answers = _find_answers(stage, topic)
    says = len(answers) == 1 and "administers this forum" in answers[0] and "/report" in answers[0]
    stage.checks.check(SAYS_WHO_READS, says, "; ".join(answers))
    return case


def _check_as_administrator(stage: Stage, topic: int, case: str) -> None:
    """What somebody finds who can read everything on the forum."""
    state, service = stage.world.forum.state, stage.world.forum.person(stage.world.forum.api_username).account
    answers = _find_answers(stage, topic)
    stage.checks.check_equal(ONCE, len(answers), 2)
    given_away = [text for text in answers if RECEIPT.search(text) or case in text]
    stage.checks.check(NO_KEY, not given_away, "; ".join(given_away))
    elsewhere = [p.raw for p in state.posts.values() if p.user_id == service.id and p.topic_id != topic]
    stage.checks.check(NOTHING_ELSE, not elsewhere, "; ".join(elsewhere))
    stage.checks.check(PUT_AWAY, service.id in state.topics[topic].archived_by)


def _find_answers(stage: Stage, topic: int) -> list[str]:
    """What the service has written in the conversation."""
    lines = stage.world.forum.person("hazel").inbox()
    posts = next(line["posts"] for line in lines if line["id"] == topic)
    return [post["raw"] for post in posts if post["by"] == stage.world.forum.api_username]


STORY: Final = Story(
    "report-by-forum-message",
    "a private message on the forum becomes a report, and the forum learns nothing more",
    play,
)
