"""Stores unilateral acts, what reviewers said of them, and who was stopped. Read `SqlActStore` first.

Why and where are encrypted under the key of the case.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, select

from guardian.cases.unilateral_acts import ActReview, ActState, OutsideAct, OutsideKind, Stop, StopState, UnilateralAct
from guardian.ids import CaseId, MemberId, new_id
from guardian.storage.consequence_codec import decode_spaces, decode_term, encode_term
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import AT, insert, select_among
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.deliberation import acts, reviews, stops
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer

REVIEWED: Final = "reviews"
_WITHOUT_CASE: Final = KeyScope.of_service("reviews")


class SqlActStore(EncryptedSqlStore):
    """The store of acts, reviews and stops."""

    async def add_act(self, act: UnilateralAct) -> None:
        """Store a new act."""
        row = {
            "id": act.id,
            "case_id": act.case,
            "by": self._hide(act.case, act.by),
            "person_id": self._hide(act.case, act.person),
            "ground": act.ground,
            "restriction": act.restriction,
            "version": act.version,
        }
        await self._connection.execute(insert(acts), {**row, **await self._act_columns(act)})

    async def save_act(self, act: UnilateralAct) -> UnilateralAct:
        """Store the act as given, one version later; Stale where somebody was quicker."""
        return replace(act, version=await self._change(acts, act.id, act.version, **await self._act_columns(act)))

    async def act(self, act: str) -> UnilateralAct | None:
        """Return the act of that id."""
        found = await self._acts(acts.c.id == act)
        return found[0] if found else None

    async def acts_of(self, case: CaseId) -> tuple[UnilateralAct, ...]:
        """Return the acts whose review the case is, oldest first."""
        return await self._acts(acts.c.case_id == case)

    async def acts(self) -> tuple[UnilateralAct, ...]:
        """Return every act, oldest first: the brake counts all of them."""
        return await self._acts(acts.c.id.is_not(None))

    async def add_review(self, review: ActReview, case: CaseId | None) -> None:
        """Store a reviewer's answer, its words encrypted with the case's key, or the service's where there is no case."""
        row_id = new_id()
        words = {
            "answer": review.answer,
            "term": encode_term(review.term),
            "restriction": review.restriction,
            "reason": review.reason,
        }
        row = {"id": row_id, "case_id": case, "about": self._hide(REVIEWED, review.act), "at": review.at}
        row["member_id"] = self._hide(review.act, review.member)
        encrypted = await self._encrypt(case, "reviews", row_id, words)
        await self._connection.execute(insert(reviews), {**row, "sealed": encrypted})

    async def reviews_of(self, act: str) -> tuple[ActReview, ...]:
        """Return what reviewers have answered to the act or the stop, oldest first."""
        return (await self.reviews_of_each((act,)))[act]

    async def reviews_of_each(self, those: Collection[str]) -> Mapping[str, tuple[ActReview, ...]]:
        """Return what reviewers have answered to each of these acts or stops, oldest first."""
        act_by = {name: act for act in those for name in self._pseudonyms.every(REVIEWED, act)}
        order = reviews.c.at, reviews.c.id
        rows = (await self._connection.execute(select_among(reviews.c.about, *order), {AT: list(act_by)})).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        found: dict[str, list[ActReview]] = {act: [] for act in those}
        for row in rows:
            words = await self._decrypt("reviews", row)
            if words:
                found[act_by[row.about]].append(self._read_review(act_by[row.about], row, words))
        return {act: tuple(each) for act, each in found.items()}

    async def add_stop(self, stop: Stop) -> None:
        """Store a new stop."""
        row = {"id": stop.id, "by": stop.by, "of_member": stop.of, "at": stop.at, "version": stop.version}
        await self._connection.execute(insert(stops), {**row, "state": stop.state, "ended_at": stop.ended_at})

    async def save_stop(self, stop: Stop) -> Stop:
        """Store the stop as given, one version later; Stale where somebody was quicker."""
        version = await self._change(stops, stop.id, stop.version, state=stop.state, ended_at=stop.ended_at)
        return replace(stop, version=version)

    async def stop(self, stop: str) -> Stop | None:
        """Return the stop of that id."""
        row = (await self._connection.execute(select(stops).where(stops.c.id == stop))).first()
        return _read_stop(row) if row else None

    async def stops(self, of: MemberId | None = None) -> tuple[Stop, ...]:
        """Return every stop, or those of one member, oldest first."""
        statement = select(stops).order_by(stops.c.at, stops.c.id)
        if of is not None:
            statement = statement.where(stops.c.of_member == of)
        return tuple(_read_stop(row) for row in await self._connection.execute(statement))

    async def _acts(self, condition: ColumnElement[bool]) -> tuple[UnilateralAct, ...]:
        rows = (await self._connection.execute(select(acts).where(condition).order_by(acts.c.at, acts.c.id))).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([self._read_act(row, await self._decrypt("acts", row)) for row in rows])

    async def _act_columns(self, act: UnilateralAct) -> dict[str, Any]:
        words = {
            "spaces": None if act.spaces is None else sorted(act.spaces),
            "account": act.statement,
            "term": encode_term(act.term),
            "reason": act.reason,
            "doubtful": act.conflicted,
            "outside": _encode_outside(act.outside),
        }
        return {
            "at": act.at,
            "state": act.state,
            "statement_at": act.statement_at,
            "second": self._hide(act.case, act.confirmed_by),
            "sealed": await self._encrypt(act.case, "acts", act.id, words),
        }

    def _read_act(self, row: Row[Any], words: dict[str, Any]) -> UnilateralAct:
        return UnilateralAct(
            id=row.id,
            case=row.case_id,
            by=self._reveal(row.case_id, row.by),
            person=self._reveal(row.case_id, row.person_id),
            at=row.at,
            ground=Ground(row.ground),
            restriction=Restriction(row.restriction),
            spaces=decode_spaces(words.get("spaces")),
            state=ActState(row.state),
            statement=words.get("account", ""),
            statement_at=row.statement_at,
            confirmed_by=self._reveal(row.case_id, row.second),
            term=decode_term(words.get("term")),
            reason=words.get("reason", ""),
            conflicted=words.get("doubtful", False),
            outside=_decode_outside(words.get("outside")),
            version=row.version,
        )

    def _read_review(self, act: str, row: Row[Any], words: dict[str, Any]) -> ActReview:
        restriction = words["restriction"]
        return ActReview(
            act=act,
            member=self._reveal(act, row.member_id),
            answer=ReviewAnswer(words["answer"]),
            at=row.at,
            term=decode_term(words["term"]),
            restriction=None if restriction is None else Restriction(restriction),
            reason=words["reason"],
        )

    async def _encrypt(self, case: CaseId | None, table: str, row_id: str, content: dict[str, Any]) -> bytes:
        scope = _WITHOUT_CASE if case is None else KeyScope.of_case(case)
        return await self._encryption.encrypt_json(scope, table, row_id, "sealed", content)

    async def _decrypt(self, table: str, row: Row[Any]) -> dict[str, Any]:
        """Return what the row says; empty once its case is expunged."""
        content = await self._encryption.decrypt_json(table, row.id, "sealed", row.sealed)
        return {} if isinstance(content, Expunged) else dict(content)


def _encode_outside(outside: OutsideAct | None) -> dict[str, Any] | None:
    if outside is None:
        return None
    at = outside.happened_at.isoformat()
    return {"kind": outside.kind, "told": outside.told, "at": at, "came_of_it": outside.came_of_it}


def _decode_outside(written: Mapping[str, Any] | None) -> OutsideAct | None:
    if written is None:
        return None
    at = datetime.fromisoformat(written["at"])
    return OutsideAct(OutsideKind(written["kind"]), written["told"], at, written["came_of_it"])


def _read_stop(row: Row[Any]) -> Stop:
    return Stop(
        id=row.id,
        by=row.by,
        of=row.of_member,
        at=row.at,
        state=StopState(row.state),
        ended_at=row.ended_at,
        version=row.version,
    )
