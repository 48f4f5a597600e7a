"""Put what the reconciler finds to people: as facts, to those who may know, in the reconciler's own transaction."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from guardian.cases.case import Case, CaseState
from guardian.ids import AccountId, CaseId, PersonId, SanctionId, SpaceName
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import Office
from guardian.reconciler.alerts import Alert
from guardian.sanctions.coverage import is_restricted
from guardian.sanctions.models import Coverage, CoverageState, LiftingCause, Sanction, WorkItem, effective_from
from guardian.services.context import UnitOfWork
from guardian.services.identity.account_owners import apologise
from guardian.services.notify import notify_member, notify_members, notify_person
from guardian.services.sanctions.imposition import report_once_in_force
from guardian.spaces.port import Account
from rules.ladder import AuthorityKind
from rules.notification import NotificationState

_KINDS: Final[Mapping[Alert, NoticeKind]] = {
    Alert.BLOCKED: NoticeKind.BLOCKED,
    Alert.UNCONFIRMED: NoticeKind.BLOCKED,
    Alert.ACCOUNT_GONE: NoticeKind.BLOCKED,
    Alert.HEALED: NoticeKind.HEALED,
    Alert.LIFTED_MANUALLY: NoticeKind.LIFTED_MANUALLY,
    Alert.LIFTED_AGAIN: NoticeKind.LIFTED_MANUALLY,
    Alert.CANNOT_PROVE: NoticeKind.CANNOT_PROVE,
    Alert.BRAKE: NoticeKind.BRAKE,
    Alert.CLOCK_DISTRUSTED: NoticeKind.CLOCK_DISTRUSTED,
    Alert.NOT_GIVEN_BACK: NoticeKind.RETURN_TO_CONFIRM,
    Alert.INVITATION_OVER: NoticeKind.RETURN_TO_CONFIRM,
}
_ABOUT_HOLDING: Final = frozenset({Alert.BLOCKED, Alert.HEALED})
_ABOUT_RETURN: Final = frozenset({Alert.NOT_GIVEN_BACK, Alert.INVITATION_OVER})
_TO_CHAIRS_TOO: Final = frozenset({Alert.LIFTED_AGAIN, Alert.BRAKE})
_RETURNED: Final = (CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN)
_ENDED: Final = (*_RETURNED, CoverageState.OTHERS_STAND)


class ReleaseOfOthers(StrEnum):
    """Why access has returned where the last restriction was not ours."""

    OTHERS_ENDED = "others_ended"


class SanctionAlerts:
    """The reconciler's alerts, put to people by `notify`."""

    async def raise_alert(
        self, uow: UnitOfWork, alert: Alert, person: PersonId, space: SpaceName, sanctions: Iterable[SanctionId]
    ) -> None:
        """Notify everybody who may know one of the cases behind the work item, once a case."""
        for case, named in await _cases_of_sanctions(uow, person, sanctions):
            raid = await uow.raids.of_case(case.id)
            if raid is not None and not await uow.raids.claim_alert(raid.id, space, alert):
                # What befalls many of a raid is one notice, not a thousand.
                continue
            facts = {"space": str(space), "person": named, "alarm": alert}
            facts |= await _block_facts(uow, person, space) if alert in _ABOUT_HOLDING else {}
            facts |= await _needs_of(uow, person, space) if alert is Alert.UNCONFIRMED else {}
            facts |= await _return_facts(uow, person, space) if alert in _ABOUT_RETURN else {}
            await notify_members(uow, case, _KINDS[alert], facts)
            if alert in _TO_CHAIRS_TOO:
                await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, facts, office=Office.CHAIR)

    async def ask_lifter(self, uow: UnitOfWork, lifter: Account) -> None:
        """Ask a member or moderator who lifted manually one private question, which names no case and nobody.

        Somebody who is not one of ours is not written to: whoever may know the case has been notified of the lifting.
        """
        member = await uow.people.member_with_account(lifter)
        if member is None:
            return
        await notify_member(uow, member.id, NoticeKind.LIFTING_QUESTION, {"space": str(lifter.space)})

    async def report_released(self, uow: UnitOfWork, account: AccountId) -> None:
        """Apologise to the owner of an account that was linked by mistake."""
        await apologise(uow, account)

    async def report_coverage_change(
        self, uow: UnitOfWork, person: PersonId, before: tuple[Coverage, ...], after: tuple[Coverage, ...]
    ) -> None:
        """Notify the person once ours has ended everywhere, and ask whoever must say yes to a membership.

        Where somebody else's restriction stands, person and members hear that it does, and that it is not ours; when it
        has ended as well, the person hears that.

        Once what a case decided is held everywhere, the Board has its report of it.
        """
        await _report_enforced_cases(uow, person)
        if _has_ended_everywhere(after) and not _has_ended_everywhere(before) and before:
            await _notify_ended(uow, person, after)
        else:
            await _notify_freed_by_others(uow, person, after)


async def _needs_of(uow: UnitOfWork, person: PersonId, space: SpaceName) -> dict[str, str]:
    """What it takes, where that is known."""
    items = [item for item in await uow.sanctions.work_items_of(person) if item.space == space]
    needs = next((item.needs for item in items if item.needs), "")
    return {"needs": needs} if needs else {}


async def _block_facts(uow: UnitOfWork, person: PersonId, space: SpaceName) -> dict[str, str]:
    """What it takes, where that is known; and whether it is a lifting, or a giving back, that the space refuses."""
    work_items = [work_item for work_item in await uow.sanctions.work_items_of(person) if work_item.space == space]
    still_restricted = is_restricted(await uow.sanctions.applying_to(person), space, uow.now)
    facts = await _needs_of(uow, person, space)
    if still_restricted:
        return facts
    return facts | {"alarm": "not_lifted" if await _is_held_by_ours(uow, work_items) else "not_given_back"}


async def _is_held_by_ours(uow: UnitOfWork, work_items: Iterable[WorkItem]) -> bool:
    """Whether the last proof says that a restriction of ours stands on one of the accounts, or none says otherwise."""
    known = [e for item in work_items for e in await uow.sanctions.enforcements_of(item.account)]
    return not known or any(enforcement.active for enforcement in known)


async def _return_facts(uow: UnitOfWork, person: PersonId, space: SpaceName) -> dict[str, str]:
    """Why somebody's return is not complete, in the words of the work item."""
    items = [item for item in await uow.sanctions.work_items_of(person) if item.space == space]
    return {"needs": next((item.detail for item in items if item.state is CoverageState.MEMBERSHIP_OPEN), "")}


async def _report_enforced_cases(uow: UnitOfWork, person: PersonId) -> None:
    for sanction in await uow.sanctions.of_person(person):
        of_its_own = sanction.authority.kind is AuthorityKind.DECISION and sanction.leader is None
        if of_its_own and effective_from(sanction) <= uow.now:
            case = await _case_of_sanction(uow, sanction)
            if case is not None and case.state is CaseState.IN_FORCE:
                await report_once_in_force(uow, case)


def _has_ended_everywhere(rows: tuple[Coverage, ...]) -> bool:
    known = [row.state for row in rows if row.state is not CoverageState.NO_ACCOUNT]
    return bool(known) and all(state in _ENDED for state in known)


async def _notify_ended(uow: UnitOfWork, person: PersonId, rows: tuple[Coverage, ...]) -> None:
    sanctions = await uow.sanctions.of_person(person)
    applying = await uow.sanctions.applying_to(person)
    if not sanctions or any(is_restricted(applying, row.space, uow.now) for row in rows):
        return
    case = await _case_of_sanction(uow, sanctions[-1])
    if case is None:
        return
    spaces = tuple(row.space for row in rows if row.state in _RETURNED)
    standing = tuple(row.space for row in rows if row.state is CoverageState.OTHERS_STAND)
    lifting = sanctions[-1].lifting
    cause = lifting.cause if lifting else LiftingCause.TERM_ENDED
    if sanctions[-1].leader is None or sanctions[-1].notification is not NotificationState.COULD_NOT_NOTIFY:
        told: PartyFacts = {
            "cause": cause,
            **({"spaces": spaces} if spaces else {}),
            **({"standing": standing} if standing else {}),
        }
        await notify_person(uow, case, person, NoticeKind.RELEASED, told)
    if standing:
        named = await uow.people.person(person)
        about = {"space": ", ".join(standing), "person": named.code_name if named else ""}
        await notify_members(uow, case, NoticeKind.OTHERS_STAND, about)
    waiting = ", ".join(str(row.space) for row in rows if row.state is CoverageState.MEMBERSHIP_OPEN)
    if waiting:
        named = await uow.people.person(person)
        facts = {"space": waiting, "person": named.code_name if named else ""}
        await notify_members(uow, case, NoticeKind.RETURN_TO_CONFIRM, facts)


async def _notify_freed_by_others(uow: UnitOfWork, person: PersonId, rows: tuple[Coverage, ...]) -> None:
    """Notify the person that nothing keeps them out any more where they were told that a restriction of others stood."""
    waiting = await _told_to_stand(uow, person)
    applying = await uow.sanctions.applying_to(person)
    spaces = tuple(
        row.space
        for row in rows
        if row.space in waiting and row.state in _RETURNED and not is_restricted(applying, row.space, uow.now)
    )
    sanctions = await uow.sanctions.of_person(person)
    case = await _case_of_sanction(uow, sanctions[-1]) if spaces and sanctions else None
    if case is not None:
        facts: PartyFacts = {"cause": ReleaseOfOthers.OTHERS_ENDED, "spaces": spaces}
        await notify_person(uow, case, person, NoticeKind.RELEASED, facts)


async def _told_to_stand(uow: UnitOfWork, person: PersonId) -> frozenset[str]:
    """The spaces of which the person was last told that a restriction of others stands there."""
    standing: set[str] = set()
    for notice in await uow.notices.of_person(person):
        if notice.kind is NoticeKind.RELEASED:
            standing |= _spaces_in(notice.facts.get("standing", ""))
            standing -= _spaces_in(notice.facts.get("spaces", ""))
    return frozenset(standing)


def _spaces_in(fact: str) -> set[str]:
    return {name for name in fact.split(", ") if name}


async def _cases_of_sanctions(
    uow: UnitOfWork, person: PersonId, sanctions: Iterable[SanctionId]
) -> tuple[tuple[Case, str], ...]:
    """The cases behind the sanctions, each once; where none is named, the case of the person's latest.

    With each case goes the code name by which it knows its person: of somebody merged with them it may not know.
    """
    named = [s for s in [await uow.sanctions.sanction(each) for each in sanctions] if s is not None]
    known = named or list(await uow.sanctions.of_person(person))[-1:]
    cases: dict[CaseId, tuple[Case, str]] = {}
    for sanction in known:
        case, named_person = await _case_of_sanction(uow, sanction), await uow.people.person(sanction.person)
        if case is not None:
            cases[case.id] = case, named_person.code_name if named_person else ""
    return tuple(cases.values())


async def _case_of_sanction(uow: UnitOfWork, sanction: Sanction) -> Case | None:
    return await uow.cases.case(sanction.case)
