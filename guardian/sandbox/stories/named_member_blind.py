"""A member whom a report concerns sees, hears and counts exactly what they would without it.

Two runs, one with the report and one without. What the member was shown is compared byte for byte, once ids, code names,
receipts and times are replaced by the order of their first appearance.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

SAME_ANSWERS: Final = "the member is given the same answers, counts and order"
SAME_NOTICES: Final = "the member is sent the same notices"
SAME_PAGES: Final = "the reading room shows the member the same"
SAME_CALLS: Final = "as many calls are made on the member's behalf"
OTHERS_NOTIFIED: Final = "the other members are told of the report"
UNKNOWN: Final = "quiet-harbour"
"""A code name that no case has: what the member asks for where the report was not made."""

_KINDS: Final = (
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    re.compile(r"\b\d{15,20}\b"),
    re.compile(r"GRD-[A-Z0-9]{12}"),
    re.compile(r"\b(?:[2-9A-Z]{5}-){5}[2-9A-Z]\b"),
    re.compile(r"\b\d{4}-\d\d-\d\dT[0-9:.+]+"),
    re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC"),
    re.compile(r"<t:\d+:[fD]>"),
    re.compile(r"127\.0\.0\.1:\d+"),
    re.compile(r"\b[a-z]+-[a-z]+\b"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that reached the member in one run."""

    answers: tuple[str, ...]
    notices: tuple[str, ...]
    pages: tuple[str, ...]
    calls: int
    others: int


async def play(context: StoryContext) -> None:
    """Yuki, of the working group, with and without a report that concerns them."""
    async with context.open_stage() as stage:
        stage.narrate("The run with a report that concerns Yuki")
        notified = await _run_days(stage, with_report=True)
    async with context.open_stage() as stage:
        stage.narrate("The same run without that report")
        untold = await _run_days(stage, with_report=False)
    checks = context.checks
    checks.check(
        OTHERS_NOTIFIED, notified.others > untold.others, f"{notified.others} notices, {untold.others} without"
    )
    _check_same(context, SAME_ANSWERS, notified.answers, untold.answers)
    _check_same(context, SAME_NOTICES, notified.notices, untold.notices)
    _check_same(context, SAME_PAGES, notified.pages, untold.pages)
    checks.check_equal(SAME_CALLS, notified.calls, untold.calls)


async def _run_days(stage: Stage, *, with_report: bool) -> Seen:
    yuki, people = stage["yuki"], stage.people
    answers: list[str] = []
    await people.report_on_page("Somebody is rude in the help channel.", "birch")
    await stage.driver.run_until_idle()
    first = await stage.group.newest_case(stage["nadia"])
    answers.append(await stage.group.list_cases(yuki))
    await stage.driver.pass_time(timedelta(hours=1))
    hidden = await _report_yuki(stage) if with_report else UNKNOWN
    await stage.driver.pass_time(timedelta(hours=1))
    await people.report(stage["wren"], "The same person again.", "birch")
    await stage.driver.run_until_idle()
    for case in (first, hidden):
        answers.append(await stage.group.state(yuki, case))
        answers.append(await stage.group.take_case(yuki, case))
    answers.append(await stage.group.list_cases(yuki))
    answers.append((await stage.group.command(yuki, "sanctions")).text)
    page = await stage.group.read_case(yuki, first)
    await stage.driver.pass_time(timedelta(days=4))
    answers.append(await stage.group.list_cases(yuki))
    notices = messages_to(stage.world, yuki)
    others = len(messages_to(stage.world, stage["lena"]))
    return Seen(tuple(answers), tuple(notices), (page.text,), _count_calls_for(stage, yuki), others)


async def _report_yuki(stage: Stage) -> str:
    """Somebody reports Yuki, and the others take it up; its code name."""
    await stage.people.report_on_page("They mock people in private messages.", "Yuki Sato", concerns=("Yuki Sato",))
    await stage.driver.run_until_idle()
    case = await stage.group.newest_case(stage["nadia"])
    await stage.group.take_case(stage["nadia"], case)
    await stage.group.propose(stage["nadia"], case, "no_action")
    await stage.group.agree(case, stage["tomas"], stage["kofi"])
    await stage.driver.run_until_idle()
    return case


def _count_calls_for(stage: Stage, human: Human) -> int:
    """How many calls the service made on the member's behalf: all that name an account or the inbox of theirs, and the
    answers to what they asked for on Discord."""
    channel = stage.world.discord.state.private_channel(human.discord)
    theirs = {DISCORD: [human.discord, channel.id if channel else ""], FORUM: [human.forum], GITHUB: [human.github]}
    exchanges = [
        exchange
        for space, ids in theirs.items()
        for exchange in stage.world.emulator(space).history.exchanges
        if any(part in ids for part in re.split(r"\W+", f"{exchange.path} {exchange.query} {exchange.body}") if part)
        or human.key in exchange.path.split("/")
    ]
    answers = list(stage.world.discord.history.changes_of("answer", human.discord))
    return len(exchanges) + len(answers)


def _check_same(context: StoryContext, name: str, one: tuple[str, ...], other: tuple[str, ...]) -> None:
    found, wanted = _normalize(one), _normalize(other)
    different = [f"{a!r} instead of {b!r}" for a, b in zip(found, wanted, strict=False) if a != b]
    if len(found) != len(wanted):
        different.append(f"{len(found)} instead of {len(wanted)}")
    context.checks.check(name, found == wanted, "; ".join(different)[:2000])


def _normalize(texts: Iterable[str]) -> list[str]:
    """The texts with every id, name, receipt and time replaced by the order of its first appearance."""
    seen: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return seen.setdefault(match.group(), f"<{len(seen)}>")

    return [reduce(lambda left, kind: kind.sub(number, left), _KINDS, text) for text in texts]


STORY: Final = Story("named-member-blind", "a member whom a report concerns sees what they would see without it", play)
