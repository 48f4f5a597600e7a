"""The main job: a report becomes a case, a decision, a suspension in every space, and ends on time by readmission.

Alder is a member of the GitHub organisation, and takes no direct messages on Discord.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import bars_of, count_placed_and_lifted, find_openings, forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, FORUM, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import name_target
from guardian.sandbox.working_group import SUMMARY

DAYS: Final = 30
MOST_PRESSES: Final = 12
"""Naming 2, an account elsewhere 2, the hearing 3, the proposal 1, two ballots, the letter 1, enacting 1."""
INSULT: Final = "Whoever cannot find that in the manual should not be here. Fools, all of you."
MEMBERS: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")
RECEIPT: Final = "the reporter has an answer and a receipt at once"
NOTIFIED_IN_PERSON: Final = "every member is told in person that a report came in"
NO_CONTENT: Final = "no message on Discord to a member carries what was reported, or about whom"
READ: Final = "the reading room shows the reported message as it stood"
ASKED_FIRST: Final = "nobody is written to before the reporter could say whether it is safe"
REACHED: Final = "the person, whose direct messages are closed, is reached on the forum, with a receipt"
TOLD_WHAT: Final = "the person is told in the hearing what was reported, in words that two members have read"
LETTER: Final = "the decision says what the person did"
HEARD: Final = "what the person says on the personal page is read by the group"
NOT_BEFORE: Final = "nothing holds anywhere before the decision is enacted"
LIGHT: Final = "from the report to the suspension in force the members press a dozen buttons, all together"
DESTROYS: Final = "the preview names the membership and the team that GitHub will take"
EVERYWHERE: Final = "the suspension holds on Discord, on the forum and in the GitHub organisation"
NOTIFIED_FIRST: Final = "the person was told before anything was restricted"
NEUTRAL: Final = "the reasons in the platforms' own records say nothing but a reference"
NO_EARLY: Final = "no space let the person in before the term was over, nor because it was"
MAY_ASK: Final = "once the term is over it is named so: the person may ask to return"
STILL_HELD: Final = "asking and agreeing lift nothing before the readmission is granted"
RETURNS: Final = "when the readmission is granted access returns in every space"
INVITED: Final = "the membership comes back by a named member's yes: invited, accepted, in the same team"
ROLES: Final = "on rejoining Discord the ordinary role is given back"
ONCE: Final = "each space was restricted once and released once"
FINAL_WORD: Final = "the reporter can read that it is closed"


async def play(context: StoryContext) -> None:
    """From Wren's report to Alder's return."""
    async with context.open_stage() as stage:
        receipt, case = await _report(stage)
        person = await _hold_hearing(stage, case, receipt)
        await _decide(stage, case)
        await _enact(stage, case)
        await _readmit(stage, case)
        await _reinstate(stage, case, person)
        page = await stage.people.follow_up(receipt)
        stage.checks.check(FINAL_WORD, "closed" in page.text.casefold(), page.text[:400])


async def _report(stage: Stage) -> tuple[str, str]:
    """Wren reports a message of Alder's; the receipt and the case."""
    alder, world = stage["alder"], stage.world
    world.discord.state.close_dms(alder.discord)
    message = world.discord.say(alder.discord, world.discord.state.general_id, INSULT)
    stage.narrate(f"Alder Quist, on Discord: “{INSULT}”")
    receipt = await stage.people.report_message_from_menu(
        stage["wren"], message, "Insults people who ask for help.", "alder"
    )
    await stage.driver.run_until_idle()
    stage.checks.check(RECEIPT, bool(receipt))
    case = await stage.group.newest_case(stage["nadia"])
    notified = {key for key in MEMBERS if any(case in text for text in messages_to(world, stage[key]))}
    stage.checks.check_equal(NOTIFIED_IN_PERSON, notified, set(MEMBERS))
    await stage.group.take_case(stage["nadia"], case)
    page = await stage.group.read_case(stage["nadia"], case)
    stage.checks.check(READ, INSULT in page.text and page.status == 200, page.text[:400])
    return receipt, case


async def _hold_hearing(stage: Stage, case: str, receipt: str) -> str:
    """The reporter is asked first; then Alder is written to, and answers on the personal page; the person's code name."""
    alder = stage["alder"]
    person = await name_target(stage, case, alder, DISCORD)
    await stage.group.begin_hearing(stage["nadia"], case)
    await stage.driver.run_until_idle()
    received = forum_messages_to(stage.world, alder)
    stage.checks.check_equal(ASKED_FIRST, tuple(received), ())
    await stage.people.make_request(stage["wren"], receipt, "You may contact the reported person")
    await stage.group.say_what_was_reported(stage["nadia"], stage["tomas"], case)
    await stage.driver.run_until_idle()
    stage.checks.check(TOLD_WHAT, any(SUMMARY in text for text in forum_messages_to(stage.world, alder)))
    on_discord = messages_to(stage.world, alder)
    stage.checks.check(REACHED, not on_discord and bool(stage.people.receipt_of(alder)), f"on Discord: {on_discord}")
    said = "I was tired and rude. I did not mean anybody in particular."
    await stage.people.submit_personal_form(alder, stage.people.receipt_of(alder), "Send", said)
    await stage.driver.run_until_idle()
    page = await stage.group.read_case(stage["kofi"], case)
    stage.checks.check(HEARD, said in page.text, page.text[:400])
    return person


async def _decide(stage: Stage, case: str) -> None:
    """Two others agree, nobody objects, and the clock closes it; then the reporter has three days to say something."""
    group = stage.group
    await group.propose(stage["nadia"], case, "short_suspension", DAYS)
    await group.agree(case, stage["kofi"], stage["yuki"])
    stage.narrate("Two others agree; the others keep silent, and the time to object passes.")
    await stage.driver.pass_time(timedelta(hours=48))
    stage.narrate("It is agreed. The reporter is asked, and the time for an answer passes.")
    await stage.driver.pass_time(timedelta(hours=72))
    stage.checks.check_equal(NOT_BEFORE, stage.world.spaces_shut_out_of(stage["alder"]), ())


async def _enact(stage: Stage, case: str) -> None:
    """The decision is in force: told first, then held everywhere."""
    alder, world = stage["alder"], stage.world
    await stage.group.approve_newest_text(stage["tomas"], case)
    preview = await stage.group.enact(stage["nadia"], case)
    stage.checks.check(DESTROYS, "member, docs" in preview, preview)
    pressed = stage.group.count_presses()
    stage.checks.check(LIGHT, pressed <= MOST_PRESSES, f"{pressed} presses")
    await stage.driver.run_until_idle()
    _narrate_restrictions(stage)
    stage.checks.check_equal(EVERYWHERE, world.spaces_shut_out_of(alder), SPACES)
    notified = [c for c in world.forum.history.changes_of("message") if "decision" in str(c.after).casefold()]
    first = min((bars_of(world, alder, FORUM)[0].number,), default=0)
    stage.checks.check(
        NOTIFIED_FIRST, bool(notified) and notified[-1].number < first, f"{len(notified)} messages before {first}"
    )
    stage.checks.check(LETTER, bool(notified) and SUMMARY in str(notified[-1].after))
    reasons = [str(bars_of(world, alder, space)[-1].after) for space in (DISCORD, FORUM)]
    words = (case, "insult", "suspen", "report", "rude")
    neutral = all("GRD-" in reason and not any(w in _reason_text(reason) for w in words) for reason in reasons)
    stage.checks.check(NEUTRAL, neutral, "; ".join(reasons))
    bodies = [text for key in MEMBERS for text in messages_to(world, stage[key])]
    leaked = [text for text in bodies if INSULT in text or "alder" in text.casefold()]
    stage.checks.check(NO_CONTENT, not leaked, "; ".join(leaked))


async def _readmit(stage: Stage, case: str) -> None:
    """The term runs out and Alder, locked out everywhere, asks to return on the personal page; the group grants it."""
    alder, group = stage["alder"], stage.group
    begun, receipt = stage.now(), stage.people.receipt_of(alder)
    await stage.driver.pass_time(timedelta(days=DAYS, minutes=1))
    stage.narrate("The term is over. Access does not return by itself: Alder may ask.")
    open_ = find_openings(stage.world, alder, begun, stage.now())
    stage.checks.check(NO_EARLY, not open_, "; ".join(open_))
    total = await group.coverage(stage["nadia"], case)
    stage.checks.check(MAY_ASK, "may ask" in total.text, total.text)
    await stage.people.submit_personal_form(
        alder, receipt, "Ask to return", "I have read the code with a mentor, and I am sorry."
    )
    await stage.driver.run_until_idle()
    request = await group.newest_case(stage["nadia"])
    await group.propose(stage["nadia"], request, "return", conditions="Met.", summary="Asked to return.")
    await group.agree(request, *(stage[key] for key in MEMBERS[1:]))
    await stage.driver.run_until_idle()
    stage.checks.check_equal(STILL_HELD, stage.world.spaces_shut_out_of(alder), SPACES)
    await group.enact(stage["nadia"], request)
    await stage.driver.run_until_idle()
    _narrate_restrictions(stage)
    stage.checks.check_equal(RETURNS, stage.world.spaces_shut_out_of(alder), ())


async def _reinstate(stage: Stage, case: str, person: str) -> None:
    """What was taken comes back: the organisation by a yes, the role on rejoining."""
    alder, world = stage["alder"], stage.world
    await stage.group.approve_reinstatement(stage["tomas"], person)
    await stage.driver.run_until_idle()
    on_github = world.github.person("alder")
    on_github.accept_invitation()
    stage.narrate("Alder accepts the invitation of the GitHub organisation")
    world.discord.rejoin(alder.discord)
    stage.narrate("Alder joins the Discord server again")
    await stage.driver.run_until_idle()
    back = on_github.is_member() and on_github.teams() == ["docs"]
    stage.checks.check(INVITED, back, f"member: {on_github.is_member()}, teams: {on_github.teams()}")
    roles = [world.discord.state.roles[r].name for r in world.discord.state.members[alder.discord].roles]
    stage.checks.check_equal(ROLES, roles, ["Regulars"])
    counts = {str(space): count_placed_and_lifted(world, alder, space) for space in SPACES}
    stage.checks.check_equal(ONCE, counts, {str(space): (1, 1) for space in SPACES})
    await stage.group.close(stage["nadia"], case, "A short suspension, and a return.")
    await stage.driver.run_until_idle()


def _narrate_restrictions(stage: Stage) -> None:
    alder = stage["alder"]
    shut = {space: stage.world.is_shut_out(alder, space, stage.now()) for space in SPACES}
    member = stage.world.github.was_member(alder.github, stage.now())
    words = [f"{space}: {'shut out' if shut[space] else 'open'}" for space in SPACES]
    stage.narrate(
        f"What the spaces hold on Alder: {', '.join(words)}; member of the organisation: {'yes' if member else 'no'}"
    )


def _reason_text(written: str) -> str:
    """A reason as the platform shows it, without the names of the platform's own fields."""
    return written.casefold().split("reason", 1)[-1].split("reference", 1)[0]


STORY: Final = Story(
    "cross-space-suspension", "a report becomes a suspension in every space, and ends on time by readmission", play
)
