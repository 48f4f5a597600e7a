"""Codes for terminals: a command about people acts as a named member, never as whoever sits at the host."""

from datetime import timedelta

import pytest

from guardian.cases.receipts import digest_secret
from guardian.errors import Refused
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.operations.terminal_codes import (
    CODE_VALID_FOR,
    PendingCode,
    member_for_terminal,
    send_code,
    verify_code,
)
from guardian.spaces.outcomes import Done, Outcome
from tests.builders.community import AMARA, DISCORD, FORUM, Community
from tests.fakes.space import Fault


class Letters:
    """Takes every mail."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        self.sent.append((to, subject, text))
        return Done(message_id)


async def amara(community: Community, **facts: object) -> Member:
    """Amara, who can be told things on Discord and on the forum."""
    await community.change_member(AMARA, **facts)
    for space in (DISCORD, FORUM):
        community.spaces[space].add({DISCORD: "600000000000000001", FORUM: "1"}[space])
    return await member_for_terminal(community.app, "amara okafor", UseCase.EXPLAIN)


def code_in(text: str) -> str:
    """The code that the text brings: the line that has nothing else."""
    return next(line for line in text.splitlines() if len(line) == 11 and line[5] == "-")


def told(community: Community, space: str = "discord") -> list[str]:
    account = community.spaces[DISCORD if space == "discord" else FORUM].accounts[
        "600000000000000001" if space == "discord" else "1"
    ]
    return [message.text for message in account.inbox.values()]


async def asked(community: Community) -> tuple[PendingCode, str]:
    """A code that Amara was sent on Discord."""
    pending = await send_code(community.app, await amara(community), None)
    (text,) = told(community)
    return pending, code_in(text)


async def test_a_member_proves_by_the_code_that_it_is_they_who_act(community: Community) -> None:
    """P-1.5."""
    pending, code = await asked(community)
    until = await verify_code(community.app, pending, code.lower().replace("-", " "))
    assert until == community.system_clock.now() + CODE_VALID_FOR
    assert (await community.journal_acts())[-2:] == ["code.was_sent", "terminal.was_opened"]


@pytest.mark.harm("code-tried-out-from-a-copy")
async def test_what_is_kept_of_a_code_cannot_be_tried_out(community: Community) -> None:
    """P-1.5: it is short."""
    pending, code = await asked(community)
    assert pending.digest != digest_secret(code)
    assert str(pending.key) not in repr(pending)


async def test_another_code_opens_nothing(community: Community) -> None:
    """P-1.5"""
    pending, code = await asked(community)
    wrong = code.replace(code[0], "A" if code[0] != "A" else "B")
    with pytest.raises(Refused) as caught:
        await verify_code(community.app, pending, wrong)
    assert caught.value.code == "wrong_code"
    assert "terminal.was_opened" not in await community.journal_acts()


async def test_a_code_is_good_for_a_quarter_of_an_hour_of_the_machines_time(community: Community) -> None:
    pending, code = await asked(community)
    community.system_clock.advance(timedelta(minutes=15))
    with pytest.raises(Refused) as caught:
        await verify_code(community.app, pending, code)
    assert caught.value.code == "code_expired"


async def test_the_code_itself_is_kept_nowhere(community: Community) -> None:
    pending, code = await asked(community)
    assert code not in repr(pending)
    async with community.units_of_work.read() as view:
        assert code not in repr(await view.journal.after(0))


async def test_a_code_comes_by_another_space_where_discord_is_down(community: Community) -> None:
    member = await amara(community)
    community.spaces[DISCORD].fault = Fault.DOWN
    pending = await send_code(community.app, member, None)
    assert pending.channel == FORUM
    assert len(told(community, "forum")) == 1


async def test_a_code_comes_by_mail_where_no_message_gets_through(community: Community) -> None:
    member = await amara(community, email="amara@example.org")
    for space in community.spaces.values():
        space.fault = Fault.DOWN
    letters = Letters()
    pending = await send_code(community.app, member, letters)
    ((to, _, text),) = letters.sent
    assert (pending.channel, to) == ("mail", "amara@example.org")
    await verify_code(community.app, pending, code_in(text))


async def test_a_member_whom_no_code_reaches_hears_what_to_do(community: Community) -> None:
    member = await amara(community)
    for space in community.spaces.values():
        space.fault = Fault.DOWN
    with pytest.raises(Refused) as caught:
        await send_code(community.app, member, None)
    assert caught.value.code == "not_reached"
    assert await community.journal_acts() == []


@pytest.mark.parametrize("name", ["", "Nobody At All", "amar"])
async def test_somebody_without_a_role_is_sent_no_code(community: Community, name: str) -> None:
    with pytest.raises(Refused) as caught:
        await member_for_terminal(community.app, name, UseCase.EXPLAIN)
    assert caught.value.code == "no_member"


async def test_a_member_whose_seat_does_not_allow_it_is_sent_no_code(community: Community) -> None:
    with pytest.raises(Refused) as caught:
        await member_for_terminal(community.app, "Ines Moreau", UseCase.PRINT_ROSTER)
    assert caught.value.code == "not_your_seat"


async def test_a_member_who_stepped_down_is_sent_no_code(community: Community) -> None:
    """P-1.2."""
    await community.change_member(AMARA, ended_at=community.clock.now())
    with pytest.raises(Refused):
        await member_for_terminal(community.app, "Amara Okafor", UseCase.EXPLAIN)
