"""From a forum moderator to the group, and back as one word: a flagged post is passed on by a private message.

Alder insults somebody on the forum and Wren flags it. Priya, who moderates there, passes it on. Later somebody flags a
post of Priya's own.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import forum_messages_to, messages_to, people_messaged
from guardian.sandbox.community import FORUM, Human
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import decide

INSULT: Final = "Nobody wants you here. Go away and do not come back."
FLAG: Final = "They tell a newcomer to go away, for the third time this week."
WORDS: Final = "They do it in several topics. I hid two of their posts and asked them to stop."
OWN: Final = "You are too stupid for this forum."
GROUP: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")
LOCAL: Final = "the moderator of the forum is told of the flag in person, and nobody else is"
FLAGGER: Final = "the moderator reads the flag and the post, and not who flagged it"
GROUP_NOTIFIED: Final = "every member of the group is told of what was passed on, the liaison among them"
ALONG: Final = "the flag, the post and what was done locally go along"
ANSWER: Final = "the answer on the forum says that it is done, and nothing else"
ACCEPTED: Final = "the moderator is told that somebody has accepted it"
STATUS: Final = "the moderator sees how far it has come: received, accepted, decided, closed"
NOTHING_CONFIDENTIAL: Final = "nothing that reaches the moderator names the case, the person's code name or the outcome"
GONE: Final = "what the moderator knew the matter by opens nothing any more"
CONCERNED: Final = "a moderator whose own post is flagged hears nothing, and sees what they saw before"
CONCERNED_NOTIFIED: Final = "the group is told of that flag at once"
_EVERY: Final = timedelta(minutes=10)


async def play(context: StoryContext) -> None:
    """Alder's post, from its flag to the end of the case; then Priya's."""
    async with context.open_stage(SandboxOptions(forum_inbox_every="10m")) as stage:
        matter = await _flag_post(stage)
        shown: list[str] = []
        case = await _escalate(stage, matter, shown)
        person = await _follow_escalation(stage, case, shown)
        await _check_nothing_leaked(stage, matter, shown, (case, person, "suspen"))
        await _flag_moderators_post(stage)


async def _flag_post(stage: Stage) -> str:
    """Wren flags Alder's post; the name by which Priya knows the matter."""
    priya, world = stage["priya"], stage.world
    topic = world.forum.person("alder").publish("How do I upgrade this?", INSULT)
    stage.narrate(f"Alder Quist, on the forum: “{INSULT}”")
    _flag(stage, stage["wren"], topic, FLAG)
    await stage.driver.run_until_idle()
    everybody = [human for human in world.community.people.values() if human.member is not None]
    notified = people_messaged(world, everybody, "local matter")
    stage.checks.check_equal(LOCAL, notified, {"priya"})
    matter = await stage.group.newest_matter(priya)
    page = await stage.group.read_matter(priya, matter)
    words = FLAG in page.text and INSULT in page.text
    stage.checks.check(FLAGGER, words and "wren" not in page.text.casefold(), page.text[:600])
    return matter


async def _escalate(stage: Stage, matter: str, shown: list[str]) -> str:
    """Priya writes to the service's account on the forum; the group's name of the case."""
    priya, world, kofi = stage["priya"], stage.world, stage["kofi"]
    topic = next(t for t in world.forum.state.topics.values() if t.title == "How do I upgrade this?")
    link = f"{world.forum.url}/t/how-do-i-upgrade-this/{topic.id}/1"
    at_keyboard = world.forum.person("priya")
    before = len(forum_messages_to(world, priya))
    at_keyboard.send_pm(world.forum.api_username, "For the working group", f"/escalate {link} soon\n{WORDS}")
    stage.narrate("Priya Nair, in a private message to the service on the forum: /escalate")
    await stage.driver.pass_time(_EVERY)
    answers = [text for text in forum_messages_to(world, priya)[before:] if not text.startswith("/escalate")]
    plain = len(answers) == 1 and answers[0].startswith("Done.") and matter not in answers[0]
    stage.checks.check(ANSWER, plain, "; ".join(answers))
    case = await stage.group.newest_case(kofi)
    members = [stage[key] for key in GROUP]
    stage.checks.check_equal(
        GROUP_NOTIFIED, people_messaged(world, members, f"{case}: passed on by moderators"), set(GROUP)
    )
    page = await stage.group.read_case(kofi, case)
    stage.checks.check(ALONG, all(text in page.text for text in (FLAG, INSULT, WORDS)), page.text[:800])
    shown.append(await stage.group.escalations(priya))
    await stage.group.accept(kofi, case)
    await stage.driver.run_until_idle()
    shown.append(await stage.group.escalations(priya))
    heard = messages_to(world, priya)
    stage.checks.check(ACCEPTED, any("has been accepted" in text for text in heard), "; ".join(heard))
    return case


async def _follow_escalation(stage: Stage, case: str, shown: list[str]) -> str:
    """The group decides, enacts and closes; after each the moderator looks. The person's code name."""
    group, nadia, priya = stage.group, stage["nadia"], stage["priya"]
    person = await group.name_person(nadia, case, "alder", FORUM)
    await group.skip_step(nadia, stage["tomas"], case, "hearing", "They were heard about the same matter already.")
    await decide(stage, case, "short_suspension", 30)
    shown.append(await group.escalations(priya))
    await group.close(nadia, case, "A short suspension.")
    await stage.driver.run_until_idle()
    shown.append(await group.escalations(priya))
    states = ["received", "accepted", "decided", "closed"]
    right = all(f"\n{state}\nforum" in text for state, text in zip(states, shown, strict=True))
    stage.checks.check(STATUS, right, "; ".join(shown))
    return person


async def _check_nothing_leaked(stage: Stage, matter: str, shown: list[str], secrets: tuple[str, ...]) -> None:
    """All that reached Priya since it was passed on: what Discord showed, messages and letters."""
    priya = stage["priya"]
    again = await stage.group.read_matter(priya, matter)
    stage.checks.check(GONE, again.status == 404, again.text)
    heard = [*shown, *messages_to(stage.world, priya), *forum_messages_to(stage.world, priya), again.text]
    leaked = [text for text in heard if any(secret in text.casefold() for secret in secrets)]
    stage.checks.check(NOTHING_CONFIDENTIAL, not leaked, "; ".join(leaked))


async def _flag_moderators_post(stage: Stage) -> None:
    """Somebody flags a post of the only moderator of the forum."""
    priya, world = stage["priya"], stage.world
    before = (await _lists_of(stage, priya), len(messages_to(world, priya)))
    topic = world.forum.person("priya").publish("Please read the manual", OWN)
    _flag(stage, stage["wren"], topic, "A moderator insults people.")
    await stage.driver.pass_time(_EVERY)
    after = (await _lists_of(stage, priya), len(messages_to(world, priya)))
    stage.checks.check_equal(CONCERNED, after, before)
    case = await stage.group.newest_case(stage["nadia"])
    notified = people_messaged(world, [stage[key] for key in GROUP], case)
    stage.checks.check_equal(CONCERNED_NOTIFIED, notified, set(GROUP))


async def _lists_of(stage: Stage, moderator: Human) -> tuple[str, str]:
    return (await stage.group.command(moderator, "matters")).text, await stage.group.escalations(moderator)


def _flag(stage: Stage, by: Human, topic: int, words: str) -> None:
    state = stage.world.forum.state
    stage.world.forum.person(by.key).flag(state.topics[topic].post_ids[0], words)
    stage.narrate(f"{by.name} flags a post on the forum as “something else”")


STORY: Final = Story("escalation", "from a forum moderator to the group, and back as one word", play)
