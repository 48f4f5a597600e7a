"""Nobody administers every platform, and each has two who do: what fails is said. P-1.4"""

import pytest

from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.services.membership.administration import list_administration, set_administration
from guardian.services.membership.departures import remove_member
from guardian.services.operations.shortfalls import list_shortfalls
from rules.membership import LeavingGround
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, FORUM, GITHUB, INES, Community

ALL = frozenset({DISCORD, FORUM, GITHUB})


async def faults(community: Community) -> tuple[str, ...]:
    """What is wrong with who administers what."""
    return (await list_administration(community.app, INES)).faults


@pytest.mark.harm("one-person-holds-every-platform")
async def test_somebody_who_administers_every_platform_is_named(community: Community) -> None:
    """P-1.4"""
    await set_administration(community.app, AMARA, BRUNO, ALL)
    assert any("Bruno Keller administers every platform" in each for each in await faults(community))
    assert sum("only Bruno Keller" in each for each in await faults(community)) == len(ALL)


@pytest.mark.harm("one-person-holds-every-platform")
async def test_a_platform_left_to_one_is_named_and_so_it_is_once_somebody_leaves(community: Community) -> None:
    """P-1.4"""
    for member in (BRUNO, DMITRI):
        await set_administration(community.app, AMARA, member, frozenset({DISCORD, FORUM}))
    assert [each for each in await faults(community) if "github" not in each] == []
    await remove_member(community.app, AMARA, DMITRI, LeavingGround.SILENCE)
    assert sum("only Bruno Keller" in each for each in await faults(community)) == len({DISCORD, FORUM})
    checked = [each.what for each in await list_shortfalls(community.app, has_mail=True)]
    assert set(await faults(community)) <= set(checked)


async def test_only_chairs_note_it_and_only_of_spaces_that_there_are(community: Community) -> None:
    """P-1.4"""
    for by, spaces in ((DMITRI, frozenset({DISCORD})), (AMARA, frozenset({SpaceName("irc")}))):
        with pytest.raises(Refused):
            await set_administration(community.app, by, BRUNO, spaces)
