"""What the reconciler puts to people: what does not hold, what is not lifted, and what it takes to mend it."""

from dataclasses import replace

from guardian.ids import SanctionId
from guardian.notices.models import Notice, NoticeKind
from guardian.notices.renderer import NoticeRenderer
from guardian.reconciler.alerts import Alert
from guardian.sanctions.models import CoverageState, Lifting, LiftingCause
from guardian.services.sanctions.alerts import SanctionAlerts
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
