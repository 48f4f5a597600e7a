"""Stores how members come in: one-time links, each used once, and sessions. Read `SqlSignInStore` first."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from guardian.ids import CaseId, MemberId, SessionId
from guardian.people.sign_ins import MemberSession, SignInLink, SignInWay
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.sign_ins import member_sessions, sign_in_links

_WITHIN: Final = "member sessions"


class SqlSignInStore(EncryptedSqlStore):
    """The store of sign-ins: secrets as digests, and in the place of members what only the key ring can read."""

    async def add_link(self, link: SignInLink) -> None:
        """Store a new link, so that its secret signs in until its end."""
        row = {
            "digest": link.digest,
            "member_id": self._hide(link.digest, link.member),
            "case_id": link.case,
            "until": link.until,
            "used_at": link.used_at,
        }
        await self._connection.execute(insert(sign_in_links), row)

    async def use_link(self, digest: str, at: datetime) -> bool:
        """Use the link up; False where somebody has used it already."""
        table = sign_in_links
        unused = update(table).where(table.c.digest == digest, table.c.used_at.is_(None)).values(used_at=at)
        return (await self._connection.execute(unused)).rowcount == 1

    async def link(self, digest: str) -> SignInLink | None:
        """Return the link with that digest."""
        found = select(sign_in_links).where(sign_in_links.c.digest == digest)
        row = (await self._connection.execute(found)).first()
        if row is None:
            return None
        member = MemberId(self._reveal(row.digest, row.member_id))
        case = CaseId(row.case_id) if row.case_id else None
        return SignInLink(digest=row.digest, member=member, until=row.until, case=case, used_at=row.used_at)

    async def add_session(self, session: MemberSession) -> None:
        """Store a new session."""
        row = {
            "id": session.id,
            "digest": session.digest,
            "member_id": self._hide(_WITHIN, session.member),
            "way": session.way,
            "opened_at": session.opened_at,
            **_state(session),
        }
        await self._connection.execute(insert(member_sessions), row)

    async def save_session(self, session: MemberSession) -> None:
        """Store the end of the session, its second factor and how long it lasts, as given."""
        table = member_sessions
        await self._connection.execute(update(table).where(table.c.id == session.id).values(_state(session)))

    async def session(self, digest: str) -> MemberSession | None:
        """Return the session with that digest."""
        return next(iter(await self._sessions(member_sessions.c.digest == digest)), None)

    async def sessions_of(self, member: MemberId) -> tuple[MemberSession, ...]:
        """Return the member's sessions that are still kept, oldest first."""
        return await self._sessions(member_sessions.c.member_id.in_(self._pseudonyms.every(_WITHIN, member)))

    async def delete_links_of(self, member: MemberId) -> None:
        """Delete every link that would sign the member in: each has a pseudonym of its own, and there are few."""
        table = sign_in_links
        rows = await self._connection.execute(select(table.c.digest, table.c.member_id))
        theirs = [row.digest for row in rows if self._reveal(row.digest, row.member_id) == member]
        await self._connection.execute(delete(table).where(table.c.digest.in_(theirs)))

    async def delete_ended(self, ended_by: datetime) -> None:
        """Delete the links and sessions that had ended by then."""
        await self._connection.execute(delete(sign_in_links).where(sign_in_links.c.until <= ended_by))
        await self._connection.execute(delete(member_sessions).where(member_sessions.c.until <= ended_by))

    async def _sessions(self, condition: ColumnElement[bool]) -> tuple[MemberSession, ...]:
        found = select(member_sessions).where(condition).order_by(member_sessions.c.opened_at, member_sessions.c.id)
        return tuple(self._session(row) for row in await self._connection.execute(found))

    def _session(self, row: Row[Any]) -> MemberSession:
        return MemberSession(
            id=SessionId(row.id),
            digest=row.digest,
            member=MemberId(self._reveal(_WITHIN, row.member_id)),
            way=SignInWay(row.way),
            opened_at=row.opened_at,
            until=row.until,
            proven_at=row.proven_at,
            ended_at=row.ended_at,
        )


def _state(session: MemberSession) -> dict[str, datetime | None]:
    """The columns of a session that change."""
    return {"until": session.until, "proven_at": session.proven_at, "ended_at": session.ended_at}
