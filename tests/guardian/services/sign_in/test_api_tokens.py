"""Personal tokens: narrow, ended by time, by their member and with the last office; nobody else's can be touched."""

from datetime import timedelta

import pytest

from guardian.errors import NotFound, Refused
from guardian.people.api_tokens import TokenScope
from guardian.services.sign_in.api_tokens import end_token, issue_token, list_tokens, require_token
from tests.builders.community import AMARA, BRUNO, Community

DAY = timedelta(days=1)
READS = frozenset({TokenScope.TASKS})


async def test_a_token_opens_what_was_ticked_until_its_end(community: Community) -> None:
    made = await issue_token(community.app, BRUNO, " my list ", READS, 2 * DAY)
    found = await require_token(community.app, made.secret)
    assert (found.member.id, found.scopes) == (BRUNO, READS)
    assert [each.name for each in await list_tokens(community.app, BRUNO)] == ["my list"]
    community.system_clock.advance(2 * DAY)
    with pytest.raises(Refused, match="opens nothing"):
        await require_token(community.app, made.secret)


@pytest.mark.harm("session-outlives-leaving")
async def test_a_token_ends_at_the_instant_at_which_its_member_holds_no_office(community: Community) -> None:
    """P-1.2"""
    made = await issue_token(community.app, BRUNO, "my list", READS, DAY)
    await community.change_member(BRUNO, ended_at=community.clock.now())
    with pytest.raises(Refused):
        await require_token(community.app, made.secret)


async def test_a_member_ends_their_own_tokens_and_nobody_elses(community: Community) -> None:
    mine = await issue_token(community.app, BRUNO, "mine", READS, DAY)
    theirs = await issue_token(community.app, AMARA, "theirs", READS, DAY)
    with pytest.raises(NotFound):
        await end_token(community.app, BRUNO, theirs.id)
    await end_token(community.app, BRUNO, mine.id)
    with pytest.raises(Refused):
        await require_token(community.app, mine.secret)
    assert (await require_token(community.app, theirs.secret)).member.id == AMARA
    assert {"token.was_issued", "token.was_ended"} <= set(await community.journal_acts())


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [("", READS, 1, "name"), ("x" * 61, READS, 1, "name"), ("a", frozenset(), 1, "scopes"), ("a", READS, 91, "days")],
)
async def test_a_token_without_name_scope_or_end_is_refused(
    community: Community, name: str, scopes: frozenset[TokenScope], days: int, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        await issue_token(community.app, BRUNO, name, scopes, days * DAY)
    assert refused.value.code == field
