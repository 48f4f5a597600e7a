"""The checks that stories are judged by see what they must: an opening of an instant, a bar that came too late."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.clock import DrivenTime
from guardian.sandbox.checks import Checks, count_placed_and_lifted, find_openings
from guardian.sandbox.community import SPACES
from guardian.sandbox.narration import Narrator, Outcome
from guardian.sandbox.stage import START
from guardian.sandbox.world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    time = DrivenTime.create(tmp_path / "time", START)
    async with open_world(time.now) as opened:
        yield opened
    time.close()


def _bar_everywhere(world: World) -> None:
    alder, until = world["alder"], START + timedelta(days=30)
    world.discord.ban_by_hand(world["oskar"].discord, alder.discord)
    world.forum.manual_actions.suspend_by_hand("priya", "alder", until, "seen it myself")
    world.github.manual_actions.remove_by_hand("marek", "alder")
    world.github.manual_actions.block_by_hand("marek", "alder")


async def test_a_bar_that_is_lifted_and_put_back_at_the_same_instant_is_an_opening(world: World) -> None:
    _bar_everywhere(world)
    assert find_openings(world, world["alder"], START, START + timedelta(days=1)) == []
    world.discord.unban_by_hand(world["oskar"].discord, world["alder"].discord)
    world.discord.ban_by_hand(world["oskar"].discord, world["alder"].discord)
    assert world.spaces_shut_out_of(world["alder"]) == SPACES
    found = find_openings(world, world["alder"], START, START + timedelta(days=1))
    assert [each.split()[0] for each in found] == ["discord"]
    assert count_placed_and_lifted(world, world["alder"], SPACES[0]) == (2, 1)


async def test_a_space_that_holds_nothing_is_an_opening(world: World) -> None:
    assert len(find_openings(world, world["alder"], START, START + timedelta(days=1))) == len(SPACES)


async def test_the_forum_vouches_for_the_accounts_of_everybody(world: World) -> None:
    for human in world.community.people.values():
        vouched = world.forum.state.users[int(human.forum)].external_ids
        assert vouched == {"discord": human.discord, "github": human.github}


def test_a_story_without_any_check_has_not_held() -> None:
    assert not Checks().held
    assert not Outcome("empty", (), 0.0).held


def test_a_check_that_failed_is_named_with_what_was_seen() -> None:
    checks = Checks()
    checks.check_equal("two is one", 2, 1)
    outcome = Outcome("sums", tuple(checks.made), 0.5)
    assert not outcome.held
    assert "two is one" in outcome.as_text()
    assert "found 2, wanted 1" in outcome.as_text()


def test_a_narrator_that_is_quiet_writes_nothing() -> None:
    out = io.StringIO()
    Narrator(out, quiet=True).write_line("anything")
    assert out.getvalue() == ""
