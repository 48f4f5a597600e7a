"""What the reconciler puts to people: what does not hold, what is not lifted, and what it takes to mend it."""

from dataclasses import replace

import pytest

from guardian.ids import SanctionId, new_reference
from guardian.notices.models import Notice, NoticeKind
from guardian.notices.renderer import NoticeRenderer
from guardian.reconciler.alerts import Alert
from guardian.sanctions.models import CoverageState, Enforcement, Lifting, LiftingCause, Prior
from guardian.services.sanctions.alerts import SanctionAlerts
from rules.precedence import AccessLevel
from tests.builders.community import DISCORD, DMITRI, Community
from tests.builders.journey import Journey, a_journey

ROLE = "a bot role above the highest role of the person"


async def blocked_notice(journey: Journey, alert: Alert, sanction: SanctionId) -> Notice:
    """What a member is told once the space of the person's account has refused."""
    community = journey.community
    async with community.units_of_work.begin() as uow:
        (work_item,) = [k for k in await uow.sanctions.work_items_of(journey.person) if k.space == DISCORD]
        await uow.sanctions.save_result(replace(work_item, state=CoverageState.BLOCKED, needs=ROLE))
        await SanctionAlerts().raise_alert(uow, alert, journey.person, DISCORD, (sanction,))
    return [n for n in await community.notices_to(DMITRI) if n.kind is NoticeKind.BLOCKED][-1]


def subject(notice: Notice) -> str:
    return NoticeRenderer("Example", "https://guardian.example/").render(notice).subject


async def test_members_read_what_it_takes_where_a_space_refuses(community: Community) -> None:
    journey = await a_journey(community)
    done = await journey.enact()
    assert done.sanction is not None
    notice = await blocked_notice(journey, Alert.BLOCKED, done.sanction)
    assert notice.facts["needs"] == ROLE
    assert "does not hold yet" in subject(notice)


async def test_a_lifting_that_a_space_refuses_is_not_told_as_a_restriction_that_does_not_hold(
    community: Community,
) -> None:
    """Somebody is held there without any reason: who reads of a restriction that does not hold would leave it so."""
    journey = await a_journey(community)
    done = await journey.enact()
    assert done.sanction is not None
    async with community.units_of_work.begin() as uow:
        now = uow.now
        await uow.sanctions.add_lifting(
            Lifting(
                sanction=done.sanction,
                effective_from=now,
                cause=LiftingCause.REVERSAL,
                by="nobody",
                authority="",
                recorded_at=now,
            )
        )
    assert "is not lifted yet" in subject(await blocked_notice(journey, Alert.BLOCKED, done.sanction))


async def test_an_account_that_is_gone_is_told_so_that_somebody_looks_for_the_other(community: Community) -> None:
    journey = await a_journey(community)
    done = await journey.enact()
    assert done.sanction is not None
    assert "not there any more" in subject(await blocked_notice(journey, Alert.ACCOUNT_GONE, done.sanction))


RENDERER = NoticeRenderer("Example", "https://guardian.example/")


async def ended(journey: Journey) -> None:
    """What the case restricted has been lifted."""
    sanction = (await journey.sanctions())[-1]
    async with journey.community.units_of_work.begin() as uow:
        await uow.sanctions.add_lifting(
            Lifting(
                sanction=sanction.id,
                effective_from=uow.now,
                cause=LiftingCause.REVERSAL,
                by="nobody",
                authority="",
                recorded_at=uow.now,
            )
        )


async def told_at_the_end(journey: Journey, *states: CoverageState) -> str:
    """What the person is told once the spaces show this of them."""
    await ended(journey)
    async with journey.community.units_of_work.begin() as uow:
        before = await uow.sanctions.coverage_of(journey.person)
        after = tuple(replace(row, state=state) for row, state in zip(before, states, strict=True))
        await SanctionAlerts().report_coverage_change(uow, journey.person, before, after)
    (notice,) = await journey.notices_to_person(NoticeKind.RELEASED)
    text = RENDERER.render(notice)
    return f"{text.subject}\n{text.body}"


@pytest.mark.harm("told-free-while-barred")
async def test_a_person_beside_anothers_ban_is_told_what_stands_and_whose_it_is_not(community: Community) -> None:
    """P-6.7"""
    journey = await a_journey(community)
    await journey.enact()
    text = await told_at_the_end(
        journey, CoverageState.OTHERS_STAND, CoverageState.NO_ACCOUNT, CoverageState.NO_ACCOUNT
    )
    assert "On discord a restriction still stands that is not ours" in text
    assert "returned" not in text
    assert "given back" not in text


@pytest.mark.harm("told-free-while-barred")
async def test_a_person_is_told_apart_where_access_has_returned_and_where_another_holds_it(
    community: Community,
) -> None:
    """P-6.7"""
    journey = await a_journey(community)
    await journey.enact()
    text = await told_at_the_end(journey, CoverageState.OTHERS_STAND, CoverageState.RETURNED, CoverageState.NO_ACCOUNT)
    assert "given back in part" in text
    assert "Your access has returned on forum." in text


@pytest.mark.harm("free-and-never-told")
async def test_a_person_is_told_when_the_other_restriction_ends_later_and_once(community: Community) -> None:
    """P-6.7"""
    journey = await a_journey(community)
    await journey.enact()
    await told_at_the_end(journey, CoverageState.OTHERS_STAND, CoverageState.RETURNED, CoverageState.NO_ACCOUNT)
    for _ in range(2):
        async with community.units_of_work.begin() as uow:
            rows = await uow.sanctions.coverage_of(journey.person)
            states = (CoverageState.RETURNED, CoverageState.RETURNED, CoverageState.NO_ACCOUNT)
            after = tuple(replace(row, state=state) for row, state in zip(rows, states, strict=True))
            await SanctionAlerts().report_coverage_change(uow, journey.person, after, after)
    _, notice = await journey.notices_to_person(NoticeKind.RELEASED)
    body = RENDERER.render(notice).body
    assert "was not ours, has ended as well" in body
    assert "Your access has returned on discord." in body


@pytest.mark.harm("told-free-while-barred")
async def test_members_are_told_that_what_still_stands_is_not_theirs(community: Community) -> None:
    """P-6.7: and that a term's end lifts what is ours, not everything."""
    journey = await a_journey(community)
    await journey.enact()
    await told_at_the_end(journey, CoverageState.OTHERS_STAND, CoverageState.NO_ACCOUNT, CoverageState.NO_ACCOUNT)
    (notice,) = [n for n in await community.notices_to(DMITRI) if n.kind is NoticeKind.OTHERS_STAND]
    assert "On discord a restriction stands on the person that is not ours" in RENDERER.render(notice).body
    over = replace(notice, kind=NoticeKind.TERM_OVER, facts={"state": "over"})
    assert "every space" not in RENDERER.render(over).body


@pytest.mark.harm("said-to-be-held-and-is-not")
@pytest.mark.parametrize(
    ("active", "said"), [(True, "still holds the person there"), (False, "No restriction of ours")]
)
async def test_a_give_back_that_is_blocked_is_told_apart_from_a_lifting_that_is(
    community: Community, active: bool, said: str
) -> None:
    """P-6.7: nobody is said to be held who is not."""
    journey = await a_journey(community)
    done = await journey.enact()
    assert done.sanction is not None
    await ended(journey)
    await proved(journey, active=active)
    assert said in RENDERER.render(await blocked_notice(journey, Alert.BLOCKED, done.sanction)).body


@pytest.mark.harm("said-to-be-held-and-is-not")
async def test_a_lifting_that_works_again_is_not_told_as_a_restriction_that_holds(community: Community) -> None:
    """P-6.7"""
    journey = await a_journey(community)
    done = await journey.enact()
    assert done.sanction is not None
    await ended(journey)
    await blocked_notice(journey, Alert.BLOCKED, done.sanction)
    async with community.units_of_work.begin() as uow:
        await SanctionAlerts().raise_alert(uow, Alert.HEALED, journey.person, DISCORD, (done.sanction,))
    (notice,) = [n for n in await community.notices_to(DMITRI) if n.kind is NoticeKind.HEALED]
    assert "holds" not in RENDERER.render(notice).body


async def proved(journey: Journey, *, active: bool) -> None:
    """The space has last shown that ours is there, or is not."""
    async with journey.community.units_of_work.begin() as uow:
        (item,) = [k for k in await uow.sanctions.work_items_of(journey.person) if k.space == DISCORD]
        enforcement = Enforcement(
            account=item.account, level=AccessLevel.BARRED, active=active, reference=new_reference(), prior=Prior()
        )
        await uow.sanctions.save_enforcement(journey.person, enforcement)


async def test_every_alert_comes_to_those_who_may_know_the_case(community: Community) -> None:
    """An alert without a kind of notice would fail the reconciler's transaction, and nobody would hear why."""
    journey = await a_journey(community)
    done = await journey.enact()
    assert done.sanction is not None
    for alert in Alert:
        async with community.units_of_work.begin() as uow:
            await SanctionAlerts().raise_alert(uow, alert, journey.person, DISCORD, (done.sanction,))
    notified = {notice.facts["alarm"] for notice in await community.notices_to(DMITRI) if "alarm" in notice.facts}
    assert notified == {*Alert}
