"""Reads each kind of thing that waits for somebody, over all cases, in one or two statements a kind.

Read `SqlOpenItemStore.open_items` first; `open_work_store` puts them together with their cases.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, select

from guardian.cases.case import CaseState
from guardian.cases.drafts import DraftState
from guardian.cases.handoffs import Direction, HandoffState
from guardian.cases.open_work import OpenItem
from guardian.cases.procedure import StepState
from guardian.cases.tasks import TaskKind
from guardian.cases.unilateral_acts import ActState, StopState
from guardian.ids import CaseId, MemberId, PersonId
from guardian.people.models import LinkedAccount, Trust
from guardian.sanctions.foreign import ForeignState
from guardian.sanctions.models import CoverageState
from guardian.storage.act_store import REVIEWED
from guardian.storage.encryption import Expunged
from guardian.storage.link_store import is_running
from guardian.storage.people_store import read_linked_account
from guardian.storage.sanction_store import SANCTIONS
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.cases import cases, reports
from guardian.storage.tables.deliberation import (
    acts,
    ballots,
    board_answers,
    decisions,
    drafts,
    motions,
    proposals,
    reviews,
    steps,
    stops,
)
from guardian.storage.tables.handoffs import handoffs
from guardian.storage.tables.links import disputes, merges
from guardian.storage.tables.measures import foreign_restrictions, measures
from guardian.storage.tables.pauses import pauses
from guardian.storage.tables.people import accounts
from guardian.storage.tables.raids import raids
from guardian.storage.tables.retention import expunge_decisions
from guardian.storage.tables.risk import conflict_claims
from guardian.storage.tables.sanctions import coverage, liftings, reinstatement_approvals, sanctions, work_items
from rules.notification import NotificationState

_REVIEWED_BY_MEMBERS: Final = (ActState.UNREVIEWED, ActState.WITH_CHAIR)


class SqlOpenItemStore(EncryptedSqlStore):
    """The half of the store of what waits that knows where each kind of it stands."""

    async def open_items(self, now: datetime) -> tuple[OpenItem, ...]:
        """Return everything that waits, whatever the case."""
        found = [
            *await self._deliberation(),
            *await self._acts(),
            *await self._stops(),
            *await self._pauses(),
            *await self._seconds(),
            *await self._csam_claims(),
            *await self._handoffs(),
            *await self._links(),
            *await self._measures(now),
            *await self._sanctions(now),
            *await self._returns(),
        ]
        return tuple(sorted(found, key=lambda item: (item.at, item.kind, item.case or "", item.subject)))

    # -- deliberation

    async def _deliberation(self) -> list[OpenItem]:
        open_ones = await self._all(select(proposals).where(proposals.c.settled_at.is_(None)))
        cast = select(ballots.c.proposal_id, ballots.c.member_id).join(proposals)
        answered: dict[str, set[MemberId]] = defaultdict(set)
        for row in await self._all(cast.where(proposals.c.settled_at.is_(None))):
            answered[row.proposal_id].add(self._reveal(row.proposal_id, row.member_id))
        votes = [self._item(TaskKind.VOTE, row, answered=frozenset(answered[row.id])) for row in open_ones]
        agreed = select(decisions).join(cases).where(cases.c.state == CaseState.AGREED).order_by(decisions.c.at)
        newest = {row.case_id: row for row in await self._all(agreed.where(decisions.c.enacted_at.is_(None)))}
        return votes + [
            OpenItem(
                kind=TaskKind.ENACT,
                case=CaseId(row.case_id),
                subject=row.id,
                at=row.at,
                person=self._reveal(row.case_id, row.person_id),
            )
            for row in newest.values()
        ]

    async def _acts(self) -> list[OpenItem]:
        waits = acts.c.state.in_((ActState.AWAITING_CONFIRMATION, *_REVIEWED_BY_MEMBERS))
        rows = await self._all(select(acts).where(waits | acts.c.statement_at.is_(None)))
        answered = await self._reviewers([row.id for row in rows if row.state in _REVIEWED_BY_MEMBERS])
        found = []
        for row in rows:
            if row.state == ActState.AWAITING_CONFIRMATION:
                found.append(self._item(TaskKind.CONFIRM_ACT, row, word=row.ground))
            elif row.state in _REVIEWED_BY_MEMBERS:
                found.append(self._item(TaskKind.REVIEW_ACT, row, word=row.state, answered=answered[row.id]))
            if row.statement_at is None and row.state != ActState.AWAITING_CONFIRMATION:
                found.append(self._item(TaskKind.GIVE_STATEMENT, row))
        return found

    async def _stops(self) -> list[OpenItem]:
        rows = await self._all(select(stops).where(stops.c.state == StopState.OPEN))
        answered = await self._reviewers([row.id for row in rows])
        return [
            OpenItem(
                kind=TaskKind.REVIEW_STOP,
                case=None,
                subject=row.id,
                at=row.at,
                by=row.by,
                word=row.of_member,
                answered=answered[row.id] | {MemberId(row.of_member)},
            )
            for row in rows
        ]

    async def _pauses(self) -> list[OpenItem]:
        rows = await self._all(select(pauses).where(pauses.c.reviewed_at.is_(None)))
        return [
            OpenItem(kind=TaskKind.REVIEW_PAUSE, case=None, subject=row.id, at=row.at, by=row.by, word=row.space)
            for row in rows
        ]

    async def _reviewers(self, about: Iterable[str]) -> defaultdict[str, frozenset[MemberId]]:
        """Who has answered to each of these acts or stops."""
        places = {hidden: each for each in about for hidden in self._pseudonyms.every(REVIEWED, each)}
        given = select(reviews.c.about, reviews.c.member_id).where(reviews.c.about.in_(list(places)))
        found: defaultdict[str, frozenset[MemberId]] = defaultdict(frozenset)
        for row in await self._all(given):
            act = places[row.about]
            found[act] |= {self._reveal(act, row.member_id)}
        return found

    # -- what waits for a second member

    async def _seconds(self) -> list[OpenItem]:
        unread = (drafts.c.state == DraftState.WRITTEN) & ~drafts.c.standard
        skips = select(steps).where(steps.c.state == StepState.SKIP_REQUESTED)
        answers = select(board_answers).where(board_answers.c.confirmed_at.is_(None))
        unconfirmed = select(motions).where(motions.c.confirmed_at.is_(None))
        expunging = select(expunge_decisions).where(
            expunge_decisions.c.agreed_at.is_(None), expunge_decisions.c.ended_at.is_(None)
        )
        claims = await self._all(select(conflict_claims).where(conflict_claims.c.decided_at.is_(None)))
        return [
            *[self._item(TaskKind.READ_DRAFT, r, word=r.kind) for r in await self._all(select(drafts).where(unread))],
            *[self._item(TaskKind.CONFIRM_SKIP, r, subject=r.kind, word=r.kind) for r in await self._all(skips)],
            *[self._item(TaskKind.CONFIRM_BOARD_ANSWER, row) for row in await self._all(answers)],
            *[self._item(TaskKind.CONFIRM_MOTION, row) for row in await self._all(unconfirmed)],
            *[self._item(TaskKind.AGREE_TO_EXPUNGE, row) for row in await self._all(expunging)],
            *[self._item(TaskKind.DECIDE_CONFLICT, r, word=self._reveal(r.case_id, r.about_id)) for r in claims],
        ]

    async def _csam_claims(self) -> list[OpenItem]:
        rows = await self._all(select(reports).where(reports.c.held_back))
        await self._encryption.load_keys(row.sealed for row in rows)
        found = []
        for row in rows:
            content = await self._encryption.decrypt_json(reports.name, row.id, "sealed", row.sealed)
            by = None if isinstance(content, Expunged) else content.get("minors_said_by")
            kind, case = TaskKind.CONFIRM_CSAM, CaseId(row.case_id)
            found.append(OpenItem(kind=kind, case=case, subject=row.id, at=row.received_at, by=by))
        return found

    async def _handoffs(self) -> list[OpenItem]:
        waits = (HandoffState.WAITING, HandoffState.PROPOSED)
        return [self._handoff(row) for row in await self._all(select(handoffs).where(handoffs.c.state.in_(waits)))]

    def _handoff(self, row: Row[Any]) -> OpenItem:
        if row.state == HandoffState.PROPOSED:
            return self._item(TaskKind.ACCEPT_PATTERN, row, subject=row.reference)
        if row.direction != Direction.BACK:
            return self._item(TaskKind.ACCEPT_ESCALATION, row, word=row.urgency)
        by = self._reveal(row.case_id, row.by)
        target = CaseId(row.target_id)
        return OpenItem(kind=TaskKind.ACCEPT_REFERRAL, case=target, subject=row.id, at=row.at, by=by)

    # -- accounts and people

    async def _links(self) -> list[OpenItem]:
        asserted = (accounts.c.trust == Trust.ASSERTED) & accounts.c.ended_at.is_(None)
        waiting = await self._linked(asserted)
        found = [
            OpenItem(
                kind=TaskKind.CONFIRM_LINK, case=None, subject=each.id, at=each.linked_at, person=each.person, link=each
            )
            for each in waiting.values()
        ]
        rows = await self._all(select(disputes).where(disputes.c.settled_at.is_(None)))
        disputed = await self._linked(accounts.c.id.in_(select(disputes.c.account_id).where(_UNSETTLED)))
        found += [
            OpenItem(
                kind=TaskKind.LOOK_AT_LINK,
                case=CaseId(row.case_id),
                subject=row.id,
                at=row.at,
                link=disputed[row.account_id],
            )
            for row in rows
            if row.account_id in disputed
        ]
        unconfirmed = select(merges).where(merges.c.confirmed_at.is_(None), merges.c.ended_at.is_(None))
        return found + [
            OpenItem(
                kind=TaskKind.CONFIRM_MERGE,
                case=CaseId(row.case_id),
                subject=row.id,
                at=row.at,
                by=row.by,
                person=PersonId(row.kept_id),
                other=PersonId(row.other_id),
            )
            for row in await self._all(unconfirmed)
        ]

    async def _linked(self, condition: ColumnElement[bool]) -> dict[str, LinkedAccount]:
        rows = await self._all(select(accounts).where(condition))
        await self._encryption.load_keys(row.sealed for row in rows)
        found = {}
        for row in rows:
            content = await self._encryption.decrypt_json(accounts.name, row.id, "sealed", row.sealed)
            if not isinstance(content, Expunged):
                found[row.id] = read_linked_account(row, content)
        return found

    # -- what holds, or does not

    async def _measures(self, now: datetime) -> list[OpenItem]:
        running = select(measures).where(measures.c.ended_at.is_(None), measures.c.ends > now)
        asked = [self._item(TaskKind.RECONSIDER_MEASURE, row, word=row.space) for row in await self._all(running)]
        unexplained = foreign_restrictions.c.state == ForeignState.UNEXPLAINED
        of_cases = select(foreign_restrictions.c.case_id).where(unexplained)
        passed_on = select(handoffs.c.case_id, handoffs.c.matter).where(
            handoffs.c.case_id.in_(of_cases), handoffs.c.matter.is_not(None)
        )
        names = {row.case_id: row.matter for row in await self._all(passed_on.order_by(handoffs.c.id.desc()))}
        return asked + [
            OpenItem(
                kind=TaskKind.EXPLAIN_NATIVE_ACTION,
                case=None if row.case_id is None else CaseId(row.case_id),
                subject=row.id,
                at=row.observed_at,
                by=row.by,
                word=row.space,
                former_name=names.get(row.case_id, ""),
            )
            for row in await self._all(select(foreign_restrictions).where(unexplained))
        ]

    async def _sanctions(self, now: datetime) -> list[OpenItem]:
        """Spaces where a sanction does not hold, or does not let go, and people whom nobody could notify of theirs."""
        runs = liftings.c.sanction_id.is_(None) & is_running(now) & sanctions.c.leader_id.is_(None)
        blocked = (
            select(work_items.c.account_id, work_items.c.space, work_items.c.blocked_since, *_SANCTION)
            .add_columns(runs.label("runs"))
            .join(sanctions, sanctions.c.person_id == work_items.c.person_id)
            .outerjoin(liftings)
            .where(work_items.c.blocked_since.is_not(None), sanctions.c.leader_id.is_(None))
            .order_by(sanctions.c.id)
        )
        untold = sanctions.c.notification == NotificationState.COULD_NOT_NOTIFY
        unreached = select(*_SANCTION).outerjoin(liftings).where(runs, untold, sanctions.c.id.not_in(_RAID_LEADERS))
        rows = _sanctions_behind(await self._all(blocked))
        links = await self._linked(accounts.c.id.in_([row.account_id for row in rows]))
        found = [self._blocked(row, links[row.account_id]) for row in rows if row.account_id in links]
        return found + [
            OpenItem(
                kind=TaskKind.REACH_PERSON,
                case=self._reveal(SANCTIONS, row.case_id),
                subject=row.id,
                at=row.enacted_at,
                person=PersonId(row.person_id),
            )
            for row in await self._all(unreached)
        ]

    async def _returns(self) -> list[OpenItem]:
        """What was taken and is given back only by a named person's yes, which nobody has said yet, by the latest case."""
        approved = select(reinstatement_approvals.c.person_id)
        waits = coverage.c.state == CoverageState.MEMBERSHIP_OPEN
        rows = await self._all(
            select(coverage).where(waits, coverage.c.person_id.not_in(approved)).order_by(coverage.c.space)
        )
        theirs = select(*_SANCTION).where(sanctions.c.person_id.in_([row.person_id for row in rows]))
        latest = {row.person_id: row for row in await self._all(theirs.order_by(sanctions.c.id))} if rows else {}
        return [
            OpenItem(
                kind=TaskKind.GIVE_BACK,
                case=self._reveal(SANCTIONS, latest[row.person_id].case_id),
                subject=f"{row.person_id} {row.space}",
                at=row.since,
                word=row.space,
                person=PersonId(row.person_id),
            )
            for row in rows
            if row.person_id in latest
        ]

    def _blocked(self, row: Row[Any], link: LinkedAccount) -> OpenItem:
        return OpenItem(
            kind=TaskKind.MEND_SPACE,
            case=self._reveal(SANCTIONS, row.case_id),
            subject=f"{row.id} {row.space}",
            at=row.blocked_since,
            word=row.space,
            person=PersonId(row.person_id),
            link=link,
        )

    def _item(
        self,
        kind: TaskKind,
        row: Row[Any],
        *,
        subject: str | None = None,
        word: str = "",
        answered: frozenset[MemberId] = frozenset(),
    ) -> OpenItem:
        """The item of a row that stands in a case, and of which somebody there is the author."""
        person = row._mapping.get("person_id")
        return OpenItem(
            kind=kind,
            case=CaseId(row.case_id),
            subject=row.id if subject is None else subject,
            at=row.at,
            by=self._reveal(row.case_id, row.by),
            word=word,
            answered=answered,
            person=self._reveal(row.case_id, person),
        )

    async def _all(self, statement: Select[Any]) -> list[Row[Any]]:
        return list(await self._connection.execute(statement))


def _sanctions_behind(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """For each blocked account the sanctions that run there; where none does, the newest: its release is blocked."""
    by_account: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.spaces is None or row.space in json.loads(row.spaces):
            by_account[row.account_id].append(row)
    running = {each: [row for row in found if row.runs] for each, found in by_account.items()}
    return [row for each, found in by_account.items() for row in running[each] or found[-1:]]


_UNSETTLED: Final = disputes.c.settled_at.is_(None)
_RAID_LEADERS: Final = select(raids.c.leader).where(raids.c.leader.is_not(None))
_SANCTION: Final = (
    sanctions.c.id,
    sanctions.c.person_id,
    sanctions.c.case_id,
    sanctions.c.spaces,
    sanctions.c.enacted_at,
)
