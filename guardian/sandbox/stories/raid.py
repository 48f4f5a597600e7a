"""A thousand accounts at once: two members announce it, the service is killed in the middle, and each is accounted for."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Final

from connectors.emulators.discord.client_screen import Screen
from guardian.ids import SpaceName
from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, Human
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.crash_points import RESTRICT_BULK
from guardian.sandbox.runner import Story
from guardian.sandbox.service_process import ServiceProcess, run_in_own_process
from guardian.sandbox.stage import Stage, StoryContext

ON_DISCORD: Final = 1000
UNKNOWN: Final = 4
BY_HAND: Final = 3
ELSEWHERE: Final = {FORUM: 20, GITHUB: 8}
SMALL: Final = 6

NOT_ALONE: Final = "on one member's word nobody is restricted"
PREVIEWED: Final = "before it, the member is shown how many in which space, how long it takes, and who is left out"
HELD: Final = "every account that exists is kept out, in each space"
SPARED: Final = "nobody else is kept out, and no moderator on the list"
BULK_CALLS: Final = "Discord is asked in calls of at most 200, and at most one of them is repeated after the restart"
GOES_ON: Final = "the service was killed in the middle and went on"
ACCOUNTED: Final = "the report has every line of the list, with what became of it"
ONCE: Final = "each member is told of the raid once, and its accounts are written to by nobody"
RETURNED: Final = "two reviewers reverse the second raid, and everybody is let in again"
FOREIGN: Final = "a moderator's own ban outlives the reversal"


async def play(context: StoryContext) -> None:
    """Kofi announces a raid of a thousand, Yuki agrees; a smaller one is reversed afterwards."""
    async with context.open_stage(SandboxOptions(call_ceiling="2s"), open_service=run_in_own_process) as stage:
        ids = _add_raiders(stage)
        await _announce_and_confirm(stage, ids)
        _check_all_restricted(stage, ids)
        await _check_report(stage, ids)
        await _reverse_second_raid(stage)


def _add_raiders(stage: Stage) -> dict[SpaceName, list[str]]:
    state = stage.world.discord.state
    here = [state.add_member(state.add_user(f"raider-{n}")) for n in range(ON_DISCORD - UNKNOWN)]
    for native_id in here[:BY_HAND]:
        stage.world.discord.ban_by_hand(stage["oskar"].discord, native_id, "part of the flood")
    nobody = [f"{999_000_000_000_000_000 + n}" for n in range(UNKNOWN)]
    stage.narrate(f"{ON_DISCORD} accounts flood Discord; Oskar, a moderator, bans {BY_HAND} of them by hand")
    return {
        DISCORD: here + nobody,
        FORUM: [str(stage.world.forum.add_user(f"raider{n}").id) for n in range(ELSEWHERE[FORUM])],
        GITHUB: [str(stage.world.github.register(f"raider{n}").id) for n in range(ELSEWHERE[GITHUB])],
    }


def _encode_list(ids: dict[SpaceName, list[str]], moderator: Human | None = None) -> bytes:
    lines = [f"{space},{native_id}" for space, those in ids.items() for native_id in those]
    lines += [f"{DISCORD},{moderator.discord}", lines[0]] if moderator is not None else []
    return "\n".join(["space,id", *lines]).encode()


async def _announce_and_confirm(stage: Stage, ids: dict[SpaceName, list[str]]) -> None:
    service, group = stage.service, stage.group
    if not isinstance(service, ServiceProcess):
        raise TypeError("this story needs a process that can be killed")
    service.on_start = stage.world.connect_webhooks
    await stage.driver.run_until_idle()
    case, shown = await _announce(stage, _encode_list(ids, stage["oskar"]))
    notified = (f"{DISCORD}: {ON_DISCORD}, in about", f"{FORUM}: {ELSEWHERE[FORUM]}, in about", "who has a role here")
    missing = [each for each in (*notified, "it stands in line 2 already") if each not in shown]
    stage.checks.check(PREVIEWED, not missing, f"not shown: {missing}")
    await stage.driver.pass_time(timedelta(minutes=5))
    stage.checks.check_equal(NOT_ALONE, len(stage.world.discord.state.bans), BY_HAND)
    await service.arm(DISCORD, RESTRICT_BULK)
    dying = asyncio.create_task(service.kill_when_paused())
    await group.agree_to_raid(stage["yuki"], case)
    await stage.driver.run_until_idle()
    await dying
    await stage.driver.run_until_idle()
    stage.checks.check_equal(GOES_ON, service.kill_count, 1)
    stage.narrate("The service was killed after a call for two hundred, and has gone on")


async def _announce(stage: Stage, accounts: bytes) -> tuple[str, str]:
    """Kofi's list waits for a second member: the case, and what he was shown before."""
    kofi, group = stage["kofi"], stage.group
    file = ("accounts.csv", accounts)
    asked = await group.command(kofi, "raid", accounts=file, ground="ongoing", reason="A flood of new accounts.")
    screen: Screen = await group.press(kofi, asked, "Ask for a second member")
    await stage.driver.run_until_idle()
    return screen.text.rstrip().rstrip(".").rpartition(" ")[2], asked.text


def _check_all_restricted(stage: Stage, ids: dict[SpaceName, list[str]]) -> None:
    world, now = stage.world, stage.now()
    out = {DISCORD: world.discord.was_banned, FORUM: world.forum.was_suspended, GITHUB: world.github.was_shut_out}
    real = {**ids, DISCORD: ids[DISCORD][: ON_DISCORD - UNKNOWN]}
    open_ = [f"{space} {each}" for space, those in real.items() for each in those if not out[space](each, now)]
    stage.checks.check(HELD, not open_, f"{len(open_)} are in: {open_[:5]}")
    others = set(world.discord.state.bans) - set(real[DISCORD])
    stage.checks.check_equal(SPARED, others, set())
    calls = [len(call.body["user_ids"]) for call in world.discord.history.calls("ban.bulk") if call.body]
    few = len(calls) <= -(-ON_DISCORD // 200) + 1 and max(calls, default=0) <= 200
    single = len(world.discord.history.calls("ban.put"))
    stage.checks.check(BULK_CALLS, bool(calls) and few and single <= UNKNOWN, f"calls for {calls}, {single} alone")


async def _check_report(stage: Stage, ids: dict[SpaceName, list[str]]) -> None:
    yuki, group = stage["yuki"], stage.group
    case = await group.newest_case(yuki)
    file = await group.at_console(yuki).open(f"/console/raids/{case}/list")
    rows = list(csv.DictReader(io.StringIO(file.text)))
    found = {word: sum(row["state"] == word for row in rows) for word in sorted({row["state"] for row in rows})}
    held = sum(len(those) for those in ids.values()) - UNKNOWN - BY_HAND
    wanted = {"held": held, "held by others": BY_HAND, "no account known": UNKNOWN, "refused": 2}
    stage.checks.check_equal(ACCOUNTED, found, wanted)
    received = [text for text in messages_to(stage.world, stage["lena"]) if "raid" in text.casefold()]
    begun = [text for text in received if "being restricted" in text]
    written = [each for each in ids[DISCORD] if stage.world.discord.state.private_channel(each)]
    detail = f"{len(begun)} letters to Lena, {len(written)} of the accounts written to"
    stage.checks.check(ONCE, len(begun) == 1 and len(received) == 2 and not written, detail)


async def _reverse_second_raid(stage: Stage) -> None:
    world, group = stage.world, stage.group
    state = world.discord.state
    here = [state.add_member(state.add_user(f"newcomer-{n}")) for n in range(SMALL)]
    stage.narrate(f"{SMALL} newcomers look like another raid; Oskar bans the first by hand")
    world.discord.ban_by_hand(stage["oskar"].discord, here[0], "looks like the others")
    await stage.driver.run_until_idle()
    case, _ = await _announce(stage, _encode_list({DISCORD: here}))
    await group.agree_to_raid(stage["yuki"], case)
    await stage.driver.run_until_idle()
    for key in ("lena", "tomas"):
        await group.review(stage[key], case, "reverse", reason="They came from a class that was invited.")
    await stage.driver.run_until_idle()
    still = [each for each in here if world.discord.was_banned(each, stage.now())]
    stage.checks.check(RETURNED, not set(still) - {here[0]}, f"still out: {still}")
    stage.checks.check_equal(FOREIGN, still[:1], here[:1])


STORY: Final = Story(
    "raid", "a thousand accounts at once, announced by two, through a restart, and accounted for", play
)
