"""The guide to connecting real spaces names exactly the rights that the connectors ask for, and no key that is unknown."""

import re
import tomllib
from datetime import timedelta

import discord
import pytest

from connectors.discord.client import DiscordConfig, DiscordLink
from connectors.discord.space import DiscordSpace
from connectors.discord.survey import NEEDED
from connectors.forum.client import ForumConfig
from connectors.forum.space import ForumSpace
from connectors.github.client import GithubConfig
from connectors.github.space import GithubSpace
from guardian.cli.__main__ import COMMANDS
from guardian.ids import SpaceName
from guardian.presets import shipped
from guardian.spaces.port import Space
from tests.architecture.source import HOUSE
from tests.fakes.clock import FrozenClock

GUIDE = (HOUSE / "docs" / "connect.md").read_text(encoding="utf-8")
NAME, CEILING = SpaceName("there"), timedelta(seconds=1)


async def spaces() -> tuple[Space, ...]:
    clock = FrozenClock()
    forum = ForumSpace(ForumConfig(NAME, "https://forum.example", "a key", "guardian", CEILING), clock)
    github = GithubSpace(GithubConfig(NAME, "ours", 1, "a key", 1), clock)
    await forum.close()
    await github.close()
    return DiscordSpace(DiscordLink(DiscordConfig(NAME, "a token", "42")), clock), forum, github


async def test_every_right_that_a_space_needs_is_in_the_guide() -> None:
    needs = [need for space in await spaces() for need in space.abilities.needs]
    assert len(needs) == len(NEEDED) + 7
    words = " ".join(GUIDE.split())
    assert [need for need in needs if need not in words] == []


def test_the_invitation_asks_for_the_needed_permissions_and_no_other() -> None:
    asked = re.search(r"permissions=(\d+)", GUIDE)
    assert asked is not None
    given = discord.Permissions(int(asked[1]))
    assert {name for name, on in given if on} == {needed.attribute for needed in NEEDED}


@pytest.mark.parametrize("named", sorted(set(re.findall(r"guardian ([a-z][a-z-]+)", GUIDE))))
def test_every_command_of_the_guide_is_there(named: str) -> None:
    assert named in COMMANDS


def test_the_members_of_the_guide_are_written_as_the_file_takes_them() -> None:
    block = GUIDE.partition("--members FILE`:")[2].partition("A seat is")[0]
    people = tomllib.loads(block)["member"]
    assert [person["name"] for person in people] == ["Amara Okafor", "Bruno Keller"]


def test_the_guide_and_the_sample_name_the_same_secret_files() -> None:
    sample = set(re.findall(r'"(secrets/[a-z.-]+)"', shipped("guardian.toml")))
    assert set(re.findall(r"`(secrets/[a-z.-]+)`", GUIDE)) <= sample
