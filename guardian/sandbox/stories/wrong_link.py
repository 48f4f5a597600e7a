"""A stranger's account is taken for a restricted person's: told first, undone by one act, apologised to, and none the wiser.

What the stranger is sent and shown is searched for anything of the matter. Policy: P-2.11, P-6.4.
"""

import re
from datetime import timedelta
from typing import Final

from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import count_placed_and_lifted, forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify

TERM: Final = timedelta(days=30)
HELD: Final = "the account that two members took for theirs is held, and no other of its owner's"
NOTIFIED_FIRST: Final = "its owner was told there while they could still read it, with a page of their own"
STILL_HELD: Final = "saying that it is not they lets nobody go by itself"
RELEASED: Final = "one member's act lets the account go at once"
APOLOGY: Final = "its owner can read an apology there"
OTHERS_HOLD: Final = "the restricted person's own accounts stay held throughout"
ONCE: Final = "the account was held once and let go once"
LEARNS_NOTHING: Final = "nothing that its owner was sent or shown says anything of the matter"
_OF_A_CASE: Final = re.compile(r"\bGRD-[A-Z0-9]{12}\b")


async def play(context: StoryContext) -> None:
    """Birch is restricted; Hazel's forum account is taken for a second one of Birch's."""
    async with context.open_stage() as stage:
        hazel, birch = stage["hazel"], stage["birch"]
        case = await act_and_ratify(stage, birch, TERM)
        person = await stage.group.person_of(stage["nadia"], case)
        await _link(stage, hazel, case, person)
        await stage.driver.pass_time(timedelta(hours=2))
        receipt = stage.people.receipt_of(hazel)
        shown = [(await stage.people.account_page(hazel, receipt)).text]
        shown.append(
            (await stage.people.dispute_account(hazel, receipt, "I am Hazel, and I know nothing of this.")).text
        )
        await stage.driver.run_until_idle()
        stage.checks.check(STILL_HELD, stage.world.is_shut_out(hazel, FORUM, stage.now()))
        await _undo(stage, hazel, case)
        shown.append((await stage.people.account_page(hazel, receipt)).text)
        stage.checks.check_equal(OTHERS_HOLD, stage.world.spaces_shut_out_of(birch), SPACES)
        counts = {str(space): count_placed_and_lifted(stage.world, hazel, space) for space in SPACES}
        stage.checks.check_equal(ONCE, counts, {str(DISCORD): (0, 0), str(FORUM): (1, 1), str(GITHUB): (0, 0)})
        _check_learns_nothing(stage, shown, case, person)


async def _link(stage: Stage, hazel: Human, case: str, person: str) -> None:
    """Two members take Hazel's account on the forum for Birch's."""
    group, nadia, tomas = stage.group, stage["nadia"], stage["tomas"]
    await group.link_account(
        nadia, person, FORUM, hazel.key, "They defend each other in every thread, in the same words."
    )
    await group.submit_on_page(tomas, case, f"{hazel.key} is theirs")
    await stage.driver.run_until_idle()
    stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(hazel), (FORUM,))
    notified = forum_messages_to(stage.world, hazel)
    stage.checks.check(
        NOTIFIED_FIRST, len(notified) == 1 and RECEIPT.search(notified[0]) is not None, "; ".join(notified)
    )


async def _undo(stage: Stage, hazel: Human, case: str) -> None:
    before = stage.now()
    await stage.group.submit_on_page(
        stage["lena"], case, f"Undo the link to {hazel.key}", {"How you know": "I have met both of them."}
    )
    await stage.driver.run_until_idle()
    free = not stage.world.is_shut_out(hazel, FORUM, stage.now())
    stage.checks.check(RELEASED, free and stage.now() == before, f"free: {free}, {stage.now() - before} later")
    received = forum_messages_to(stage.world, hazel)
    stage.checks.check(APOLOGY, any("our mistake" in text.casefold() for text in received), "; ".join(received))


def _check_learns_nothing(stage: Stage, shown: list[str], case: str, person: str) -> None:
    """Every text that reached Hazel, on any space or page."""
    texts = [*shown, *forum_messages_to(stage.world, stage["hazel"]), *messages_to(stage.world, stage["hazel"])]
    secrets = {case, person, "Birch", "insult", "in the same words", *_member_names(stage)}
    found = sorted({secret for secret in secrets for text in texts if secret.casefold() in text.casefold()})
    found += sorted({match for text in texts for match in _OF_A_CASE.findall(text)})
    stage.checks.check(LEARNS_NOTHING, not found, f"found {', '.join(found)} in: {' | '.join(texts)}")


def _member_names(stage: Stage) -> set[str]:
    """The members who took part, by name: who linked and who looked is nobody's business."""
    return {stage[key].name for key in ("nadia", "tomas", "lena", "kofi", "yuki")}


STORY: Final = Story(
    "wrong-link", "a stranger's account is linked by mistake and undone by one act; they learn nothing", play
)
