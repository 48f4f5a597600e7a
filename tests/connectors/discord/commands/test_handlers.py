"""Handlers of Discord's commands, called by themselves: each answers those whose seat allows it, and nobody else."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.discord.commands import (
    assignment,
    escalation,
    matters,
    measures,
    reading,
    review,
    sanctions,
    unilateral,
)
from connectors.discord.components import parse_custom_id
from connectors.discord.interactions import CommandContext, ServerConfig, require_member
from connectors.discord.modal_values import ModalValues
from connectors.discord.ttl_cache import TtlCache
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    FARID,
    GRETA,
    INES,
    Community,
    a_community,
    everybody,
)

CONFIG = ServerConfig(DISCORD, "1", "https://discord.example", timedelta(seconds=1))
A_STRANGER = MemberId("nobody")

MEMBERS_ONLY: Mapping[str, Callable[[CommandContext], Awaitable[object]]] = {
    "case": lambda context: reading.show_case(context, "CASE"),
    "take": lambda context: assignment.take(context, "CASE"),
    "sanctions": sanctions.sanctions,
    "accept-escalation": lambda context: escalation.accept_escalation(context, "CASE"),
    "ratify": lambda context: review.ratify(context, ModalValues({"days": "30"}, {}, ()), "CASE"),
    "reverse": lambda context: review.reverse(context, ModalValues({}, {}, ()), "CASE"),
}
MODERATORS_ONLY: Mapping[str, Callable[[CommandContext], Awaitable[object]]] = {"matters": matters.list_matters}


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as made:
        yield made


def a_context(community: Community, by: MemberId, pending: Mapping[str, TtlCache[Any]] | None = None) -> CommandContext:
    """What the router gives a handler for that member."""
    return CommandContext(app=community.app, by=by, config=CONFIG, delivery="1", pending=pending or {})


async def refusal(called: Awaitable[object]) -> str:
    """The code of the refusal that the handler ends with."""
    with pytest.raises(Refused) as refused:
        await called
    return refused.value.code


async def test_a_stranger_gets_no_handler_at_all(community: Community) -> None:
    """P-4.2"""
    with pytest.raises(NotFound):
        await require_member(community.app, A_REPORTER)


async def test_a_member_without_any_role_left_gets_no_handler_either(community: Community) -> None:
    """P-4.2"""
    account = next(each.account_in(DISCORD) for each in everybody() if each.id == FARID)
    assert account is not None
    assert await require_member(community.app, account) == FARID
    await community.change_member(FARID, roles=())
    with pytest.raises(NotFound):
        await require_member(community.app, account)


@pytest.mark.parametrize("name", [*MEMBERS_ONLY, *MODERATORS_ONLY])
async def test_no_handler_answers_somebody_who_is_no_member(name: str, community: Community) -> None:
    """P-1.2"""
    handler = {**MEMBERS_ONLY, **MODERATORS_ONLY}[name]
    assert await refusal(handler(a_context(community, A_STRANGER))) == "no_member"


@pytest.mark.parametrize("name", MEMBERS_ONLY)
async def test_what_is_the_working_groups_is_not_answered_to_a_moderator(name: str, community: Community) -> None:
    """P-1.2"""
    assert await refusal(MEMBERS_ONLY[name](a_context(community, INES))) == "not_your_seat"


@pytest.mark.parametrize("name", MODERATORS_ONLY)
async def test_what_is_the_moderators_is_not_answered_to_a_member_of_the_group(name: str, community: Community) -> None:
    """P-1.2"""
    assert await refusal(MODERATORS_ONLY[name](a_context(community, AMARA))) == "not_your_seat"


async def test_a_member_is_answered_about_a_case_and_the_board_is_not(community: Community) -> None:
    case = (await community.a_case()).code_name
    assert f"**{case}**" in (await reading.show_case(a_context(community, BRUNO), case)).text
    with pytest.raises(NotFound):
        await reading.show_case(a_context(community, GRETA), case)


async def test_a_moderator_sees_their_local_matters(community: Community) -> None:
    shown = (await matters.list_matters(a_context(community, INES))).text
    assert shown.splitlines()[0] == "Nothing waits for you."
    assert shown.endswith("/console/matters")


# -- what is shown first and confirmed then


async def an_act_to_confirm(community: Community, context: CommandContext) -> str:
    """The key under which an act of Bruno's waits for his button."""
    community.spaces[DISCORD].add("700000000000000001", "grumbler")
    reply = await unilateral.preview_act(
        context, "muted", "ongoing", "They insult everybody.", name="grumbler", name_in="discord"
    )
    now, not_now = reply.buttons
    assert (now.label, not_now.label) == ("Act now", "Not now")
    parsed = parse_custom_id(now.id)
    assert parsed is not None
    return parsed[1][0]


async def test_an_act_is_done_once_however_often_it_is_confirmed(community: Community) -> None:
    context = a_context(community, BRUNO, {"act": TtlCache(10, timedelta(minutes=15))})
    key = await an_act_to_confirm(community, context)
    assert not {"act.was_taken", "person.was_named"} & set(await community.journal_acts())
    assert "It is being placed now" in (await unilateral.confirmed_act.confirm(context, key)).text
    assert await refusal(unilateral.confirmed_act.confirm(context, key)) == "waited_too_long"


async def test_nobody_confirms_an_act_that_another_member_would_do(community: Community) -> None:
    """P-7.1"""
    pending: Mapping[str, TtlCache[Any]] = {"act": TtlCache(10, timedelta(minutes=15))}
    key = await an_act_to_confirm(community, a_context(community, BRUNO, pending))
    other = a_context(community, FARID, pending)
    assert await refusal(unilateral.confirmed_act.confirm(other, key)) == "waited_too_long"


async def test_a_measure_that_waited_too_long_is_set_by_nobody(community: Community) -> None:
    context = a_context(community, INES, {"measure": TtlCache(10, timedelta(minutes=15))})
    with pytest.raises(Refused, match="Please give the command again: `/measure`"):
        await measures.confirmed_measure.confirm(context, "gone")
