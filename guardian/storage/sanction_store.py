"""Stores sanctions, their liftings, and what machines observed of them; work items have a store of their own.

Read `SqlSanctionStore` first.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from guardian.cases.raids import RaidState
from guardian.errors import Stale
from guardian.ids import AccountId, CaseId, IntentId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.sanctions.models import (
    Authority,
    Coverage,
    Enforcement,
    Intent,
    IntentKind,
    Lifting,
    LiftingCause,
    Prior,
    ReleaseState,
    ReturnOffer,
    Sanction,
)
from guardian.spaces.port import Entitlement, EntitlementKind
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.foreign_store import SqlAdoptionStore
from guardian.storage.link_store import is_running
from guardian.storage.statements import insert
from guardian.storage.tables.people import accounts
from guardian.storage.tables.raids import raid_lines, raids
from guardian.storage.tables.sanctions import (
    coverage,
    enforcements,
    intents,
    liftings,
    placements,
    reinstatement_approvals,
    sanctions,
)
from guardian.storage.utc_datetime import from_microseconds, to_microseconds
from guardian.storage.work_item_store import SqlWorkItemStore
from rules.brake import NamingRaid, PastRestriction
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction

SANCTIONS: Final = "sanctions"
REFERENCES: Final = "references"
"""In which places the pseudonyms of cases and of references stand in these tables."""

_WITH_LIFTING: Final = select(sanctions, *(c for c in liftings.c if c.name != "sanction_id")).select_from(
    sanctions.outerjoin(liftings, liftings.c.sanction_id == sanctions.c.id)
)

_WORKED_AS: Final = func.coalesce(accounts.c.reached_through, accounts.c.id)


class SqlSanctionStore(SqlWorkItemStore, SqlAdoptionStore):
    """The store of sanctions."""

    # -- what was decided

    async def add_sanction(self, sanction: Sanction) -> None:
        """Add the sanction."""
        await self._connection.execute(insert(sanctions), {"id": sanction.id, "version": 0, **self._columns(sanction)})

    async def add_sanctions(self, new_sanctions: Sequence[Sanction]) -> None:
        """Add the sanctions."""
        rows = [{"id": sanction.id, "version": 0, **self._columns(sanction)} for sanction in new_sanctions]
        await self._connection.execute(insert(sanctions), rows)

    async def save_sanction(self, sanction: Sanction) -> None:
        """Save the sanction; Stale where somebody changed it since it was read."""
        await self._change(sanctions, sanction.id, sanction.version, **self._columns(sanction))

    async def add_lifting(self, lifting: Lifting) -> None:
        """Add the lifting; Stale where the sanction has one already, which the database refuses."""
        row = {
            "sanction_id": lifting.sanction,
            "effective_from": lifting.effective_from,
            "cause": lifting.cause,
            "by": self._hide(lifting.sanction, lifting.by),
            "authority": self._hide(lifting.sanction, lifting.authority),
            "recorded_at": lifting.recorded_at,
        }
        known = await self._connection.execute(select(liftings).where(liftings.c.sanction_id == lifting.sanction))
        if known.first() is not None:
            raise Stale
        try:
            await self._connection.execute(insert(liftings), row)
        except IntegrityError as error:
            raise Stale from error

    async def sanction(self, sanction: SanctionId) -> Sanction | None:
        """Return the sanction of that id."""
        found = await self._sanctions(sanctions.c.id == sanction)
        return found[0] if found else None

    async def by_reference(self, reference: Reference) -> Sanction | None:
        """Return the sanction that the reference stands for."""
        found = await self._sanctions(sanctions.c.reference.in_(self._pseudonyms.every(REFERENCES, reference)))
        return found[0] if found else None

    async def of_person(self, person: PersonId) -> tuple[Sanction, ...]:
        """Return the person's own sanctions, oldest first."""
        return await self._sanctions(sanctions.c.person_id == person)

    async def applying_to(self, person: PersonId) -> tuple[Sanction, ...]:
        """Return all that apply to the person's accounts: also those of whoever is the same human."""
        return await self._sanctions(sanctions.c.person_id.in_(await self.merged_people(person)))

    async def reaching(self, account: AccountId) -> tuple[Sanction, ...]:
        """Return all that the account's work item carries out: also that of people who are reached through this link."""
        found: dict[SanctionId, Sanction] = {}
        for link, person in await self._binding_links(_WORKED_AS.in_((account,))):
            found |= {each.id: each for each in await self.applying_to(person) if each.reaches((account, link))}
        return tuple(found[each] for each in sorted(found))

    async def of_case(self, case: CaseId) -> tuple[Sanction, ...]:
        """Return all sanctions of the case, oldest first; of a raid's, the one that leads them."""
        return await self._sanctions(
            sanctions.c.case_id.in_(self._pseudonyms.every(SANCTIONS, case)) & sanctions.c.leader_id.is_(None)
        )

    async def unlifted(self) -> tuple[Sanction, ...]:
        """Return every sanction without a lifting, oldest first."""
        return await self._sanctions(liftings.c.sanction_id.is_(None))

    async def missing_coverage(self, spaces: Sequence[SpaceName], now: datetime, limit: int) -> tuple[Sanction, ...]:
        """Return what runs everywhere though its person has no total in one of the spaces, oldest first, so many at most."""
        theirs = (coverage.c.person_id == sanctions.c.person_id) & coverage.c.space.in_(spaces)
        known = select(func.count()).select_from(coverage).where(theirs).scalar_subquery()
        everywhere = liftings.c.sanction_id.is_(None) & sanctions.c.spaces.is_(None) & is_running(now)
        return await self._sanctions(everywhere & (known < len(set(spaces))), limit)

    async def _sanctions(self, condition: ColumnElement[bool], limit: int | None = None) -> tuple[Sanction, ...]:
        rows = await self._connection.execute(_WITH_LIFTING.where(condition).order_by(sanctions.c.id).limit(limit))
        return tuple(self._sanction(row) for row in rows)

    # -- what was done and seen

    async def enforcements_of(self, account: AccountId) -> tuple[Enforcement, ...]:
        """Return what we know of our own doing at the account, at most one a level."""
        rows = (await self._connection.execute(select(enforcements).where(enforcements.c.account_id == account))).all()
        return tuple([await self._enforcement(row) for row in rows])

    async def save_enforcement(self, person: PersonId, enforcement: Enforcement) -> None:
        """Save the enforcement."""
        columns = await self._enforcement_columns(person, enforcement)
        columns["version"] = enforcement.version + 1
        if enforcement.version == 0:
            row = {"account_id": enforcement.account, "level": enforcement.level, **columns}
            result = await self._connection.execute(self._insert(enforcements).on_conflict_do_nothing(), row)
        else:
            at = enforcements.c.account_id == enforcement.account, enforcements.c.level == enforcement.level
            same = enforcements.c.version == enforcement.version
            result = await self._connection.execute(update(enforcements).where(*at, same).values(columns))
        if result.rowcount != 1:
            raise Stale

    async def add_enforcements(self, new_enforcements: Sequence[tuple[PersonId, Enforcement]]) -> None:
        """Add the enforcements, each the first of its level at its account."""
        await self._encryption.ensure_keys([KeyScope.of_person(person) for person, _ in new_enforcements])
        rows = [
            {
                "account_id": each.account,
                "level": each.level,
                "version": 1,
                **await self._enforcement_columns(person, each),
            }
            for person, each in new_enforcements
        ]
        if rows:
            await self._connection.execute(insert(enforcements), rows)

    async def restricted_by_us(self, accounts: Sequence[AccountId]) -> frozenset[tuple[AccountId, AccessLevel]]:
        """Return what is ours on these accounts by the last proof, or may be by an intent that is still open."""
        placed = select(enforcements.c.account_id, enforcements.c.level).where(enforcements.c.account_id.in_(accounts))
        intended = select(intents.c.account_id, intents.c.level).where(
            intents.c.account_id.in_(accounts), intents.c.closed_at.is_(None)
        )
        rows = await self._connection.execute(placed.where(enforcements.c.placed).union(intended))
        return frozenset((AccountId(row.account_id), AccessLevel(row.level)) for row in rows)

    async def open_intents(self, account: AccountId) -> tuple[Intent, ...]:
        """Return the account's intents that are not closed, oldest first."""
        condition = (intents.c.account_id == account) & intents.c.closed_at.is_(None)
        rows = (await self._connection.execute(select(intents).where(condition).order_by(intents.c.id))).all()
        return tuple([await self._intent(row) for row in rows])

    async def references_of(self, account: AccountId) -> frozenset[Reference]:
        """Return every reference that an intent of ours has carried to this account."""
        condition = (intents.c.account_id == account) & (intents.c.kind == IntentKind.RESTRICT)
        rows = await self._connection.execute(select(intents.c.reference).where(condition).distinct())
        return frozenset(self._reveal(REFERENCES, reference) for reference in rows.scalars())

    async def add_intent(self, person: PersonId, intent: Intent) -> None:
        """Add the intent."""
        await self.add_intents([(person, intent)])

    async def add_intents(self, new_intents: Sequence[tuple[PersonId, Intent]]) -> None:
        """Add the intents, before their actions."""
        await self._encryption.ensure_keys([KeyScope.of_person(person) for person, _ in new_intents])
        rows = [await self._intent_row(person, intent) for person, intent in new_intents]
        if rows:
            await self._connection.execute(insert(intents), rows)

    async def _intent_row(self, person: PersonId, intent: Intent) -> dict[str, Any]:
        encrypted = await self._encryption.encrypt_json(
            KeyScope.of_person(person), "intents", intent.id, "sealed", _encode_prior(intent.prior)
        )
        return {
            "id": intent.id,
            "account_id": intent.account,
            "kind": intent.kind,
            "level": intent.level,
            "reference": self._hide(REFERENCES, intent.reference),
            "opened_at": intent.opened_at,
            "until": intent.until,
            "closed_at": intent.closed_at,
            "sealed": encrypted,
        }

    async def close_intent(self, intent: IntentId, at: datetime) -> None:
        """Close the intent, which is confirmed, refuted or overtaken."""
        condition = (intents.c.id == intent) & intents.c.closed_at.is_(None)
        await self._connection.execute(update(intents).where(condition), {"closed_at": at})

    async def save_coverage(self, total: Coverage) -> None:
        """Save the total."""
        await self.save_totals([total])

    async def save_totals(self, totals: Sequence[Coverage]) -> None:
        """Save the totals."""
        rows = [
            {"person_id": t.person, "space": t.space, "state": t.state, "since": t.since, "detail": t.detail}
            for t in totals
        ]
        statement = self._insert(coverage)
        set_ = {name: statement.excluded[name] for name in ("state", "since", "detail")}
        key = [coverage.c.person_id, coverage.c.space]
        if rows:
            await self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_=set_), rows)

    async def raids_naming(self, person: PersonId) -> tuple[NamingRaid, ...]:
        """Return the raids that name the person, in no order."""
        named = raid_lines.join(raids, raids.c.id == raid_lines.c.raid_id)
        statement = select(raids.c.until, raids.c.state).select_from(named).where(raid_lines.c.person_id == person)
        rows = await self._connection.execute(statement)
        return tuple(NamingRaid(row.until, RaidState(row.state) is RaidState.OVER) for row in rows)

    async def record_restriction(self, restriction: PastRestriction[PersonId]) -> None:
        """Record the restriction, for the brake to count."""
        row = {"id": new_id(), "person_id": restriction.on, "at": restriction.at, "put_back": restriction.reapplied}
        await self._connection.execute(insert(placements), row)

    async def restrictions_since(self, instant: datetime) -> tuple[PastRestriction[PersonId], ...]:
        """Return the restrictions recorded after that instant, oldest first."""
        rows = await self._connection.execute(
            select(placements).where(placements.c.at > instant).order_by(placements.c.at, placements.c.id)
        )
        return tuple(PastRestriction(PersonId(row.person_id), row.at, row.put_back) for row in rows)

    async def approve_reinstatement(self, person: PersonId, by: MemberId, at: datetime) -> None:
        """Record a named person's yes."""
        values = {"by": by, "at": at}
        statement = self._insert(reinstatement_approvals).values(person_id=person, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[reinstatement_approvals.c.person_id], set_=values)
        )

    async def is_reinstatement_approved(self, person: PersonId) -> bool:
        """Return whether a named person has said yes since the person's last bar."""
        row = await self._connection.execute(
            select(reinstatement_approvals.c.by).where(reinstatement_approvals.c.person_id == person)
        )
        return row.first() is not None

    async def withdraw_reinstatement(self, person: PersonId) -> None:
        """Forget the yes."""
        await self._connection.execute(
            delete(reinstatement_approvals).where(reinstatement_approvals.c.person_id == person)
        )

    async def _enforcement(self, row: Row[Any]) -> Enforcement:
        content = await self._encryption.decrypt_json(
            "enforcements", f"{row.account_id}.{row.level}", "sealed", row.sealed
        )
        known: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return Enforcement(
            account=AccountId(row.account_id),
            level=AccessLevel(row.level),
            active=row.placed,
            reference=self._reveal(REFERENCES, row.reference),
            prior=_read_prior(known.get("prior", {})),
            removed_entitlements=tuple(_read_entitlement(form) for form in known.get("taken", ())),
            offers=tuple(_read_offer(form) for form in known.get("offers", ())),
            restored=row.restored,
            until=row.until,
            confirmed_at=row.confirmed_at,
            reapplied_at=tuple(from_microseconds(at) for at in known.get("put_back", ())),
            missed_at=_read_instant(known.get("missed")),
            unnamed_lift_after=_read_instant(known.get("unnamed_after")),
            release=ReleaseState(row.release),
            released_at=row.released_at,
            version=row.version,
        )

    def _columns(self, sanction: Sanction) -> dict[str, Any]:
        return {
            "person_id": sanction.person,
            "case_id": self._hide(SANCTIONS, sanction.case),
            "restriction": sanction.restriction,
            "starts": sanction.starts,
            "ends": sanction.ends,
            "spaces": None if sanction.spaces is None else json.dumps(sorted(sanction.spaces)),
            "on_term_end": sanction.on_term_end,
            "authority_kind": sanction.authority.kind,
            "authority_id": self._hide(sanction.id, sanction.authority.id),
            "reference": self._hide(REFERENCES, sanction.reference),
            "notification": sanction.notification,
            "waits_until": sanction.waits_until,
            "enacted_at": sanction.enacted_at,
            "provisional": sanction.provisional,
            "danger": sanction.danger,
            "leader_id": sanction.leader,
            "accounts": None if sanction.accounts is None else json.dumps(sorted(sanction.accounts)),
        }

    def _sanction(self, row: Row[Any]) -> Sanction:
        sanction = SanctionId(row.id)
        lifting = None
        if row.effective_from is not None:
            cause = LiftingCause(row.cause)
            lifting = Lifting(
                sanction=sanction,
                effective_from=row.effective_from,
                cause=cause,
                by=self._reveal(sanction, row.by),
                authority=self._reveal(sanction, row.authority),
                recorded_at=row.recorded_at,
            )
        return Sanction(
            id=sanction,
            person=PersonId(row.person_id),
            case=self._reveal(SANCTIONS, row.case_id),
            restriction=Restriction(row.restriction),
            starts=row.starts,
            ends=row.ends,
            spaces=None if row.spaces is None else frozenset(SpaceName(space) for space in json.loads(row.spaces)),
            on_term_end=OnTermEnd(row.on_term_end),
            authority=Authority(AuthorityKind(row.authority_kind), self._reveal(sanction, row.authority_id)),
            reference=self._reveal(REFERENCES, row.reference),
            notification=NotificationState(row.notification),
            waits_until=row.waits_until,
            enacted_at=row.enacted_at,
            provisional=row.provisional,
            danger=row.danger,
            leader=SanctionId(row.leader_id) if row.leader_id else None,
            accounts=None if row.accounts is None else frozenset(AccountId(each) for each in json.loads(row.accounts)),
            lifting=lifting,
            version=row.version,
        )

    async def _enforcement_columns(self, person: PersonId, enforcement: Enforcement) -> dict[str, Any]:
        content = {
            "prior": _encode_prior(enforcement.prior),
            "taken": [
                {"kind": b.kind, "native_id": b.native_id, "label": b.label, "power": b.privileged}
                for b in enforcement.removed_entitlements
            ],
            "missed": to_microseconds(enforcement.missed_at) if enforcement.missed_at else None,
            "unnamed_after": (
                to_microseconds(enforcement.unnamed_lift_after) if enforcement.unnamed_lift_after else None
            ),
            "offers": [
                {"kind": o.kind, "native_id": o.native_id, "at": to_microseconds(o.at), "refusal": o.refusal}
                for o in enforcement.offers
            ],
            "put_back": [to_microseconds(at) for at in enforcement.reapplied_at],
        }
        row_id = f"{enforcement.account}.{enforcement.level}"
        return {
            "placed": enforcement.active,
            "reference": self._hide(REFERENCES, enforcement.reference),
            "restored": enforcement.restored,
            "until": enforcement.until,
            "confirmed_at": enforcement.confirmed_at,
            "release": enforcement.release,
            "released_at": enforcement.released_at,
            "sealed": await self._encryption.encrypt_json(
                KeyScope.of_person(person), "enforcements", row_id, "sealed", content
            ),
        }

    async def _intent(self, row: Row[Any]) -> Intent:
        content = await self._encryption.decrypt_json("intents", row.id, "sealed", row.sealed)
        return Intent(
            id=IntentId(row.id),
            account=AccountId(row.account_id),
            kind=IntentKind(row.kind),
            level=AccessLevel(row.level),
            reference=self._reveal(REFERENCES, row.reference),
            prior=_read_prior({} if isinstance(content, Expunged) else content),
            opened_at=row.opened_at,
            until=row.until,
            closed_at=row.closed_at,
        )


def _encode_prior(prior: Prior) -> dict[str, Any]:
    until = None if prior.until is None else to_microseconds(prior.until)
    return {"level": prior.level, "until": until, "author": prior.author}


def _read_prior(content: Mapping[str, Any]) -> Prior:
    until = content.get("until")
    level = content.get("level")
    return Prior(
        AccessLevel(level) if level else None,
        None if until is None else from_microseconds(until),
        content.get("author"),
    )


def _read_instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else from_microseconds(microseconds)


def _read_offer(form: Mapping[str, Any]) -> ReturnOffer:
    return ReturnOffer(EntitlementKind(form["kind"]), form["native_id"], from_microseconds(form["at"]), form["refusal"])


def _read_entitlement(form: Mapping[str, Any]) -> Entitlement:
    return Entitlement(EntitlementKind(form["kind"]), form["native_id"], form["label"], form["power"])
