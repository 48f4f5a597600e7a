"""A decision takes hold in its order: the reporter, the person, the spaces, the Board; and never waits for ever."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.cases.case import CaseState, PartyRole
from guardian.cases.drafts import DraftKind, DraftState
from guardian.cases.procedure import StepState
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.people.models import Group
from guardian.sanctions.models import CoverageState
from guardian.services.decisions import drafts, enactment
from guardian.services.decisions.drafts import DraftInput
from guardian.services.deliberation import procedure, proposals
from guardian.services.identity.linking import identify_reported_person
from guardian.services.parties import personal_page
from guardian.services.sanctions.alerts import SanctionAlerts
from guardian.services.sanctions.coverage_preview import PreviewState
from guardian.spaces.port import Entitlement, EntitlementKind
from rules.ladder import Outcome
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction
from rules.procedure import Step
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    FORUM,
    GRETA,
    HIROSHI,
    SOMEBODY,
    Community,
)
from tests.builders.journey import (
    DAY,
    HOUR,
    OTHERS,
    Journey,
    a_ban,
    a_journey,
    a_suspension,
    a_warning,
)


async def test_the_reporter_hears_of_it_no_later_than_the_person(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    await enactment.enact(community.app, BRUNO, journey.code_name)
    reporter = [n for n in await journey.notices_to_reporter() if n.facts.get("news") == "decided"]
    (person,) = await journey.notices_to_person(NoticeKind.DECISION)
    assert reporter[0].id < person.id


async def test_nothing_is_restricted_before_the_person_could_be_told(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    assert await journey.access_level() is AccessLevel.OPEN
    await journey.record_notification(done)
    assert await journey.access_level() is AccessLevel.BARRED


async def test_a_person_whom_no_channel_reaches_is_restricted_all_the_same_and_a_member_has_the_task(
    community: Community,
) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    await journey.record_notification(done, proof=None)
    assert await journey.access_level() is AccessLevel.BARRED
    assert NoticeKind.NOT_NOTIFIED in await community.notice_kinds_to(AMARA)
    assert (await journey.sanctions())[-1].notification is NotificationState.COULD_NOT_NOTIFY


async def test_a_decision_holds_after_a_day_though_the_outbox_never_answered(community: Community) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    await enactment.enact(community.app, BRUNO, journey.code_name)
    await journey.pass_time(23 * HOUR)
    assert await journey.access_level() is AccessLevel.OPEN
    await journey.pass_time(HOUR)
    assert await journey.access_level() is AccessLevel.BARRED
    assert NoticeKind.NOT_NOTIFIED in await community.notice_kinds_to(AMARA)


async def test_telling_does_not_delay_a_safety_measure(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community, danger=True)
    await journey.prepare_decision()
    await enactment.enact(community.app, BRUNO, journey.code_name)
    assert await journey.access_level() is AccessLevel.BARRED


async def test_an_unread_text_never_reaches_the_person(community: Community) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.prepare_decision(letter=False)
    text = "You hurt Robin from the help channel."
    await drafts.write_draft(
        community.app, AMARA, journey.code_name, DraftInput(DraftKind.DECISION, PartyRole.REPORTED, text)
    )
    done = await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    assert done.waits_for_reading
    assert await journey.notices_to_person(NoticeKind.DECISION) == []
    await journey.pass_time(25 * HOUR)
    (notice,) = await journey.notices_to_person(NoticeKind.DECISION)
    assert text not in str(notice.facts)
    assert await journey.access_level() is AccessLevel.BARRED


async def test_the_standard_text_goes_out_before_the_restriction_cuts_the_person_off(community: Community) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.prepare_decision(letter=False)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    await journey.pass_time(22 * HOUR)
    assert len(await journey.notices_to_person(NoticeKind.DECISION)) == 1
    assert await journey.access_level() is AccessLevel.OPEN


async def test_a_text_goes_out_as_soon_as_a_second_member_has_read_it(community: Community) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.prepare_decision(letter=False)
    draft = await journey.write(DraftKind.DECISION, "In four parts.")
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    with pytest.raises(Refused) as refusal:
        await drafts.approve_draft(community.app, AMARA, draft.id)
    assert refusal.value.code == "own_draft"
    read = await drafts.approve_draft(community.app, DMITRI, draft.id)
    (notice,) = await journey.notices_to_person(NoticeKind.DECISION)
    assert (read.state, notice.facts["text"]) == (DraftState.SENT, "In four parts.")
    await journey.pass_time(2 * DAY)
    assert len(await journey.notices_to_person(NoticeKind.DECISION)) == 1


async def test_the_message_carries_a_receipt_that_opens_the_decision(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await procedure.request_skip(community.app, AMARA, journey.code_name, Step.HEARING, "They hide.")
    await procedure.confirm_skip(community.app, DMITRI, journey.code_name, Step.HEARING)
    await journey.agree()
    await journey.have_read(DraftKind.DECISION, "In four parts.")
    await journey.pass_time(73 * HOUR)
    await enactment.enact(community.app, BRUNO, journey.code_name)
    page = await personal_page.read_page(community.app, await journey.receipt())
    assert page.sanctions[0].restriction is Restriction.SUSPENDED


async def test_a_used_receipt_counts_as_told_and_the_restriction_begins(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    await journey.record_notification(done, proof=None)
    await personal_page.read_page(community.app, await journey.receipt())
    assert (await journey.sanctions())[-1].notification is NotificationState.NOTIFIED_AFTER


async def test_an_unheard_person_is_not_sanctioned(community: Community) -> None:
    """P-3.5"""
    journey = await a_journey(community)
    await journey.agree()
    await journey.pass_time(73 * HOUR)
    with pytest.raises(Refused) as refusal:
        await enactment.enact(community.app, BRUNO, journey.code_name)
    assert "not been heard" in refusal.value.sentence


async def test_enacting_twice_sanctions_once(community: Community) -> None:
    journey = await a_journey(community)
    await journey.enact()
    with pytest.raises(Refused):
        await enactment.enact(community.app, BRUNO, journey.code_name)
    assert len(await journey.sanctions()) == 1


async def show(journey: Journey, *states: CoverageState) -> None:
    """The spaces of the journey's person were looked at, and show this."""
    async with journey.community.units_of_work.begin() as uow:
        before = await uow.sanctions.coverage_of(journey.person)
        after = tuple(replace(row, state=state) for row, state in zip(before, states, strict=True))
        for row in after:
            await uow.sanctions.save_coverage(row)
        await SanctionAlerts().report_coverage_change(uow, journey.person, before, after)


async def test_the_board_has_its_report_after_the_spaces_and_not_with_the_telling(community: Community) -> None:
    """P-5.5, P-8.5"""
    journey = await a_journey(community)
    await journey.enact()
    told = []
    for shown in (CoverageState.OPEN, CoverageState.BLOCKED, CoverageState.HELD):
        told.append(await community.who_was_notified(NoticeKind.BOARD_REPORT))
        await show(journey, shown, CoverageState.NO_ACCOUNT, CoverageState.NO_ACCOUNT)
    assert told == [set(), set(), set()]
    assert await community.who_was_notified(NoticeKind.BOARD_REPORT) == {CHIARA, GRETA, HIROSHI}


async def test_the_board_hears_within_a_day_of_a_decision_that_a_space_does_not_take(community: Community) -> None:
    """P-8.5: a space that never confirms does not keep the Board in the dark."""
    journey = await a_journey(community)
    await journey.enact()
    await show(journey, CoverageState.OPEN, CoverageState.HELD, CoverageState.HELD)
    await journey.pass_time(25 * HOUR)
    assert await community.who_was_notified(NoticeKind.BOARD_REPORT) == {CHIARA, GRETA, HIROSHI}
    [report] = [n for n in await community.notices_to(GRETA) if n.kind is NoticeKind.BOARD_REPORT]
    assert (report.facts["state"], report.facts["spaces"]) == ("unconfirmed", "discord")


async def test_a_space_that_is_only_looked_at_keeps_no_report_waiting(community: Community) -> None:
    """P-8.5, architecture 5.10"""
    journey = await a_journey(community)
    await journey.enact()
    await show(journey, CoverageState.OBSERVING, CoverageState.NO_ACCOUNT, CoverageState.NO_ACCOUNT)
    assert await community.who_was_notified(NoticeKind.BOARD_REPORT) == {CHIARA, GRETA, HIROSHI}


async def test_a_board_member_whom_the_case_concerns_gets_no_report_of_it(community: Community) -> None:
    """P-8.5, P-4.3"""
    journey = await a_journey(community, named_members=(GRETA,))
    await journey.enact()
    await journey.pass_time(25 * HOUR)
    assert await community.who_was_notified(NoticeKind.BOARD_REPORT) == {CHIARA, HIROSHI}


async def test_a_short_suspension_waits_for_a_request_and_a_ban_has_no_end(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact(a_suspension(days=60))
    (sanction,) = await journey.sanctions()
    assert (sanction.on_term_end, sanction.ends) == (
        OnTermEnd.AWAIT_READMISSION,
        sanction.starts + timedelta(days=60),
    )
    other = await a_journey(community, handle="shouter")
    await other.enact(a_ban())
    assert (await other.sanctions())[0].ends is None


async def test_a_warning_is_told_and_restricts_nothing(community: Community) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    (notice,) = await journey.notices_to_person(NoticeKind.DECISION)
    assert notice.facts["outcome"] == Outcome.WARNING
    assert await journey.sanctions() == ()
    assert (await journey.steps())[Step.BOARD_REPORT] == StepState.DONE


async def test_a_change_of_mind_is_a_new_decision_that_leaves_no_gap(community: Community) -> None:
    """P-6.3"""
    journey = await a_journey(community)
    await journey.enact()
    await journey.agree(a_ban())
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    assert await journey.access_level() is AccessLevel.BARRED
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    for _ in range(5):
        assert await journey.access_level() is AccessLevel.BARRED
        await journey.pass_time(6 * HOUR)
    await journey.record_notification(done)
    old, new = await journey.sanctions()
    assert old.lifting is not None
    assert new.restriction is Restriction.BANNED
    first, second = await journey.decisions()
    assert second.supersedes == first.id


async def test_a_change_of_mind_on_the_same_day_is_told_and_the_first_decision_is_not_told_twice(
    community: Community,
) -> None:
    """P-5.6, P-6.3: the first one's clock still runs when the second is on its way."""
    journey = await a_journey(community)
    await journey.enact()
    await journey.agree(a_warning())
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    await enactment.enact(community.app, BRUNO, journey.code_name)
    told = [notice.facts["outcome"] for notice in await journey.notices_to_person(NoticeKind.DECISION)]
    assert told == [Outcome.SHORT_SUSPENSION, Outcome.WARNING]


async def test_a_lighter_change_of_mind_ends_what_held_before(community: Community) -> None:
    """P-6.3"""
    journey = await a_journey(community)
    await journey.enact()
    await journey.agree(a_warning())
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    await enactment.enact(community.app, BRUNO, journey.code_name)
    assert await journey.access_level() is AccessLevel.OPEN


async def test_a_sanction_on_somebody_with_a_role_ends_their_access_at_once(community: Community) -> None:
    """P-1.2"""
    await community.change_member(ELENI, accounts=(SOMEBODY,))
    journey = await a_journey(community)
    await journey.hold_hearing()
    await journey.vote(await journey.propose(), BRUNO, CHIARA, DMITRI, FARID)
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    await enactment.enact(community.app, BRUNO, journey.code_name)
    async with community.units_of_work.read() as view:
        eleni = await view.people.member(ELENI)
    assert eleni is not None
    assert not eleni.holds_office(Group.WORKING_GROUP, community.clock.now())


async def test_the_preview_says_what_will_hold_where_and_what_it_destroys(community: Community) -> None:
    """P-6.7"""
    journey = await a_journey(community)
    role = Entitlement(EntitlementKind.ROLE, "5", "Helper")
    community.spaces[DISCORD].accounts[SOMEBODY.native_id].entitlements = (role,)
    await journey.agree()
    preview = await enactment.preview_enactment(community.app, BRUNO, journey.code_name)
    seen = {each.space: (each.state, each.destroys) for each in preview.spaces}
    assert seen[DISCORD] == (PreviewState.WILL_HOLD, ("Helper",))
    assert seen[FORUM] == (PreviewState.NO_ACCOUNT, ())
    assert preview.missing == (Step.HEARING, Step.FEEDBACK)


async def test_a_preview_changes_nothing(community: Community) -> None:
    journey = await a_journey(community)
    await journey.agree()
    await enactment.preview_enactment(community.app, BRUNO, journey.code_name)
    assert (await journey.case()).state is CaseState.AGREED
    assert await journey.sanctions() == ()


async def test_one_persons_hearing_does_not_stand_for_anothers(community: Community) -> None:
    """P-3.5"""
    journey = await a_journey(community, who="grumbler and shouter")
    await journey.hold_hearing()
    community.spaces[DISCORD].add("700000000000000009", "shouter")
    other = await identify_reported_person(community.app, AMARA, journey.code_name, DISCORD, "shouter")
    view = await proposals.propose(community.app, AMARA, journey.code_name, a_suspension(), other)
    await journey.vote(view, *OTHERS)
    await journey.pass_time(73 * HOUR)
    with pytest.raises(Refused) as refusal:
        await enactment.enact(community.app, BRUNO, journey.code_name)
    assert "not been heard" in refusal.value.sentence


@pytest.mark.parametrize("text", ["", "   ", "x" * 40_001])
async def test_an_empty_or_endless_text_is_refused_with_a_clear_word(community: Community, text: str) -> None:
    journey = await a_journey(community)
    with pytest.raises(Refused) as refusal:
        await drafts.write_draft(
            community.app, AMARA, journey.code_name, DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, text)
        )
    assert refusal.value.code in ("empty", "too_long")


async def test_an_answer_goes_to_the_reporter_once_read_and_keeps_the_promise(community: Community) -> None:
    """P-2.4, P-5.6"""
    journey = await a_journey(community)
    draft = await drafts.write_draft(
        community.app,
        AMARA,
        journey.code_name,
        DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, "We are looking at it."),
    )
    assert await journey.notices_to_reporter() == []
    await drafts.approve_draft(community.app, DMITRI, draft.id)
    (notice,) = await journey.notices_to_reporter()
    assert notice.facts["text"] == "We are looking at it."
    await journey.pass_time(2 * DAY)
    assert NoticeKind.REPORTER_LATE not in [n.kind for n in await journey.notices_to_reporter()]


async def test_a_withdrawn_text_is_not_sent(community: Community) -> None:
    journey = await a_journey(community)
    draft = await drafts.write_draft(
        community.app, AMARA, journey.code_name, DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, "A rash word.")
    )
    await drafts.withdraw_draft(community.app, AMARA, draft.id)
    with pytest.raises(Refused):
        await drafts.approve_draft(community.app, DMITRI, draft.id)
    assert await journey.notices_to_reporter() == []


async def test_a_member_who_may_not_know_the_case_reads_no_draft(community: Community) -> None:
    journey = await a_journey(community, named_members=(ELENI,))
    draft = await drafts.write_draft(
        community.app, AMARA, journey.code_name, DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, "A word.")
    )
    with pytest.raises(NotFound):
        await drafts.approve_draft(community.app, ELENI, draft.id)
