"""Passkeys: the first is taken at a first session, then none goes without; lost ones need a chair and a second member."""

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.people.sign_ins import SignInWay
from guardian.services.sign_in.passkey_recovery import agree_to_recovery, ask_for_recovery, list_recoveries
from guardian.services.sign_in.passkeys import (
    add_passkey,
    ask_for_new_passkey,
    ask_for_passkey,
    list_passkeys,
    prove_session,
    remove_passkey,
)
from guardian.services.sign_in.sessions import NewSession, open_session, require_session
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, GRETA, Community
from tests.fakes.authenticator import Authenticator


async def a_session(community: Community, by: MemberId = BRUNO) -> NewSession:
    return await open_session(community.app, by, SignInWay.LINK)


async def is_proven(community: Community, session: NewSession) -> bool:
    return (await require_session(community.app, session.secret)).is_proven


async def register(community: Community, key: Authenticator, session: NewSession, by: MemberId = BRUNO) -> str:
    asked = await ask_for_new_passkey(community.app, by)
    return await add_passkey(community.app, by, session.id, asked.challenge, key.make(asked.options), "my key")


async def show(community: Community, key: Authenticator, session: NewSession, by: MemberId = BRUNO) -> None:
    asked = await ask_for_passkey(community.app, by)
    await prove_session(community.app, by, session.id, asked.challenge, key.show(asked.options))


async def test_the_first_passkey_proves_the_session_in_which_it_is_added(community: Community) -> None:
    session = await a_session(community)
    assert not await is_proven(community, session)
    await register(community, Authenticator(), session)
    assert await is_proven(community, session)
    assert [each.name for each in await list_passkeys(community.app, BRUNO)] == ["my key"]


@pytest.mark.harm("link-alone-opens-identities")
async def test_whoever_has_only_a_link_adds_no_passkey_to_those_that_are_there(community: Community) -> None:
    """P-9.8"""
    await register(community, Authenticator(), await a_session(community))
    stolen = await a_session(community)
    with pytest.raises(Refused, match="Show one of your passkeys first"):
        await register(community, Authenticator(credential=b"the thief's own credential"), stolen)
    assert not await is_proven(community, stolen)


async def test_a_passkey_proves_a_later_session(community: Community) -> None:
    key = Authenticator()
    await register(community, key, await a_session(community))
    later = await a_session(community)
    await show(community, key, later)
    assert await is_proven(community, later)


@pytest.mark.harm("link-alone-opens-identities")
@pytest.mark.parametrize("wrong", ["another key", "another site", "another challenge", "no answer", "a copied key"])
async def test_what_is_not_the_members_passkey_proves_nothing(community: Community, wrong: str) -> None:
    """P-9.8"""
    key = Authenticator()
    await register(community, key, await a_session(community))
    await show(community, key, await a_session(community))
    session = await a_session(community)
    asked = await ask_for_passkey(community.app, BRUNO)
    shown = key.show(asked.options)
    answers = {
        "another key": Authenticator(uses=9).show(asked.options),
        "another site": Authenticator("https://guardian.example.evil", 9, key.key).show(asked.options),
        "another challenge": shown,
        "no answer": "none",
        "a copied key": Authenticator(uses=0, key=key.key).show(asked.options),
    }
    challenge = b"another" if wrong == "another challenge" else asked.challenge
    with pytest.raises(Refused, match="was not taken"):
        await prove_session(community.app, BRUNO, session.id, challenge, answers[wrong])
    assert not await is_proven(community, session)


async def test_a_members_passkey_proves_nobody_elses_session(community: Community) -> None:
    key = Authenticator()
    await register(community, key, await a_session(community))
    theirs = await a_session(community, DMITRI)
    with pytest.raises(Refused):
        await show(community, key, theirs, DMITRI)
    with pytest.raises(NotFound):
        await show(community, key, theirs, BRUNO)


async def test_the_last_passkey_stays(community: Community) -> None:
    session = await a_session(community)
    await register(community, Authenticator(), session)
    (only,) = await list_passkeys(community.app, BRUNO)
    with pytest.raises(Refused, match="your last passkey"):
        await remove_passkey(community.app, BRUNO, session.id, only.id)
    await register(community, Authenticator(credential=b"a second credential of Bruno"), session)
    await remove_passkey(community.app, BRUNO, session.id, only.id)
    assert only.id not in [each.id for each in await list_passkeys(community.app, BRUNO)]


@pytest.mark.harm("link-alone-opens-identities")
async def test_lost_passkeys_are_let_go_by_a_chair_and_a_second_member_only(community: Community) -> None:
    """P-9.8: two members who are no chair do not do."""
    await register(community, Authenticator(), await a_session(community))
    await ask_for_recovery(community.app, BRUNO)
    (asked,) = await list_recoveries(community.app, AMARA)
    for member in (DMITRI, ELENI):
        await agree_to_recovery(community.app, member, asked.id)
    assert len(await list_passkeys(community.app, BRUNO)) == 1
    await agree_to_recovery(community.app, AMARA, asked.id)
    assert await list_passkeys(community.app, BRUNO) == ()
    await register(community, Authenticator(), await a_session(community))


async def test_nobody_agrees_for_themselves_or_twice_and_outsiders_see_nothing(community: Community) -> None:
    """P-4.2"""
    await ask_for_recovery(community.app, AMARA)
    (asked,) = await list_recoveries(community.app, BRUNO)
    with pytest.raises(NotFound):
        await agree_to_recovery(community.app, AMARA, asked.id)
    await agree_to_recovery(community.app, BRUNO, asked.id)
    with pytest.raises(NotFound):
        await agree_to_recovery(community.app, BRUNO, asked.id)
    assert await list_recoveries(community.app, GRETA) == ()
    with pytest.raises(Refused):
        await agree_to_recovery(community.app, GRETA, asked.id)
