"""A shepherd tells those who decide what may bias them, before anything is proposed. P-3.4"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.cases.notes import NoteKind
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.notices.models import News
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.services.cases.assignment import hand_over_contact, take_case
from guardian.services.deliberation import proposals
from guardian.services.notes.bias import state_bias
from guardian.services.notes.thread import list_thread
from tests.builders.community import AMARA, BRUNO, DMITRI, Community, a_community
from tests.builders.journey import Journey, a_journey, a_warning

MET_ONCE = "We met once, at a conference."


@pytest.fixture
async def led(tmp_path: Path) -> AsyncIterator[Journey]:
    """A case with a shepherd of its own."""
    async with a_community(tmp_path, policy=read_policy(load_preset("chipy"))) as community:
        journey = await a_journey(community)
        await take_case(community.app, AMARA, journey.code_name)
        yield journey


@pytest.mark.harm("shepherd-without-a-word-of-bias")
async def test_a_shepherd_proposes_nothing_before_the_others_know_what_may_bias_them(led: Journey) -> None:
    """P-3.4"""
    app = led.community.app
    with pytest.raises(Refused, match="bias"):
        await proposals.propose(app, AMARA, led.code_name, a_warning())
    await state_bias(app, AMARA, led.code_name, MET_ONCE)
    await proposals.propose(app, AMARA, led.code_name, a_warning())
    assert News.BIAS_STATED in await _news_to(led.community, BRUNO)
    notes = await list_thread(app, BRUNO, led.code_name)
    assert MET_ONCE in [note.text for note in notes if note.kind is NoteKind.BIAS]


async def test_the_next_shepherd_is_asked_for_their_own_word(led: Journey) -> None:
    """P-3.4"""
    app = led.community.app
    await state_bias(app, AMARA, led.code_name, MET_ONCE)
    await hand_over_contact(app, AMARA, led.code_name, BRUNO)
    assert News.BIAS_TO_STATE in await _news_to(led.community, BRUNO)
    with pytest.raises(Refused, match="bias"):
        await proposals.propose(app, BRUNO, led.code_name, a_warning())


async def test_nobody_states_the_bias_of_another(led: Journey) -> None:
    """P-3.4"""
    with pytest.raises(Refused, match="of themselves"):
        await state_bias(led.community.app, DMITRI, led.code_name, MET_ONCE)


async def _news_to(community: Community, member: MemberId) -> list[str]:
    return [str(notice.facts.get("news", "")) for notice in await community.notices_to(member)]
