"""Every use case is asked twice by every role: in a world where others know something of an account, and in one where not.

What only others know: that the account is one person's with the asker's own and with a moderator's, that it was measured
twice, and that an act on that person was reversed. Answers, notices to the asker, rows of the asker's own and which
accounts are restricted in the end are the same (P-4.2). The use cases are those that `test_every_use_case_is_blind` finds.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from guardian.cases.case import Case
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.measures import MeasureKind
from guardian.errors import GuardianError, Refused
from guardian.ids import AccountId, CaseId, MemberId, SessionId, SpaceName
from guardian.people.models import LinkEvidence, Trust
from guardian.reconciler.snapshot import load_snapshot
from guardian.services.escalation.cross_space import propose_if_cross_space
from guardian.services.identity.linking import FoundAccount, link_account, person_for_account
from guardian.services.measures.measures import MeasureRequest, set_measure
from guardian.services.members import AccountInput
from guardian.services.operations.deadline_runner import run_due
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.review import review
from guardian.spaces.port import Account
from rules.measures import MeasureReason
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, DMITRI, ELENI, FARID, INES, Community
from tests.builders.hidden_cases import NEWCOMER, ZOE, HiddenWorld, Snapshot, hidden_world
from tests.guardian.services.test_every_use_case_is_blind import (
    UseCaseFunction,
    arguments_for,
    called_use_cases,
    in_order,
)

ROLES = {"every seat": ZOE, "a member": DMITRI, "the liaison to the Board": CHIARA, "a moderator": INES}
OF_ROLES = ("6000000000000000061", "600000000000000004", "600000000000000003", "600000000000000009")
ON = "700000000000000099"
TARGET = AccountInput(DISCORD, NEWCOMER)


@asynccontextmanager
async def a_world(folder: Path, *, known: bool) -> AsyncIterator[HiddenWorld]:
    """A world after ten days, in which others know something of the newcomer, or nobody does."""
    folder.mkdir()
    async with hidden_world(folder, None) as world:
        for by in ROLES.values():
            world.sessions.setdefault(by, SessionId("nothing"))
        if known:
            await add_what_others_know(world.community)
        world.community.pass_time(timedelta(days=10))
        await run_due(world.community.app)
        yield world


async def add_what_others_know(community: Community) -> None:
    """The link, the measures and the reversal, in cases from which every role that asks is kept out."""
    before = {case.id for case in await all_cases(community)}
    secret = await community.a_case(who="somebody else")
    await link_in_secret(community, secret.id)
    for _ in range(2):
        request = MeasureRequest(MeasureKind.MUTED, TARGET, MeasureReason.SPAM, timedelta(hours=1))
        await set_measure(community.app, FARID, request)
        await keep_out_of_new(community, before)
    given = ActInput(Restriction.MUTED, Ground.PHYSICAL_DANGER, "Danger.", term=timedelta(hours=5))
    done = await act(community.app, FARID, TARGET, given)
    for reviewer in (AMARA, BRUNO):
        await review(community.app, reviewer, done.code_name, ReviewAnswer.REVERSE)
    await keep_out_of_new(community, before)


async def link_in_secret(community: Community, case: CaseId) -> None:
    """The newcomer is one person with an account of each who asks."""
    async with community.units_of_work.begin() as uow:
        person = await person_for_account(uow, FoundAccount(Account(DISCORD, ON), NEWCOMER), ELENI)
        for native_id in (ON, *OF_ROLES):
            evidence = LinkEvidence(case, Trust.EVIDENCED, "service")
            await link_account(uow, person, Account(DISCORD, native_id), native_id, evidence)
        await propose_if_cross_space(uow, community.app.policy, person.id)


async def keep_out_of_new(community: Community, before: set[CaseId]) -> None:
    async with community.units_of_work.begin() as uow:
        for case in await uow.cases.cases():
            kept_out = {each.member for each in await uow.cases.exclusions_of(case.id)}
            for member in set(ROLES.values()) - kept_out if case.id not in before else ():
                exclusion = Exclusion(
                    case=case.id, member=member, kind=ExclusionKind.EXCLUDED, cause="named", at=uow.now, by="test"
                )
                await uow.cases.add_exclusion(exclusion)


async def all_cases(community: Community) -> tuple[Case, ...]:
    async with community.units_of_work.read() as view:
        return await view.cases.cases()


# -- what is compared


@dataclass(frozen=True, slots=True)
class Before:
    """What stood before anybody asked, to which each answer returns: what each was notified of, who is restricted."""

    told: Mapping[MemberId, int]
    restricted: list[str]

    @classmethod
    async def read(cls, community: Community) -> Self:
        """Read it once: what has written nothing has changed nothing of it."""
        told = {by: len(await community.notices_to(by)) for by in ROLES.values()}
        return cls(told, await restricted(community))


async def answer(
    world: HiddenWorld, snapshot: Snapshot, before: Before, function: UseCaseFunction, by: MemberId
) -> str:
    """What it answers, what the asker is notified of, and which accounts are restricted by it; all of it is undone."""
    given = arguments_for(world, function, by)
    try:
        said = repr(await function(**given))
    except Refused as refusal:
        said = f"Refused {refusal.code} {refusal.rule} {refusal.sentence} {sorted(refusal.facts)}"
    except GuardianError as error:
        said = f"{type(error).__name__} {error.sentence}"
    news, held = list[str](), before.restricted
    if snapshot.has_changed():
        news = [notice.kind.value for notice in (await world.community.notices_to(by))[before.told[by] :]]
        held = await restricted(world.community)
    seen = f"{said} told {sorted(news)} restricts {held}"
    snapshot.undo()
    return in_order(seen, {})


async def restricted(community: Community) -> list[str]:
    """Which accounts are to be restricted now."""
    found = []
    async with community.units_of_work.read() as view:
        for name in community.spaces:
            for item in await view.sanctions.work_items_in(SpaceName(name), AccountId(""), 1000):
                state = await load_snapshot(view, item.account)
                if state is not None and state.desired(view.now).level is not AccessLevel.OPEN:
                    found.append(state.known.account.native_id)
    return sorted(found)


async def answers(folder: Path, *, known: bool) -> dict[str, str]:
    """What every use case answers each role when it means the newcomer, or nobody."""
    found = {}
    async with a_world(folder, known=known) as world:
        before = await Before.read(world.community)
        with Snapshot(world.community.folder) as snapshot:
            for name, function in called_use_cases().items():
                for role, by in ROLES.items():
                    found[f"{name} asked by {role}"] = await answer(world, snapshot, before, function, by)
    return found


@pytest.mark.harm("hidden-fact-changes-an-answer")
async def test_nothing_that_only_others_know_of_an_account_changes_what_a_use_case_answers_or_does(
    tmp_path: Path,
) -> None:
    """P-4.2"""
    here = await answers(tmp_path / "known", known=True)
    there = await answers(tmp_path / "unknown", known=False)
    leaks = {name: (here[name], there[name]) for name in here if here[name] != there[name]}
    assert leaks == {}
