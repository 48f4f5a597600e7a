"""Links and sessions of members: found by digest and by member, used once, and forgotten when over."""

from dataclasses import replace
from datetime import timedelta

from guardian.ids import SessionId
from guardian.people.sign_ins import MemberSession, SignInLink, SignInWay
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.builders.community import AMARA, BRUNO
from tests.fakes.clock import START

HOUR = timedelta(hours=1)


def a_session(number: int, **facts: object) -> MemberSession:
    """A session of Amara's that ends in an hour."""
    given = {
        "id": SessionId(f"session-{number}"),
        "digest": f"digest-{number}",
        "member": AMARA,
        "way": SignInWay.LINK,
        "opened_at": START,
        "until": START + HOUR,
    }
    return MemberSession(**{**given, **facts})  # type: ignore[arg-type]


async def test_a_link_is_used_once(units_of_work: SqlUnitOfWorkFactory) -> None:
    link = SignInLink(digest="digest-1", member=AMARA, until=START + HOUR)
    async with units_of_work.begin() as uow:
        await uow.sign_ins.add_link(link)
    async with units_of_work.begin() as uow:
        assert [await uow.sign_ins.use_link("digest-1", START) for _ in range(2)] == [True, False]
        assert await uow.sign_ins.link("digest-1") == replace(link, used_at=START)


async def test_sessions_are_found_by_their_digest_and_by_their_member(units_of_work: SqlUnitOfWorkFactory) -> None:
    mine, theirs = a_session(1), a_session(2, member=BRUNO)
    changed = replace(mine, until=START + 2 * HOUR, proven_at=START, ended_at=START + HOUR)
    async with units_of_work.begin() as uow:
        for each in (mine, theirs):
            await uow.sign_ins.add_session(each)
        await uow.sign_ins.save_session(changed)
    async with units_of_work.read() as view:
        assert await view.sign_ins.session("digest-1") == changed
        assert await view.sign_ins.sessions_of(BRUNO) == (theirs,)


async def test_what_is_over_is_forgotten(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        await uow.sign_ins.add_link(SignInLink(digest="link", member=AMARA, until=START + HOUR))
        for each in (a_session(1), a_session(2, until=START + 2 * HOUR)):
            await uow.sign_ins.add_session(each)
        await uow.sign_ins.delete_ended(START + HOUR)
        assert await uow.sign_ins.link("link") is None
        assert [each.id for each in await uow.sign_ins.sessions_of(AMARA)] == ["session-2"]
